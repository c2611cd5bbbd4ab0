"""The rows of events that a condition looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import polars as pl

from headcount.definitions.model import Predicate
from headcount.evaluate.predicates import Moment, satisfies
from headcount.rules.compile import Where
from headcount.rules.values import Values
from headcount.store.columns.arrays import Mask
from headcount.store.columns.kernels import satisfying
from headcount.store.columns.rows import Coded, Rows, Tests

Answer = Callable[[Values], pl.Series]
"""What is asked of values: one truth a value."""


@dataclass
class Answers:
    """What is found out about the values of small tables, kept for one instant.

    `lasting` has the answers that are the same at every instant, by table and question,
    for as many values as the table had then; it may be carried on to the next tick.
    """

    moment: Moment
    lasting: dict[tuple[int, str], Mask] = field(default_factory=dict)
    _kept: dict[tuple[int, str], Mask] = field(default_factory=dict)

    def satisfied(self, predicate: Predicate, coded: Coded) -> Mask:
        """Row by row, whether the value satisfies the predicate."""
        is_lasting = predicate.within_last is None
        question = f"{self.moment.tz.key} {predicate!r}"
        return self.of(
            question,
            coded,
            lambda values: satisfies(predicate, values, self.moment),
            is_lasting=is_lasting,
        )

    def of(
        self, question: str, coded: Coded, answer: Answer, *, is_lasting: bool = True
    ) -> Mask:
        """Row by row, what `answer` says of its value; asked once for a table."""
        each = self.each(question, coded, answer, is_lasting=is_lasting)
        return satisfying(coded.codes, each)

    def each(
        self, question: str, coded: Coded, answer: Answer, *, is_lasting: bool = True
    ) -> Mask:
        """Value by value, what `answer` says of it; asked once for a table."""
        if coded.table is None:
            return answer(coded.values).to_numpy()
        kept = self.lasting if is_lasting else self._kept
        key = (coded.table, question)
        known = kept.get(key, NO_ANSWERS)
        if len(known) < len(coded.values):
            # A table only grows, so what was found out about a value stays true.
            new = answer(coded.values.since(len(known))).to_numpy()
            known = kept[key] = np.concatenate([known, new])
        return known


NO_ANSWERS = np.empty(0, dtype=np.bool_)


def tests_of(where: Where, answers: Answers) -> Tests:
    """What `where` asks of each property."""
    return [(path, partial(answers.satisfied, predicate)) for path, predicate in where]


def matching(rows: Rows, where: Where, answers: Answers) -> Rows:
    """The rows that satisfy every predicate of `where`."""
    return rows.passing(tests_of(where, answers))


def paths_of(where: Where, *others: str) -> list[str]:
    """Every path that has to be read, once, in a fixed order."""
    return sorted({path for path, _ in where} | set(others))
