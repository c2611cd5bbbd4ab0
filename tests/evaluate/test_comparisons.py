"""Whole numbers against comparisons."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from headcount.definitions.model import Comparison
from headcount.evaluate.comparisons import compare_counts, operators_of


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
    counts = np.array([0, 1, 2])

    assert compare_counts(counts, comparison).tolist() == expected


def test_every_operator_is_a_test() -> None:
    comparison = Comparison(gt=Decimal(1), between=(Decimal(2), Decimal(3)))

    found = list(operators_of(comparison))

    assert found == [("gt", 1), ("gte", 2), ("lte", 3)]
