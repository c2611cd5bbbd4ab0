"""Events as conditions look at them: whose, when, and the values they carry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_

import polars as pl

from headcount.rules.values import Values, read_values
from headcount.store.columns.arrays import I64, U32, AnyArray, Index, Mask
from headcount.store.columns.distinct import numbered


@dataclass(frozen=True)
class Coded:
    """One property of some rows: row i has the value `values[codes[i]]`.

    Equal values may stand there several times. `table` names values that are the same
    at every reading, so that what is found out about them can be kept.
    """

    values: Values
    codes: U32
    table: int | None = None

    def filter(self, mask: Mask | Index) -> Coded:
        """The property of the rows that `mask` picks."""
        return replace(self, codes=self.codes[mask])

    def compact(self) -> Coded:
        """The same property with no more values than there are rows."""
        if len(self.values) <= len(self.codes):
            return self
        distinct, places = numbered(self.codes)
        return Coded(self.values.gather(pl.Series(distinct)), places)

    def gather(self, answers: pl.Series) -> AnyArray:
        """Row by row, what `answers` says of its value."""
        found: AnyArray = answers.to_numpy()[self.codes]
        return found

    def texts(self) -> pl.Series:
        """Row by row, the comparable text, null for what is not comparable."""
        return self.values.text.gather(pl.Series(self.codes))


def code_values(raw: pl.Series) -> Coded:
    """The property of rows with these canonical JSON texts: equal ones share a code."""
    distinct = raw.rename("raw").unique(maintain_order=True)
    numbered = distinct.to_frame().with_row_index("code")
    codes = raw.to_frame("raw").join(
        numbered, on="raw", how="left", nulls_equal=True, maintain_order="left"
    )
    return Coded(read_values(distinct), codes.get_column("code").to_numpy())


Test = Callable[[Coded], Mask]
"""What is asked of a property's values: one truth each."""

Tests = Sequence[tuple[str, Test]]
"""Tests of the property at each path, all of which must hold."""


@dataclass(frozen=True)
class Rows:
    """One row an event, any order.

    `who` is the row of the user in the crowd; `at` microseconds since the epoch, `ids`
    a number of its own for each event: both empty unless they were asked for.
    """

    who: U32
    at: I64
    ids: I64
    properties: Mapping[str, Coded]

    def __len__(self) -> int:
        """The number of events."""
        return len(self.who)

    def filter(self, mask: Mask | Index) -> Rows:
        """The rows that `mask` picks."""
        return Rows(
            self.who[mask],
            self.at[mask] if len(self.at) else self.at,
            self.ids[mask] if len(self.ids) else self.ids,
            {path: coded.filter(mask) for path, coded in self.properties.items()},
        )

    def passing(self, tests: Tests) -> Rows:
        """The rows that pass every test."""
        if not tests or not len(self):
            return self
        return self.filter(
            reduce(and_, (test(self.properties[path]) for path, test in tests))
        )
