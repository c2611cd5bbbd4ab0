"""What is measured of a user's matching events, and whether it compares so.

A measure that can be counted up is a few whole numbers a user, its columns: events that
come add to them and events that go are taken off again. The others are found from all
the events of a user at once.

Source: segments.md §2, the rows count to distinct.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol

import numpy as np
import polars as pl

from headcount.definitions.model import Aggregate, Comparison
from headcount.evaluate.comparisons import compare_counts, operators_of
from headcount.evaluate.matching import Answer, Answers
from headcount.evaluate.predicates import Moment
from headcount.evaluate.totals import (
    Totals,
    compare_any_totals,
    compare_totals,
    scale_of,
    total,
)
from headcount.rules.compile import Measured
from headcount.rules.values import Operator, compare_numbers
from headcount.store.columns.arrays import I32, I64, U32, U64, Mask, Whole
from headcount.store.columns.distinct import distinct, numbered
from headcount.store.columns.kernels import add_rows, add_satisfying, mark_days
from headcount.store.columns.rows import Coded, Rows

Column = Whole

DAYS_A_WORD = 64
MINUTE_US = 60_000_000

COUNT, SUM = "<i2", "<i8"
"""How columns are kept: numbers of events, and sums."""


class Counted(Protocol):
    """A measure that can be counted up."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """How each of its columns is kept."""

    def count(self, rows: Rows, size: int, answers: Answers) -> list[Column] | None:
        """What the rows add to each column, user by user; None: they do not fit."""

    def holds(self, columns: Sequence[Column]) -> Mask:
        """User by user, whether the measure compares so."""


@dataclass(frozen=True, slots=True)
class Count:
    """The number of events; zero events is the number 0."""

    comparison: Comparison
    kinds: tuple[str, ...] = (COUNT,)

    def count(self, rows: Rows, size: int, answers: Answers) -> list[Column] | None:
        """The events of each user."""
        return [per_user(rows.who, size)]

    def holds(self, columns: Sequence[Column]) -> Mask:
        """User by user, whether the number compares so."""
        return compare_counts(columns[0], self.comparison)


@dataclass(frozen=True, slots=True)
class Total:
    """The sum or the mean of the numbers, at so many decimal places."""

    aggregate: Aggregate
    of: Literal["sum", "avg"]
    scale: int
    kinds: tuple[str, ...] = (COUNT, SUM)

    def count(self, rows: Rows, size: int, answers: Answers) -> list[Column] | None:
        """How many numbers each user has, and their sum; None: a number is too long."""
        coded = rows.properties[self.aggregate.of]
        found = total(coded, rows.who, size, self.scale)
        return None if found is None else [found.counts, found.sums]

    def holds(self, columns: Sequence[Column]) -> Mask:
        """User by user, whether it compares so; false without a number."""
        totals = Totals(columns[0], columns[1], self.scale)
        return compare_totals(totals, self.aggregate, of=self.of)


EVERY: dict[str, tuple[Operator, Operator]] = {
    "min": ("gt", "gte"),
    "max": ("lt", "lte"),
}
"""The least is over a bound when every number is, and under it when some number is."""

SOME: dict[str, tuple[Operator, Operator]] = {
    "min": ("lt", "lte"),
    "max": ("gt", "gte"),
}


@dataclass(frozen=True, slots=True)
class Extreme:
    """The least or the greatest number, compared without being computed.

    Each number is compared exactly and the answers are counted: how many numbers there
    are, and for each operator how many reach the bound and how many compare so.
    """

    aggregate: Aggregate
    of: Literal["min", "max"]

    @property
    def kinds(self) -> tuple[str, ...]:
        """One column for the numbers, two an operator."""
        return (COUNT,) * (1 + 2 * len(list(operators_of(self.aggregate))))

    def count(self, rows: Rows, size: int, answers: Answers) -> list[Column] | None:
        """The numbers of each user, and of each operator those that answer so."""
        coded = rows.properties[self.aggregate.of]
        return [
            answering(rows.who, coded, answers.each(question, coded, answer), size)
            for question, answer in self._questions()
        ]

    def _questions(self) -> Iterator[tuple[str, Answer]]:
        """What is asked of each number, one question a column."""
        yield "is a number", lambda one: one.number.is_not_null()
        for op, bound in operators_of(self.aggregate):
            for asked in (EVERY[self.of][1], "eq" if op == "ne" else op):
                compare = partial(compare_numbers, op=asked, bound=bound)
                yield f"{asked} {bound}", compare

    def holds(self, columns: Sequence[Column]) -> Mask:
        """User by user, whether it compares so; false without a number."""
        numbers = columns[0]
        mask: Mask = numbers > 0
        for i, (op, _) in enumerate(operators_of(self.aggregate)):
            reaching, holding = columns[1 + 2 * i : 3 + 2 * i]
            mask = mask & self._answer(op, numbers, reaching, holding)
        return mask

    def _answer(
        self, op: Operator, numbers: Column, reaching: Column, holding: Column
    ) -> Mask:
        if op in EVERY[self.of]:
            answer: Mask = holding == numbers
        elif op in SOME[self.of]:
            answer = holding > 0
        else:
            is_bound = (reaching == numbers) & (holding > 0)
            answer = ~is_bound if op == "ne" else is_bound
        return answer


def per_user(who: U32, size: int) -> I32:
    """How many of the rows each of `size` users has."""
    counts = np.zeros(size, dtype=np.int32)
    add_rows(who, counts)
    return counts


def answering(who: U32, coded: Coded, answers: Mask, size: int) -> I32:
    """How many rows of each of `size` users have a value that is answered with yes."""
    counts = np.zeros(size, dtype=np.int32)
    add_satisfying(who, coded.codes, answers, counts)
    return counts


def counted_measures(leaf: Measured, scales: Sequence[int]) -> list[Counted]:
    """The measures of `leaf` that can be counted up; `scales` has one a sum or mean."""
    found: list[Counted] = [] if leaf.count is None else [Count(leaf.count)]
    rest = iter(scales)
    for name, aggregate in leaf.aggregates:
        match name:
            case "sum" | "avg":
                found.append(Total(aggregate, name, next(rest)))
            case "min" | "max":
                found.append(Extreme(aggregate, name))
            case "distinct":
                continue  # not counted up
    return found


def scales_of(leaf: Measured, rows: Rows) -> list[int]:
    """The decimal places that each sum or mean of `leaf` needs for these rows."""
    return [
        scale_of(rows.properties[aggregate.of])
        for name, aggregate in leaf.aggregates
        if name in {"sum", "avg"}
    ]


def measured(leaf: Measured, rows: Rows, size: int, answers: Answers) -> Mask:
    """User by user, whether every measure of `leaf` compares so for these rows."""
    mask = np.ones(size, dtype=np.bool_)
    for measure in counted_measures(leaf, scales_of(leaf, rows)):
        columns = measure.count(rows, size, answers)
        mask &= (
            _wide(measure, rows, size) if columns is None else measure.holds(columns)
        )
    if leaf.days is not None:
        days = days_of(rows.who, local_days(rows, answers.moment), size)
        mask &= compare_counts(days, leaf.days)
    for name, aggregate in leaf.aggregates:
        if name == "distinct":
            texts, found = text_codes(rows.properties[aggregate.of])
            mask &= compare_counts(
                distinct_pairs(rows.who[found], texts, size), aggregate
            )
    return mask


def _wide(measure: Counted, rows: Rows, size: int) -> Mask:
    """As the measure holds, where numbers are too long to be counted up."""
    assert isinstance(measure, Total)  # noqa: S101 - the only one whose rows may not fit
    aggregate = measure.aggregate
    coded = rows.properties[aggregate.of]
    return compare_any_totals(coded, rows.who, size, aggregate, of=measure.of)


def local_days(rows: Rows, moment: Moment) -> I64:
    """The local calendar day of each row, in days since the epoch."""
    if not len(rows):
        return rows.at
    minutes = rows.at // MINUTE_US
    low, high = int(minutes.min()), int(minutes.max()) + 1
    if high - low > len(rows):
        return _days_at(rows.at, moment)
    each = np.arange(low, high) * MINUTE_US
    days = _days_at(each, moment)
    found = days[minutes - low]
    # A minute in which the day changes tells of none of its rows.
    split = np.flatnonzero(days != _days_at(each + MINUTE_US - 1, moment))
    if len(split):
        rest = np.isin(minutes, split + low)
        found[rest] = _days_at(rows.at[rest], moment)
    return found


def _days_at(at: I64, moment: Moment) -> I64:
    instants = pl.from_epoch(pl.Series(at), time_unit="us")
    local = instants.dt.replace_time_zone("UTC").dt.convert_time_zone(moment.tz.key)
    return local.dt.date().to_physical().to_numpy().astype(np.int64)


def days_of(who: U32, days: I64, size: int) -> Column:
    """How many different days each of `size` users has a row on."""
    counts = np.zeros(size, dtype=np.int64)
    for first in distinct(days // DAYS_A_WORD) * DAYS_A_WORD:
        marks = np.zeros(size, dtype=np.uint64)
        mark_days(who, days, int(first), marks)
        counts += np.bitwise_count(marks)
    return counts


def text_codes(coded: Coded) -> tuple[I64, Mask]:
    """A number for each comparable text, of the rows with one, and which those are.

    Values are one when their comparable texts are: 1, 1.0 and "1".
    """
    (numbers,) = text_numbers([coded])
    found: Mask = numbers > 0
    return numbers[found], found


def text_numbers(several: Sequence[Coded]) -> list[I64]:
    """Row by row of each, the number of its comparable text, 0 where there is none.

    Equal texts have one number in all of them.
    """
    numberings = [numbered(coded.codes) for coded in several]
    texts = [
        coded.values.text.gather(pl.Series(codes))
        for coded, (codes, _) in zip(several, numberings, strict=True)
    ]
    ranks = pl.concat(texts).rank("dense").fill_null(0).to_numpy().astype(np.int64)
    edges = np.cumsum([len(one) for one in texts])[:-1]
    parts = zip(np.split(ranks, edges), numberings, strict=True)
    return [part[places] for part, (_, places) in parts]


def pairs_of(who: U32, what: I64) -> U64:
    """Of each row one number for both."""
    pairs: U64 = (who.astype(np.uint64) << np.uint64(32)) | what.astype(np.uint32)
    return pairs


def users_of_pairs(pairs: U64) -> U32:
    """The user of each pair."""
    return (pairs >> np.uint64(32)).astype(np.uint32)


def distinct_pairs(who: U32, what: I64, size: int) -> Column:
    """How many different `what` each of `size` users has."""
    return per_user(users_of_pairs(distinct(pairs_of(who, what))), size)
