"""Measures against comparisons: counts and other whole numbers.

Source: segments.md §2, "Comparisons in count, days, distinct, …".
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from functools import reduce
from operator import and_

import polars as pl

from headcount.definitions.model import Comparison
from headcount.evaluate.values import OPERATORS, Operator

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


def compare_counts(counts: pl.Series, comparison: Comparison) -> pl.Series:
    """Row by row, whether the count compares so."""
    return reduce(
        and_,
        (_compare_count(counts, op, bound) for op, bound in operators_of(comparison)),
    )


def _compare_count(counts: pl.Series, op: Operator, bound: Decimal) -> pl.Series:
    """A whole number against any decimal: the bound moves to a whole number."""
    is_whole = bound == bound.to_integral_value()
    if op in {"eq", "ne"} and not is_whole:
        return pl.repeat(op == "ne", len(counts), dtype=pl.Boolean, eager=True)
    round_up = op in {"gte", "lt"}
    whole = math.ceil(bound) if round_up else math.floor(bound)
    whole = max(-INT64_MAX, min(INT64_MAX, whole))
    answer: pl.Series = OPERATORS[op](counts.cast(pl.Int64), whole)
    return answer


def holds_for_zero(comparison: Comparison) -> bool:
    """Whether the number 0 compares so: zero events is the number 0."""
    return holds_for(Decimal(0), comparison)


def holds_for(number: Decimal, comparison: Comparison) -> bool:
    """Whether one number compares so."""
    return all(OPERATORS[op](number, bound) for op, bound in operators_of(comparison))
