"""Whole numbers a user, all of one user side by side, in a mapped file.

A tick changes a few numbers of a few users: a user's record is a page or two, where a
column for each number would be a page for nearly every number. A record that nothing
was written of is a hole in the file and reads as zeros.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from headcount.evaluate.state.checksums import checksum, weights
from headcount.evaluate.state.mapped import map_file
from headcount.store.columns.arrays import I64, U32, U64, AnyArray

WORD = 8
MOST = 2**62
"""No number may be larger, so that adding to it stays within 64 bits."""

BLOCKS = 96
"""The rows have a checksum for each of so many blocks, to be read one at a time."""


@dataclass
class Records:
    """A file of `capacity` records of `width` bytes.

    Given away are so many bytes at the `front`, for numbers of a whole word, and at
    the `back`, for shorter ones: so each stands at a multiple of its size. `sums` has
    the checksum of each block; a file that `is_shared` is for the numbers of several.
    It is created when missing.
    """

    path: Path
    capacity: int
    width: int
    is_shared: bool
    sums: U64
    front: int = 0
    back: int = 0

    @classmethod
    def new(cls, path: Path, capacity: int, width: int, *, is_shared: bool) -> Records:
        """Records with room for `width` bytes of numbers, and nothing written."""
        path.unlink(missing_ok=True)
        sums = np.zeros(BLOCKS, dtype=np.uint64)
        made = cls(path, capacity, width, is_shared, sums)
        # The file is there also when no user has a number: else it would be taken
        # for lost at the next tick.
        with path.open("wb") as file:
            file.truncate(made.size_bytes)
        return made

    @property
    def size_bytes(self) -> int:
        """The bytes of the file."""
        return self.width * self.capacity

    @cached_property
    def words(self) -> U64:
        """The records, mapped: one row a user."""
        return map_file(self.path, (self.capacity, self.width // WORD), np.uint64)

    @property
    def used(self) -> int:
        """The bytes of a record that are given away."""
        return self.front + self.back

    def has_room(self, kinds: Sequence[str]) -> bool:
        """Whether a record has room for a field more of each kind."""
        return self.used + size_of(kinds) <= self.width

    def fields(self, kinds: Sequence[str]) -> list[Field] | None:
        """A field of each of NumPy's `kinds`, not given away before; None: no room."""
        if not self.has_room(kinds):
            return None
        return [self._field(kind) for kind in kinds]

    def _field(self, kind: str) -> Field:
        size = size_of([kind])
        if size == WORD:
            self.front += size
            return Field(self, self.front - size, kind)
        self.back += size
        return Field(self, self.width - self.back, kind)

    def differ(self, users: U32, word: int, differences: U64) -> None:
        """The checksums follow: a word of the users' records is now so much more."""
        weighed = weights(users.astype(np.uint64) * self._row + np.uint64(word))
        blocks = users.astype(np.uint64) * np.uint64(BLOCKS) // np.uint64(self.capacity)
        np.add.at(self.sums, blocks.astype(np.intp), weighed * differences)

    @property
    def _row(self) -> np.uint64:
        return np.uint64(self.width // WORD)

    def are_whole(self, block: int) -> bool:
        """Whether a block holds what was written; reads all of it."""
        # The first user whose block it is: see `differ`.
        low, high = (-(-one * self.capacity // BLOCKS) for one in (block, block + 1))
        words = self.words[low:high].reshape(-1)
        return checksum(words, low * int(self._row)) == int(self.sums[block])


def width_of(size: int) -> int:
    """The bytes of a record of numbers of so many bytes: whole words."""
    return -(-size // WORD) * WORD


def size_of(kinds: Iterable[str]) -> int:
    """The bytes of numbers of these kinds, each of four or of eight."""
    return sum(np.dtype(kind).itemsize for kind in kinds)


@dataclass(frozen=True)
class Field:
    """One number of every record, `offset` bytes from its beginning."""

    records: Records
    offset: int
    kind: str

    @cached_property
    def _column(self) -> AnyArray:
        words = self.records.words
        return np.ndarray(
            len(words), self.kind, words.data, self.offset, (self.records.width,)
        )

    @property
    def size(self) -> int:
        """The bytes of the number."""
        return size_of([self.kind])

    @cached_property
    def _unsigned(self) -> str:
        return f"<u{self.size}"

    def all(self, users: int) -> AnyArray:
        """The numbers of the first so many users, mapped."""
        return self._column[:users]

    def of(self, users: U32) -> I64:
        """The number of each of the users."""
        return self._column[users].astype(np.int64)

    def write(self, users: U32, values: I64) -> None:
        """The numbers of the users, each given once, are `values`."""
        self._replace(users, self._column[users], values)

    def add(self, users: U32, added: I64) -> I64 | None:
        """The numbers of the users, each given once, have grown by `added`.

        Returns what they are now; None, and nothing is written, when one is too large.
        """
        old = self._column[users]
        values = old.astype(np.int64) + added
        if not _fit(values):
            return None
        self._replace(users, old, values)
        return values

    def begin(self, users: U32, values: I64) -> None:
        """The numbers of the users, each given once, which were 0, are `values`.

        Nothing is read: of most records it is the first that is written.
        """
        self._replace(users, None, values)

    def _replace(self, users: U32, old: AnyArray | None, values: I64) -> None:
        new = values.astype(self.kind)
        self._column[users] = new
        bits = self._bits(new) if old is None else self._bits(new) - self._bits(old)
        word, first = divmod(self.offset, WORD)
        self.records.differ(users, word, bits << np.uint64(first * WORD))

    def _bits(self, values: AnyArray) -> U64:
        return values.view(self._unsigned).astype(np.uint64)


def begin_together(fields: Sequence[Field], users: U32, columns: Sequence[I64]) -> bool:
    """The numbers of the users, ascending, which were 0, are those of the columns.

    False, and nothing is written, when one is too large.
    """
    if not all(map(_fit, columns)):
        return False
    for part in _parts(len(users)):
        for field, values in zip(fields, columns, strict=True):
            field.begin(users[part], values[part])
    return True


def _fit(values: I64) -> bool:
    return bool(np.abs(values).max(initial=0) <= MOST)


def _parts(length: int) -> Iterator[slice]:
    """So many users in parts that fit a processor's cache."""
    size = 1 << 16
    return (slice(first, first + size) for first in range(0, length, size))
