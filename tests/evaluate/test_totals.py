"""Sums and means are those of exact decimals, whichever way they are found."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Literal

import numpy as np
import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from headcount.canonical import canonical_json
from headcount.definitions.model import Comparison
from headcount.evaluate.totals import (
    compare_any_totals,
    compare_totals,
    scale_of,
    total,
)
from headcount.rules.values import read_values
from headcount.store.columns.rows import Coded
from tests.strategies_values import EXACT_NUMBERS, SHORT_NUMBERS

THIRD = Decimal("1.3333333333333333333333333333")


def coded(numbers: list[Decimal]) -> Coded:
    raw = pl.Series([canonical_json(one) for one in numbers], dtype=pl.String)
    return Coded(read_values(raw), np.arange(len(numbers), dtype=np.uint32))


def compare(
    numbers: list[Decimal], comparison: Comparison, of: Literal["sum", "avg"]
) -> list[bool]:
    """The answer for one user with these numbers, each way that answers."""
    found, who = coded(numbers), np.zeros(len(numbers), dtype=np.uint32)
    answers = [*compare_any_totals(found, who, 1, comparison, of=of).tolist()]
    totals = total(found, who, 1, scale_of(found))
    if totals is not None:
        answers += compare_totals(totals, comparison, of=of).tolist()
    return answers


@given(
    numbers=st.lists(EXACT_NUMBERS | SHORT_NUMBERS, min_size=1, max_size=6),
    nudge=st.sampled_from([0, 1, -1]),
)
@example(numbers=[Decimal("0.1"), Decimal("0.2")], nudge=0)
@example(numbers=[Decimal("0.0000999201"), Decimal("1e300")], nudge=0)
def test_sum_is_that_of_exact_decimals(numbers: list[Decimal], nudge: int) -> None:
    with localcontext(prec=400):
        exact = sum(numbers, Decimal(0))
        bound = exact + nudge * Decimal("1e-20")

    answers = compare(numbers, Comparison(eq=bound), "sum")

    assert set(answers) == {exact == bound}


@given(numbers=st.lists(SHORT_NUMBERS, min_size=1, max_size=6))
def test_short_numbers_are_counted_up(numbers: list[Decimal]) -> None:
    found = coded(numbers)

    totals = total(found, np.zeros(len(numbers), dtype=np.uint32), 1, scale_of(found))

    assert totals is not None
    assert Decimal(int(totals.sums[0])).scaleb(-totals.scale) == sum(numbers)


def test_mean_is_not_rounded() -> None:
    numbers = [Decimal(1), Decimal(1), Decimal(2)]

    assert compare(numbers, Comparison(gt=THIRD), "avg") == [True, True]
    assert compare(numbers, Comparison(eq=THIRD), "avg") == [False, False]


def test_user_without_numbers_is_false() -> None:
    comparison = Comparison(lt=Decimal(10))

    assert compare([], comparison, "sum") == [False, False]
