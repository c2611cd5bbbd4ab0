"""The users that are looked at: all of a stretch of codes, or some.

Whatever is computed for a crowd has one row a user of it, in the order of codes; `who`
of an event is the row of its user.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from headcount.store.columns.arrays import U32, Index
from headcount.store.columns.kernels import rows_of


@dataclass(frozen=True)
class Stretch:
    """Every user with a code in [low, high)."""

    low: int
    high: int

    def __len__(self) -> int:
        """The number of users."""
        return self.high - self.low

    @property
    def first(self) -> int:
        """The first code."""
        return self.low

    @property
    def codes(self) -> U32:
        """The codes of the users, ascending."""
        return np.arange(self.low, self.high, dtype=np.uint32)

    @property
    def index(self) -> slice | U32:
        """Where the users are in an array of one row a user code."""
        return slice(self.low, self.high)

    def split(self, parts: int) -> list[Stretch]:
        """The users in so many stretches of about one length, at least one."""
        edges = np.linspace(self.low, self.high, max(parts, 1) + 1).astype(int).tolist()
        return [Stretch(low, high) for low, high in pairwise(edges)]

    def rows(self, users: U32) -> slice:
        """Where the crowd's rows are among ascending `users`."""
        low, high = np.searchsorted(users, np.array([self.low, self.high], users.dtype))
        return slice(int(low), int(high))

    def find(self, users: U32) -> tuple[slice | Index, U32]:
        """Where the crowd's rows are among ascending `users`, and who they are of."""
        rows = self.rows(users)
        return rows, self.places(users[rows])

    def places(self, users: U32) -> U32:
        """The row of each of `users`, all of them of the crowd, in any order."""
        return users - np.uint32(self.low) if self.low else users


@dataclass(frozen=True, eq=False)
class Listed:
    """The users of some codes, ascending, each once; equal only to itself."""

    codes: U32

    def __len__(self) -> int:
        """The number of users."""
        return len(self.codes)

    @property
    def first(self) -> int:
        """The first code; 0 when there is none."""
        return int(self.codes[0]) if len(self) else 0

    @property
    def index(self) -> slice | U32:
        """Where the users are in an array of one row a user code."""
        return self.codes

    def find(self, users: U32) -> tuple[slice | Index, U32]:
        """Where the crowd's rows are among ascending `users`, and who they are of."""
        return rows_of(users, self.codes)

    def places(self, users: U32) -> U32:
        """The row of each of `users`, all of them of the crowd, in any order."""
        return np.searchsorted(self.codes, users).astype(np.uint32)


Crowd = Stretch | Listed
