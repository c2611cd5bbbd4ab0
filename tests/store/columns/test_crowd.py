"""A crowd finds its users among those of rows, however it looks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headcount.store.columns.crowd import Listed, Stretch

USERS = st.lists(st.integers(0, 60), max_size=400).map(sorted)


def as_pairs(found, users) -> list[tuple[int, int]]:
    rows, who = found
    index = np.arange(len(users))[rows]
    return list(zip(index.tolist(), who.tolist(), strict=True))


@given(users=USERS, listed=st.sets(st.integers(0, 70), min_size=1))
def test_listed_users_are_found(users: list[int], listed: set[int]) -> None:
    codes = sorted(listed)
    crowd = Listed(np.array(codes, dtype=np.uint32))

    found = as_pairs(crowd.find(np.array(users, dtype=np.uint32)), users)

    assert found == [
        (row, codes.index(user)) for row, user in enumerate(users) if user in listed
    ]


@given(users=USERS, low=st.integers(0, 60), length=st.integers(0, 20))
def test_stretch_of_users_is_found(users: list[int], low: int, length: int) -> None:
    crowd = Stretch(low, low + length)

    found = as_pairs(crowd.find(np.array(users, dtype=np.uint32)), users)

    assert found == [
        (row, user - low)
        for row, user in enumerate(users)
        if low <= user < low + length
    ]


@given(length=st.integers(0, 50), parts=st.integers(0, 9))
def test_parts_of_a_stretch_hold_everybody_once(length: int, parts: int) -> None:
    several = Stretch(5, 5 + length).split(parts)

    codes = [code for part in several for code in part.codes.tolist()]
    assert codes == list(range(5, 5 + length))
