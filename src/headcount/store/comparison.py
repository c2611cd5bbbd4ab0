"""Memberships beside each other: one segment at two instants, several at one.

Source: interface.md §3, `diff` and `overlap`. An instant between two ticks shows what
the earlier one told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from headcount.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Difference:
    """One segment at two instants, in counts and in those who changed.

    ENTERED has `user_id`, `entered_at`; EXITED `user_id`, `left_at`; by user id. Who
    left and came back in between has stayed; who came and left again is nowhere.
    """

    members_before: int
    members_after: int
    stayed: int
    entered: pl.DataFrame
    exited: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Combination:
    """How many users are in all of these segments and in no other that was named."""

    segment_ids: tuple[str, ...]
    members: int


def read_told_at(
    warehouse: Warehouse, segment_id: str, at: datetime
) -> tuple[datetime | None, datetime | None]:
    """When the segment was told first, and when it was told last until `at`."""
    params = {"segment_id": segment_id, "at": at}
    ((first_at, told_at),) = warehouse.rows("comparison/told_at", params)
    return first_at, told_at


def read_difference(
    warehouse: Warehouse, segment_id: str, *, start: datetime, end: datetime
) -> Difference:
    """What became of the members of `start` until `end`."""
    params = {"segment_id": segment_id, "start": start, "end": end}
    users = warehouse.frame("comparison/difference", params)
    was_in, is_in = pl.col("was_in"), pl.col("is_in")
    return Difference(
        members_before=users.select(was_in.sum()).item(),
        members_after=users.select(is_in.sum()).item(),
        stayed=users.select((was_in & is_in).sum()).item(),
        entered=users.filter(~was_in).select("user_id", "entered_at"),
        exited=users.filter(~is_in).select("user_id", "left_at"),
    )


def read_combinations(
    warehouse: Warehouse, segment_ids: Sequence[str], at: datetime
) -> list[Combination]:
    """Which of these segments of one system users are in together, most first."""
    params = {"segment_ids": list(segment_ids), "at": at}
    rows = warehouse.rows("comparison/combinations", params)
    return [Combination(tuple(ids), members) for ids, members in rows]
