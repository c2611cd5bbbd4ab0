"""Sums and means of a property's numbers, a user at a time, in exact decimals.

Source: segments.md §2, "the aggregate over the property's numbers … compares so, in
exact decimals". Numbers that are whole after a shift of the point, and small enough,
are summed as whole numbers; others by Python, one user at a time.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import reduce
from operator import and_
from typing import Literal

import numpy as np
import polars as pl

from headcount.definitions.model import Comparison
from headcount.evaluate.comparisons import INT64_MAX, compare_whole, operators_of
from headcount.rules.values import (
    OPERATORS,
    SAFE_DIGITS,
    Operator,
    Values,
    exact_number,
)
from headcount.store.columns.arrays import I64, U32, Mask, Whole
from headcount.store.columns.kernels import (
    add_numbers,
    add_satisfying,
    satisfying,
)
from headcount.store.columns.rows import Coded

MOST_REACH = 2**60
"""Sums that may be larger are left to Python: a few of these still fit 64 bits."""

EXACT_FLOAT = 2**53
"""Whole numbers below this are exact in floats."""

ENOUGH_DIGITS = 4_000
"""Digits for any sum, and any bound times a count, of numbers a log can hold."""


@dataclass(frozen=True, slots=True)
class Totals:
    """How many numbers each user has, and their sum times ten to the `scale`."""

    counts: Whole
    sums: Whole
    scale: int


@dataclass(frozen=True, slots=True)
class Shifted:
    """Values as whole numbers times ten to the minus `scale`.

    A value that is no number has `is_number` false; one that does not fit so has
    `fits` false.
    """

    whole: I64
    is_number: Mask
    fits: Mask


def places(values: Values) -> tuple[I64, Mask]:
    """For each value, its decimal places, and whether its digits are few enough."""
    text = values.text
    digits = pl.DataFrame({"text": text}).select(
        fraction=pl.col("text")
        .str.extract(r"\.([0-9]+)$")
        .str.len_bytes()
        .fill_null(0),
        is_short=(pl.col("text").str.len_bytes() <= SAFE_DIGITS)
        & ~pl.col("text").str.contains("[eE]"),
    )
    return (
        digits.get_column("fraction").to_numpy().astype(np.int64),
        digits.get_column("is_short").fill_null(value=False).to_numpy(),
    )


def shift(values: Values, scale: int) -> Shifted:
    """The values as whole numbers of ten to the minus `scale`."""
    fraction, is_short = places(values)
    number = values.number.to_numpy()
    is_number = ~np.isnan(number)
    shifted = np.where(is_number & is_short, number, 0.0) * 10.0**scale
    fits = is_short & (fraction <= scale) & (np.abs(shifted) < EXACT_FLOAT)
    # Of up to fifteen digits the nearest float, shifted, rounds to the number itself.
    whole = np.rint(np.where(fits, shifted, 0.0)).astype(np.int64)
    return Shifted(whole, is_number, fits)


def total(coded: Coded, who: U32, size: int, scale: int) -> Totals | None:
    """The totals of `size` users at this scale; None when a number does not fit it."""
    coded = coded.compact()
    shifted = shift(coded.values, scale)
    misfits = shifted.is_number & ~shifted.fits
    if misfits.any() and satisfying(coded.codes, misfits).any():
        return None
    counts = np.zeros(size, dtype=np.int32)
    add_satisfying(who, coded.codes, shifted.is_number, counts)
    whole = np.where(shifted.is_number, shifted.whole, 0)
    reach = int(np.abs(whole).max(initial=0)) * int(counts.max(initial=0))
    if reach > MOST_REACH:
        return None
    sums = np.zeros(size, dtype=np.int64)
    add_numbers(who, coded.codes, whole, sums)
    return Totals(counts, sums, scale)


def scale_of(coded: Coded) -> int:
    """The decimal places that the numbers of these rows need."""
    coded = coded.compact()
    fraction, _ = places(coded.values)
    is_number = coded.values.number.is_not_null().to_numpy()
    used = np.zeros(len(coded.values), dtype=np.bool_)
    used[coded.codes] = True
    found = fraction[used & is_number]
    return int(found.max()) if len(found) else 0


def compare_totals(
    totals: Totals, comparison: Comparison, *, of: Literal["sum", "avg"]
) -> Mask:
    """User by user, whether the sum or the mean compares so; false without numbers."""
    compare = _compare_sum if of == "sum" else _compare_mean
    answers = (compare(totals, op, bound) for op, bound in operators_of(comparison))
    return reduce(and_, answers, totals.counts > 0)


def _compare_sum(totals: Totals, op: Operator, bound: Decimal) -> Mask:
    with localcontext(prec=ENOUGH_DIGITS):
        return compare_whole(totals.sums, op, bound.scaleb(totals.scale))


def _compare_mean(totals: Totals, op: Operator, bound: Decimal) -> Mask:
    """The sum against the bound times the count, in whole numbers."""
    with localcontext(prec=ENOUGH_DIGITS):
        top, bottom = bound.scaleb(totals.scale).as_integer_ratio()
    if _fits(totals.sums, bottom) and _fits(totals.counts, top):
        counts = totals.counts.astype(np.int64, copy=False)
        answer: Mask = OPERATORS[op](totals.sums * bottom, counts * top)
        return answer
    pairs = zip(totals.sums.tolist(), totals.counts.tolist(), strict=True)
    return np.array(
        [OPERATORS[op](value * bottom, count * top) for value, count in pairs],
        dtype=np.bool_,
    )


def _fits(numbers: Whole, factor: int) -> bool:
    greatest = int(np.abs(numbers).max(initial=0))
    return greatest * abs(factor) <= INT64_MAX and abs(factor) <= INT64_MAX


def compare_any_totals(
    coded: Coded,
    who: U32,
    size: int,
    comparison: Comparison,
    *,
    of: Literal["sum", "avg"],
) -> Mask:
    """As `compare_totals`, for numbers of any length: exact, user by user."""
    is_number = coded.values.number.is_not_null().to_numpy()[coded.codes]
    texts = coded.filter(is_number).texts()
    numbers: dict[int, list[Decimal]] = defaultdict(list)
    for user, text in zip(who[is_number].tolist(), texts, strict=True):
        numbers[user].append(exact_number(text))
    mask = np.zeros(size, dtype=np.bool_)
    with localcontext(prec=ENOUGH_DIGITS):
        for user, found in numbers.items():
            divisor = len(found) if of == "avg" else 1
            value = sum(found, Decimal(0))
            mask[user] = all(
                OPERATORS[op](value, bound * divisor)
                for op, bound in operators_of(comparison)
            )
    return mask
