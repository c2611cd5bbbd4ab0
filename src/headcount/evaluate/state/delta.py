"""What a tick adds to the numbers that are kept of users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headcount.evaluate.measures import Column
from headcount.store.columns.arrays import U32


@dataclass(frozen=True)
class Delta:
    """What is added to each column for `users`: rows of a crowd, ascending."""

    users: U32
    columns: Sequence[Column]
