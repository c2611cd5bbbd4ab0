"""NumPy and the compiled loops say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headcount.compiled import Haste
from headcount.store.columns import kernels
from headcount.store.columns.arrays import AnyArray

USERS = 6
ROWS = st.integers(0, 40)

either_way = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def unhurried() -> Iterator[None]:
    """What the process has done so far does not matter, and counts on after it."""
    before = Haste.is_over, Haste.rows_left
    yield
    Haste.is_over, Haste.rows_left = before


def both(work: Callable[[], Any]) -> tuple[list[Any], list[Any]]:
    """What the work finds by NumPy, and by loops."""
    found = []
    for is_over in (False, True):
        Haste.is_over, Haste.rows_left = is_over, 10**9
        found.append([np.asarray(one).tolist() for one in work()])
    return found[0], found[1]


def filled(function: Callable[..., None], *given: Any, of: AnyArray) -> AnyArray:
    """What the function makes of a copy of `of`, its last argument."""
    made = of.copy()
    function(*given, made)
    return made


@st.composite
def rows(draw: st.DrawFn) -> dict[str, AnyArray]:
    """Columns of as many rows, and one answer and number a code."""
    size = draw(ROWS)

    def column(values: st.SearchStrategy[int], dtype: Any) -> AnyArray:
        return np.array(draw(st.lists(values, min_size=size, max_size=size)), dtype)

    each = st.lists(st.integers(-(2**40), 2**40), min_size=4, max_size=4)
    return {
        "who": column(st.integers(0, USERS - 1), np.uint32),
        "codes": column(st.integers(0, 3), np.uint32),
        "at": column(st.integers(0, 9), np.int64),
        "days": column(st.integers(-70, 140), np.int64),
        "mask": column(st.integers(0, 1), np.bool_),
        "answers": np.array(draw(st.lists(st.booleans(), min_size=4, max_size=4))),
        "numbers": np.array(draw(each), np.int64),
    }


@either_way
@given(rows=rows(), low=st.integers(0, 9), high=st.integers(0, 9))
def test_which_rows(rows: dict[str, AnyArray], low: int, high: int) -> None:
    least = np.full(USERS, 5, dtype=np.int64)
    by_numpy, by_loops = both(
        lambda: [
            kernels.places_of(rows["mask"]),
            kernels.places_between(rows["at"], low, high),
            kernels.satisfying(rows["codes"], rows["answers"]),
            kernels.places_of_least(rows["who"], rows["at"], least),
        ]
    )

    assert by_numpy == by_loops


@either_way
@given(
    users=st.lists(st.integers(0, 90), max_size=300).map(sorted),
    listed=st.sets(st.integers(0, 95)).map(sorted),
)
def test_rows_of_listed_users(users: list[int], listed: list[int]) -> None:
    asked = [np.array(one, dtype=np.uint32) for one in (users, listed)]
    by_numpy, by_loops = both(lambda: kernels.rows_of(*asked))

    assert by_numpy == by_loops


@either_way
@given(rows=rows(), first=st.integers(-80, 80))
def test_what_users_have(rows: dict[str, AnyArray], first: int) -> None:
    who, codes, at = rows["who"], rows["codes"], rows["at"]
    counts = np.arange(USERS, dtype=np.int32)
    sums = np.arange(USERS, dtype=np.int64)
    marks = np.arange(USERS, dtype=np.uint64)
    by_numpy, by_loops = both(
        lambda: [
            filled(kernels.add_rows, who, of=counts),
            filled(kernels.add_satisfying, who, codes, rows["answers"], of=counts),
            filled(kernels.add_numbers, who, codes, rows["numbers"], of=sums),
            filled(kernels.keep_least, who, at, of=sums),
            filled(kernels.mark_days, who, rows["days"], first, of=marks),
        ]
    )

    assert by_numpy == by_loops


def test_numpy_is_asked_while_little_was_done() -> None:
    Haste.is_over, Haste.rows_left = False, 10

    assert [Haste.holds(rows) for rows in (6, 4, 1)] == [True, True, False]
