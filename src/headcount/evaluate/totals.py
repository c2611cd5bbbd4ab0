"""Sums and means of a property's numbers, a user at a time, in exact decimals.

Source: segments.md §2, "the aggregate over the property's numbers … compares so, in
exact decimals". Numbers that fit 38 digits are summed by Polars; others by Python. A
float only decides where the total is far from the bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import reduce
from operator import and_
from typing import Literal

import polars as pl

from headcount.definitions.model import Comparison
from headcount.evaluate.comparisons import operators_of
from headcount.evaluate.values import OPERATORS, Operator, exact_number, nearest_float

DECIMAL_DIGITS = 38
FAR = 1e-9
"""Relative distance from which a float of a total cannot be on the wrong side."""

ENOUGH_DIGITS = 4_000
"""Digits for any sum, and any bound times a count, of numbers a log can hold."""


@dataclass(frozen=True, slots=True)
class Totals:
    """One row a user with at least one number: how many, and their exact sum."""

    users: pl.Series
    counts: pl.Series
    nearest: pl.Series
    exact: Callable[[int], Decimal]


def total_numbers(numbers: pl.DataFrame) -> Totals:
    """The totals of NUMBERS: one row a number, `user` and its JSON number `text`."""
    scale = _common_scale(numbers.get_column("text"))
    return _wide_totals(numbers) if scale is None else _narrow_totals(numbers, scale)


def _common_scale(text: pl.Series) -> int | None:
    """The decimal places under which every partial sum fits 38 digits, else None."""
    if text.str.contains("[eE]").any():
        return None
    digits = pl.DataFrame({"text": text}).select(
        whole=pl.col("text").str.extract(r"^-?([0-9]+)").str.len_bytes().max(),
        fraction=pl.col("text").str.extract(r"\.([0-9]+)$").str.len_bytes().max(),
    )
    whole, fraction = (value or 0 for value in digits.row(0))
    carried = len(str(len(text)))
    return fraction if whole + fraction + carried <= DECIMAL_DIGITS else None


def _narrow_totals(numbers: pl.DataFrame, scale: int) -> Totals:
    sums = numbers.group_by("user").agg(
        total=pl.col("text").cast(pl.Decimal(DECIMAL_DIGITS, scale)).sum(),
        count=pl.len(),
    )
    totals = sums.get_column("total")
    return Totals(
        sums.get_column("user"),
        sums.get_column("count"),
        totals.cast(pl.Float64),
        lambda row: Decimal(totals[row]),
    )


def _wide_totals(numbers: pl.DataFrame) -> Totals:
    lists = numbers.group_by("user").agg("text", count=pl.len())
    with localcontext(prec=ENOUGH_DIGITS):
        totals = [
            sum(map(exact_number, texts), Decimal(0))
            for texts in lists.get_column("text").to_list()
        ]
    return Totals(
        lists.get_column("user"),
        lists.get_column("count"),
        pl.Series(map(nearest_float, totals), dtype=pl.Float64),
        totals.__getitem__,
    )


def compare_totals(
    totals: Totals, comparison: Comparison, *, of: Literal["sum", "avg"]
) -> pl.Series:
    """Row by row, whether the sum or the mean compares so, exactly."""
    divisors = (
        totals.counts
        if of == "avg"
        else totals.counts.clear().extend_constant(1, len(totals.counts))
    )
    return reduce(
        and_,
        (
            _compare(totals, divisors, op, bound)
            for op, bound in operators_of(comparison)
        ),
    )


def _compare(
    totals: Totals, divisors: pl.Series, op: Operator, bound: Decimal
) -> pl.Series:
    nearest = totals.nearest / divisors
    answer: pl.Series = OPERATORS[op](nearest, nearest_float(bound))
    distance = (nearest - nearest_float(bound)).abs()
    is_far = distance > FAR * nearest.abs().clip(abs(nearest_float(bound)))
    rows = (~(is_far & nearest.is_finite())).arg_true()
    if rows.is_empty():
        return answer
    with localcontext(prec=ENOUGH_DIGITS):
        exact = [
            OPERATORS[op](totals.exact(row), bound * divisors[row]) for row in rows
        ]
    return answer.scatter(rows, pl.Series(exact, dtype=pl.Boolean))
