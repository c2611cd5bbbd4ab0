"""Numbers that were counted from nothing, on their way into the records.

Those of many conditions are written together, some users at a time: written one by one
each would be a cache line of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from headcount.evaluate.state.moves import begin_long, begin_short
from headcount.evaluate.state.records import WORD, Field, fits
from headcount.store.columns.arrays import Whole

MOST_BYTES = 256 << 20
"""So much waits before it is written."""

TILE = 4096
"""Users whose records are written together, while a processor's cache has them."""


@dataclass
class Beginnings:
    """Columns of numbers of users from one on, each with the field it is for.

    All the fields were 0. They are read before `write` by nobody.
    """

    _waiting: list[tuple[Field, int, Whole]] = field(default_factory=list)
    _size_bytes: int = 0

    def add(
        self, fields: Sequence[Field], first: int, columns: Sequence[Whole]
    ) -> bool:
        """The numbers of the users from `first` on will be those of the columns.

        False, and nothing of them will be written, when one is too large.
        """
        if not all(map(fits, columns)):
            return False
        for number, column in zip(fields, columns, strict=True):
            self._waiting.append(
                (number, first, column.astype(number.kind, copy=False))
            )
            self._size_bytes += self._waiting[-1][-1].nbytes
        if self._size_bytes >= MOST_BYTES:
            self.write()
        return True

    def write(self) -> None:
        """All that waited is in the records; a second call changes nothing."""
        end = max(
            (first + len(column) for _, first, column in self._waiting), default=0
        )
        for low in range(0, end, TILE):
            for number, first, column in self._waiting:
                _write(number, column, first, low)
        self._waiting, self._size_bytes = [], 0


def _write(number: Field, column: Whole, first: int, low: int) -> None:
    """Of the column, whose first user is `first`, those of a tile are written."""
    part = column[max(low - first, 0) : max(low + TILE - first, 0)]
    begin = begin_long if number.size == WORD else begin_short
    begin(
        number.records.words,
        max(low, first),
        part,
        number.offset // WORD,
        number.shift,
        number.mask,
        number.records.sums,
    )
