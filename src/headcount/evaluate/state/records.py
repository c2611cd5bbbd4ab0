"""Whole numbers a user, all of one user side by side, in a mapped file.

A tick changes a few numbers of a few users: a user's record is a page or two, where a
column for each number would be a page for nearly every number. A record that nothing
was written of is a hole in the file and reads as zeros.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from pathlib import Path

import numpy as np

from headcount.evaluate.state.mapped import map_file
from headcount.evaluate.state.words import checksum, write_numbers
from headcount.store.columns.arrays import I64, U32, U64, AnyArray, Whole

WORD = 8
MOST = 2**62
"""No number may be larger, so that adding to it stays within 64 bits."""

LONGER = ("<i4", "<i8")
GROWTH = 2
"""A number begins in a kind in which it may grow so many times."""

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
        front, back = reduce(_taken, kinds, (self.front, self.back))
        return front + back <= self.width

    def fields(self, kinds: Sequence[str]) -> list[Field] | None:
        """A field of each of NumPy's `kinds`, not given away before; None: no room."""
        if not self.has_room(kinds):
            return None
        return [self._field(kind) for kind in kinds]

    def _field(self, kind: str) -> Field:
        front = self.front
        self.front, self.back = _taken((self.front, self.back), kind)
        offset = front if self.front > front else self.width - self.back
        return Field(self, offset, kind)

    def are_whole(self, block: int) -> bool:
        """Whether a block holds what was written; reads all of it."""
        # The first user whose block it is: see `differ`.
        low, high = (-(-one * self.capacity // BLOCKS) for one in (block, block + 1))
        words = self.words[low:high].reshape(-1)
        found = checksum(words, low * (self.width // WORD))
        return int(found) == int(self.sums[block])


def _taken(used: tuple[int, int], kind: str) -> tuple[int, int]:
    """The bytes given away at the front and at the back, with a number more."""
    front, back = used
    size = size_of([kind])
    if size == WORD:
        return front + size, back
    return front, back + size + -back % size


def width_of(size: int) -> int:
    """The bytes of a record of numbers of so many bytes: whole words."""
    return -(-size // WORD) * WORD


def size_of(kinds: Iterable[str]) -> int:
    """The bytes of numbers of these kinds."""
    return sum(np.dtype(kind).itemsize for kind in kinds)


def most_of(kind: str) -> int:
    """The largest number that a field of the kind keeps."""
    return min(int(np.iinfo(kind).max), MOST)


def kind_for(kind: str, values: Whole) -> str | None:
    """The kind, or the next longer one in which the values have room to grow.

    None when they have it in none.
    """
    greatest = max(int(values.max(initial=0)), -int(values.min(initial=0)))
    longer = (one for one in LONGER if size_of([one]) > size_of([kind]))
    fitting = (one for one in (kind, *longer) if greatest <= most_of(one) // GROWTH)
    return next(fitting, None)


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

    def all(self, users: int) -> AnyArray:
        """The numbers of the first so many users, mapped."""
        return self._column[:users]

    def of(self, users: U32) -> I64:
        """The number of each of the users."""
        return self._column[users].astype(np.int64)

    def write(self, users: U32, values: Whole) -> None:
        """The numbers of the users, each given once, are `values`."""
        write_numbers(
            self.records.words,
            users,
            self.offset // WORD,
            self.shift,
            self.mask,
            values.astype(np.int64, copy=False),
            self.records.sums,
        )

    def add(self, users: U32, added: Whole) -> I64 | None:
        """The numbers of the users, each given once, have grown by `added`.

        Returns what they are now; None, and nothing is written, when one is too large.
        """
        values = self._column[users].astype(np.int64) + added
        if not fits(values, self.kind):
            return None
        self.write(users, values)
        return values

    @property
    def shift(self) -> np.uint64:
        """How many bits of its word are below the number."""
        return np.uint64(self.offset % WORD * 8)

    @property
    def mask(self) -> np.uint64:
        """The bits of the number, at the low end of a word."""
        return np.uint64(2 ** (8 * self.size) - 1)


def fits(values: Whole, kind: str) -> bool:
    """Whether none of the numbers is too large for a field of the kind."""
    most = most_of(kind)
    return bool(values.max(initial=0) <= most and values.min(initial=0) >= -most)
