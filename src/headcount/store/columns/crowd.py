"""The users that are looked at: all of a stretch of codes, or some.

Whatever is computed for a crowd has one row a user of it, in the order of codes; `who`
of an event is the row of its user.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from headcount.store.columns.arrays import U32, Index, Mask

SCAN_FROM = 24
"""With more rows than this for each user looked for, every user is searched; with
fewer, the rows are gone through."""


@dataclass(frozen=True)
class Stretch:
    """Every user with a code in [low, high)."""

    low: int
    high: int

    def __len__(self) -> int:
        """The number of users."""
        return self.high - self.low

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

    def find(self, users: U32) -> tuple[slice | Index, Index]:
        """Where the crowd's rows are among ascending `users`, and who they are of."""
        first, last = np.searchsorted(users, (self.low, self.high))
        rows = slice(int(first), int(last))
        return rows, users[rows].astype(np.intp) - self.low

    def places(self, users: U32) -> Index:
        """The row of each of `users`, all of them of the crowd, in any order."""
        return users.astype(np.intp) - self.low


@dataclass(frozen=True, eq=False)
class Listed:
    """The users of some codes, ascending, each once; equal only to itself."""

    codes: U32

    def __len__(self) -> int:
        """The number of users."""
        return len(self.codes)

    @property
    def index(self) -> slice | U32:
        """Where the users are in an array of one row a user code."""
        return self.codes

    @cached_property
    def _flags(self) -> Mask:
        flags = np.zeros(int(self.codes[-1]) + 1 if len(self) else 0, dtype=np.bool_)
        flags[self.codes] = True
        return flags

    def find(self, users: U32) -> tuple[slice | Index, Index]:
        """Where the crowd's rows are among ascending `users`, and who they are of."""
        if len(users) < SCAN_FROM * len(self):
            return self._scan(users)
        first = np.searchsorted(users, self.codes, side="left")
        counts = np.searchsorted(users, self.codes, side="right") - first
        who = np.repeat(np.arange(len(self)), counts)
        # Each user's rows stand together: count on from the first of them.
        starts = np.cumsum(counts) - counts
        rows = np.arange(len(who)) - np.repeat(starts - first, counts)
        return rows, who

    def places(self, users: U32) -> Index:
        """The row of each of `users`, all of them of the crowd, in any order."""
        return np.searchsorted(self.codes, users)

    def _scan(self, users: U32) -> tuple[Index, Index]:
        known = users[: np.searchsorted(users, len(self._flags))]
        rows = np.flatnonzero(self._flags[known])
        return rows, np.searchsorted(self.codes, users[rows])


Crowd = Stretch | Listed
