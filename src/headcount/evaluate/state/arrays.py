"""Arrays with one row a user, in a mapped file: only rows that change are touched.

The checksum is a sum over the rows, so it follows every change without reading the
rest; reading all of it tells whether the file still holds what was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from headcount.store.columns.arrays import I64, U32, AnyArray

SMALLEST = 1024
MULTIPLIERS = tuple(
    np.uint64(one)
    for one in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)


class UserArrays:
    """Columns of numbers, each with `capacity` rows; those beyond the users are 0.

    `kinds` are NumPy's names of the columns' types. The file is created when missing.
    """

    def __init__(self, path: Path, kinds: Sequence[str], capacity: int) -> None:
        self.path = path
        self.kinds = tuple(kinds)
        self.capacity = capacity
        exists = path.exists()
        whole = np.memmap(
            path,
            dtype=np.uint8,
            mode="r+" if exists else "w+",
            shape=(self.size_bytes,),
        )
        self.columns: list[AnyArray] = []
        end = 0
        for kind in kinds:
            length = self.width(kind) * capacity
            self.columns.append(whole[end : end + length].view(np.ndarray).view(kind))
            end += length

    @staticmethod
    def width(kind: str) -> int:
        """The bytes of one row of a column."""
        return np.dtype(kind).itemsize

    @property
    def size_bytes(self) -> int:
        """The bytes of the file."""
        return sum(map(self.width, self.kinds)) * self.capacity

    def set(self, column: int, users: U32, values: I64) -> int:
        """The users' rows are `values`; returns what that adds to the checksum."""
        array = self.columns[column]
        difference = values.astype(np.int64) - array[users].astype(np.int64)
        array[users] = values
        return _weighed(users, column, difference)

    def fill(self, column: int, values: I64) -> int:
        """The first rows, which were 0, are `values`; returns what `set` does."""
        self.columns[column][: len(values)] = values
        users = np.flatnonzero(values)
        return _weighed(users, column, values[users].astype(np.int64))

    def checksum(self) -> int:
        """The checksum of everything that stands in the file."""
        rows = np.arange(self.capacity)
        sums = (
            _weighed(rows, i, column.astype(np.int64))
            for i, column in enumerate(self.columns)
        )
        return sum(sums) % 2**64


def capacity_for(users: int) -> int:
    """Rows enough for so many users, and for more to come."""
    capacity = SMALLEST
    while capacity < users:
        capacity *= 2
    return capacity


def _weighed(rows: AnyArray, column: int, values: I64) -> int:
    """The sum of the values, each times a number that its place decides."""
    first, second, third = MULTIPLIERS
    place = (rows.astype(np.uint64) + np.uint64((column << 40) + 1)) * first
    place = (place ^ (place >> np.uint64(30))) * second
    place = (place ^ (place >> np.uint64(27))) * third
    weights = place | np.uint64(1)  # odd: no change of one row is lost
    return int((weights * values.astype(np.uint64)).sum(dtype=np.uint64))
