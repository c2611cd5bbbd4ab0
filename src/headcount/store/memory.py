"""How much memory the store and what is read from it may take.

One figure a project, `memory` in headcount.yaml: half of it is DuckDB's, which spills
to the disk beyond; from the other half follows how many events are looked at at a time,
and how much ticks keep. Results are the same whatever it is.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

MOST_ROWS = 20_000_000
"""Events that are looked at at a time."""

MOST_WAITING = 256 << 20
PARTS = 16
"""Numbers wait in so many bytes, or in so small a part of the figure."""

BYTES_A_ROW = 100
"""What an event takes while it is looked at: its user, values, and masks."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a process may take, in bytes; None: what the machine has.

    `kept_bytes` is what ticks may keep of numbers, where it does not follow from that.
    """

    most_bytes: int | None = None
    kept_bytes: int | None = None

    @property
    def database_limit(self) -> str:
        """DuckDB's `memory_limit`; without a figure half of the machine's."""
        return "50%" if self.most_bytes is None else f"{self.most_bytes // 2}B"

    @property
    def most_rows(self) -> int:
        """How many events are looked at at a time."""
        if self.most_bytes is None:
            return MOST_ROWS
        return max(1, min(MOST_ROWS, self.most_bytes // 2 // BYTES_A_ROW))

    @property
    def most_waiting_bytes(self) -> int:
        """How large the numbers may be that wait to be written together."""
        if self.most_bytes is None:
            return MOST_WAITING
        return min(MOST_WAITING, self.most_bytes // PARTS)

    @property
    def most_kept_bytes(self) -> int:
        """How large the numbers may be that ticks keep of users: half of the figure.

        They are of use while they stay in memory. Without a figure they have a quarter
        of the machine's.
        """
        if self.kept_bytes is not None:
            return self.kept_bytes
        if self.most_bytes is None:
            return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4
        return self.most_bytes // 2


WHOLE_MACHINE = Memory()
