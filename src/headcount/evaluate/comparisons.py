"""Measures against comparisons: counts and other whole numbers.

Source: segments.md §2, "Comparisons in count, days, distinct, …".
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from functools import reduce
from operator import and_

import numpy as np

from headcount.definitions.model import Comparison
from headcount.rules.values import OPERATORS, Operator
from headcount.store.columns.arrays import AnyArray, Mask

INT64_MAX = 2**63 - 1


def operators_of(comparison: Comparison) -> Iterator[tuple[Operator, Decimal]]:
    """Each operator of `comparison` with its bound; all must hold."""
    for op in OPERATORS:
        bound = getattr(comparison, op)
        if bound is not None:
            yield op, bound
    if comparison.between is not None:
        low, high = comparison.between
        yield "gte", low
        yield "lte", high


def compare_counts(counts: AnyArray, comparison: Comparison) -> Mask:
    """Row by row, whether the whole number compares so."""
    return reduce(
        and_,
        (compare_whole(counts, op, bound) for op, bound in operators_of(comparison)),
    )


def compare_whole(counts: AnyArray, op: Operator, bound: Decimal) -> Mask:
    """A whole number against any decimal: the bound moves to a whole number."""
    is_whole = bound == bound.to_integral_value()
    if op in {"eq", "ne"} and not is_whole:
        return np.full(len(counts), op == "ne")
    round_up = op in {"gte", "lt"}
    whole = math.ceil(bound) if round_up else math.floor(bound)
    whole = max(-INT64_MAX, min(INT64_MAX, whole))
    answer: Mask = OPERATORS[op](counts, whole)
    return answer
