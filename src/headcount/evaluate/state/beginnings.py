"""Numbers that were counted from nothing, on their way into the records.

Those of many conditions are written together, some users at a time: written one by one
each would be a cache line of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from headcount.evaluate.state.records import WORD, Field, Records
from headcount.evaluate.state.words import begin_long, begin_short
from headcount.store.columns.arrays import U64, Whole

TILE = 4096
"""Users whose records are written together, while a processor's cache has them."""


Waiting = tuple[Field, int, Whole]
"""The numbers that a field will have, from one user on."""


@dataclass
class Beginnings:
    """Columns of numbers on their way into fields that were 0; so many bytes wait.

    They are read before `end` by nobody. Where nothing else is written meanwhile, a
    thread of its own does it: fields of two kinds may share a word.
    """

    most_bytes: int = 0
    is_alone: bool = False
    _waiting: list[Waiting] = field(default_factory=list)
    _writing: Future[list[Written]] | None = None

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1, thread_name_prefix="records")

    def add(
        self, fields: Sequence[Field], first: int, columns: Sequence[Whole]
    ) -> None:
        """The numbers of the users from `first` on will be those of the columns.

        They fit the fields.
        """
        for number, column in zip(fields, columns, strict=True):
            kept = column.astype("<i8" if number.size == WORD else "<i4", copy=False)
            self._waiting.append((number, first, kept))
        if sum(column.nbytes for _, _, column in self._waiting) >= self.most_bytes:
            self._write()

    def end(self) -> None:
        """All numbers are in the records; a second call changes nothing."""
        self._write()
        self._have_written()

    def _write(self) -> None:
        self._have_written()
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        self._writing = self._pool.submit(_write_all, waiting)
        if not self.is_alone:
            self._have_written()

    def _have_written(self) -> None:
        """The numbers that are being written are in the records."""
        if self._writing is not None:
            for one in self._writing.result():
                one.records.sums += one.sums
            self._writing = None


@dataclass(frozen=True)
class Written:
    """What the checksums of records gain: they change while others are written."""

    records: Records
    sums: U64


def _write_all(waiting: Sequence[Waiting]) -> list[Written]:
    end = max((first + len(column) for _, first, column in waiting), default=0)
    columns = [_Column.of(*one) for one in waiting]
    for low in range(0, end, TILE):
        for column in columns:
            column.write(low)
    return [column.written for column in columns]


@dataclass(frozen=True)
class _Column:
    """A column with all that is needed to write of it."""

    first: int
    values: Whole
    place: int
    shift: np.uint64
    mask: np.uint64
    written: Written
    begin: Callable[..., None]

    @classmethod
    def of(cls, number: Field, first: int, values: Whole) -> _Column:
        records = number.records
        return cls(
            first,
            values,
            number.offset // WORD,
            number.shift,
            number.mask,
            Written(records, np.zeros_like(records.sums)),
            begin_long if number.size == WORD else begin_short,
        )

    def write(self, low: int) -> None:
        """The numbers of the users of a tile are in the records."""
        first = max(low, self.first)
        self.begin(
            self.written.records.words,
            first,
            self.values[first - self.first : max(low + TILE - self.first, 0)],
            self.place,
            self.shift,
            self.mask,
            self.written.sums,
        )
