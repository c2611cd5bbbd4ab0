"""Numbers are compared exactly, floats only decide where they cannot be wrong."""

from __future__ import annotations

from decimal import Decimal, localcontext

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcount.canonical import canonical_json
from headcount.definitions.model import Comparison
from headcount.evaluate.comparisons import compare_counts, operators_of
from headcount.evaluate.totals import compare_totals, total_numbers
from headcount.rules.values import OPERATORS, compare_numbers, read_values

NUMBERS = st.one_of(
    st.decimals(
        allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6
    ),
    st.integers(-(2**70), 2**70).map(Decimal),
    st.sampled_from(["0.1", "0.10000000000000000001", "9007199254740993", "1e300"]).map(
        Decimal
    ),
)


def values_of(*found: object) -> pl.Series:
    return pl.Series([canonical_json(one) for one in found], dtype=pl.String)


@given(number=NUMBERS, bound=NUMBERS, op=st.sampled_from(sorted(OPERATORS)))
def test_comparison_is_that_of_exact_decimals(
    number: Decimal, bound: Decimal, op: str
) -> None:
    found = compare_numbers(read_values(values_of(number)), op, bound)

    assert found.to_list() == [OPERATORS[op](number, bound)]


@given(
    numbers=st.lists(NUMBERS, min_size=1, max_size=6), nudge=st.sampled_from([0, 1, -1])
)
def test_sum_is_that_of_exact_decimals(numbers: list[Decimal], nudge: int) -> None:
    with localcontext(prec=500):
        total = sum(numbers, Decimal(0))
        bound = total + nudge * Decimal("1e-30")
    rows = pl.DataFrame(
        {"user": [0] * len(numbers), "text": [canonical_json(one) for one in numbers]},
        schema_overrides={"user": pl.UInt32},
    )

    found = compare_totals(total_numbers(rows), Comparison(eq=bound), of="sum")

    assert found.to_list() == [total == bound]


def test_mean_is_not_rounded() -> None:
    rows = pl.DataFrame(
        {"user": [0, 0, 0], "text": ["1", "1", "2"]},
        schema_overrides={"user": pl.UInt32},
    )
    totals = total_numbers(rows)
    third = Decimal("1.3333333333333333333333333333")

    assert compare_totals(totals, Comparison(gt=third), of="avg").to_list() == [True]
    assert compare_totals(totals, Comparison(eq=third), of="avg").to_list() == [False]


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [
        (Comparison(gt=Decimal("1.5")), [False, False, True]),
        (Comparison(gte=Decimal("1.5")), [False, False, True]),
        (Comparison(lt=Decimal("1.5")), [True, True, False]),
        (Comparison(lte=Decimal("1.5")), [True, True, False]),
        (Comparison(eq=Decimal("1.5")), [False, False, False]),
        (Comparison(ne=Decimal("1.5")), [True, True, True]),
        (Comparison(between=(Decimal(1), Decimal(2))), [False, True, True]),
        (Comparison(gt=Decimal("1e30")), [False, False, False]),
    ],
)
def test_counts_compare_with_any_decimal(
    comparison: Comparison, expected: list[bool]
) -> None:
    counts = pl.Series([0, 1, 2], dtype=pl.UInt32)

    assert compare_counts(counts, comparison).to_list() == expected


def test_every_operator_is_a_test() -> None:
    comparison = Comparison(gt=Decimal(1), between=(Decimal(2), Decimal(3)))

    found = list(operators_of(comparison))

    assert found == [("gt", 1), ("gte", 2), ("lte", 3)]


def test_escaped_text_is_read_as_it_was_meant() -> None:
    values = read_values(values_of('say "é\n"', "plain", None, [1], True, 1))

    assert values.text.to_list() == ['say "é\n"', "plain", None, None, "true", "1"]
    assert values.is_set.to_list() == [True, True, False, True, True, True]
