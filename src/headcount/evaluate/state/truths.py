"""One bit a user for each of many questions, in a mapped file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from headcount.evaluate.state.mapped import map_file
from headcount.evaluate.state.words import checksum, flip_bits, read_bits
from headcount.store.columns.arrays import U32, U64, AnyArray, Mask

SLOTS = 512


@dataclass
class Truths:
    """A file with room for `capacity` users in each of its slots.

    `sums` has the checksum of each slot. The file is created when missing; slots that
    nobody uses are holes in it.
    """

    path: Path
    capacity: int
    sums: U64

    @classmethod
    def new(cls, path: Path, capacity: int) -> Truths:
        """Truths of which none holds."""
        path.unlink(missing_ok=True)
        return cls(path, capacity, np.zeros(SLOTS, dtype=np.uint64))

    @property
    def size_bytes(self) -> int:
        """The bytes of the file."""
        return SLOTS * self.slot_bytes

    @property
    def slot_bytes(self) -> int:
        """The bytes of one slot."""
        return self.capacity // 8

    @cached_property
    def bytes(self) -> AnyArray:
        """The bits, mapped: a row a slot, eight users a byte, the first one lowest."""
        return map_file(self.path, (SLOTS, self.slot_bytes), np.uint8)

    def are_whole(self, slot: int) -> bool:
        """Whether the slot holds what was written; reads all of it."""
        return self.checksum(slot) == int(self.sums[slot])

    def checksum(self, slot: int) -> int:
        """The checksum of what the slot holds; reads all of it."""
        words = self.bytes[slot].view(np.uint64)
        return int(checksum(words, slot * len(words)))


@dataclass(frozen=True)
class Truth:
    """For whom one question is answered with yes."""

    truths: Truths
    slot: int

    @property
    def _words(self) -> U64:
        row: AnyArray = self.truths.bytes[self.slot]
        return row.view(np.uint64)

    def of(self, users: U32) -> Mask:
        """The truth of each of the users."""
        found = np.empty(len(users), dtype=np.bool_)
        read_bits(self._words, users, found)
        return found

    def all(self, users: int) -> Mask:
        """The truths of the first so many users."""
        row = self.truths.bytes[self.slot]
        return np.unpackbits(row, count=users, bitorder="little").view(np.bool_)

    def fill(self, mask: Mask) -> None:
        """The truths of the first users are these, and nobody else's holds."""
        row = self.truths.bytes[self.slot]
        packed = np.packbits(mask, bitorder="little")
        row[: len(packed)] = packed
        row[len(packed) :] = 0
        sums = self.truths.sums
        sums[self.slot] = self.truths.checksum(self.slot)

    def flip(self, users: U32) -> None:
        """The truth of each of the users, each given once, is the other one."""
        words = self._words
        own = self.truths.sums[self.slot : self.slot + 1]
        flip_bits(words, users, self.slot * len(words), own)
