"""Values compare as exact decimals do."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies_values import EXACT_NUMBERS

from headcount.canonical import canonical_json
from headcount.rules.values import OPERATORS, compare_numbers, read_values


@given(number=EXACT_NUMBERS, bound=EXACT_NUMBERS, op=st.sampled_from(sorted(OPERATORS)))
def test_comparison_is_that_of_exact_decimals(
    number: Decimal, bound: Decimal, op: str
) -> None:
    raw = pl.Series([canonical_json(number)], dtype=pl.String)

    found = compare_numbers(read_values(raw), op, bound)

    assert found.to_list() == [OPERATORS[op](number, bound)]
