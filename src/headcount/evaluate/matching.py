"""The rows of events that a condition looks at."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import reduce
from operator import and_

import numpy as np
import polars as pl

from headcount.definitions.model import Predicate
from headcount.evaluate.predicates import Moment, satisfies
from headcount.rules.compile import Where
from headcount.store.columns.arrays import Mask
from headcount.store.columns.rows import Coded, Rows

Answer = Callable[[], pl.Series]


@dataclass
class Answers:
    """What is found out about the values of small tables, kept for one instant."""

    moment: Moment
    _kept: dict[Hashable, Mask] = field(default_factory=dict)

    def satisfied(self, predicate: Predicate, coded: Coded) -> Mask:
        """Row by row, whether the value satisfies the predicate."""
        return self.of(
            ("satisfies", predicate),
            coded,
            lambda: satisfies(predicate, coded.values, self.moment),
        )

    def of(self, question: Hashable, coded: Coded, answer: Answer) -> Mask:
        """Row by row, what `answer` says value by value; asked once for a table."""
        if coded.table is None:
            return coded.gather(answer()).astype(np.bool_, copy=False)
        key = (coded.table, question)
        if key not in self._kept:
            self._kept[key] = answer().to_numpy()
        found: Mask = self._kept[key][coded.codes]
        return found


def matching(rows: Rows, where: Where, answers: Answers) -> Rows:
    """The rows that satisfy every predicate of `where`."""
    if not where:
        return rows
    return rows.filter(
        reduce(
            and_,
            (
                answers.satisfied(predicate, rows.properties[path])
                for path, predicate in where
            ),
        )
    )


def paths_of(where: Where, *others: str) -> list[str]:
    """Every path that has to be read, once, in a fixed order."""
    return sorted({path for path, _ in where} | set(others))
