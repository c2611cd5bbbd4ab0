"""Membership as stays [entered_at, left_at), so that an as-of question is one WHERE.

Source: segments.md §5-6, interface.md §6.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from headcount.store.warehouse import Warehouse

INSTANT = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class Change:
    """What a tick makes of one segment's membership.

    `members` has one row a member after the tick: `user_code`, `entered_at`. `entered`
    has the same columns, `exited` only `user_code`.
    """

    members: pl.DataFrame
    entered: pl.DataFrame
    exited: pl.DataFrame

    @property
    def stayed(self) -> int:
        """How many were members before and after."""
        return self.members.height - self.entered.height


def read_members(warehouse: Warehouse, segment_id: str, at: datetime) -> pl.DataFrame:
    """The members at `at`: `user_id` (ascending, unique) and `entered_at` in UTC."""
    params = {"segment_id": segment_id, "at": at}
    frame = warehouse.frame("membership/members_at", params)
    return frame.with_columns(pl.col("entered_at").cast(INSTANT))


def read_current(warehouse: Warehouse, segment_id: str) -> pl.Series:
    """The codes of the present members."""
    frame = warehouse.frame("membership/current", {"segment_id": segment_id})
    return frame.get_column("user_code")


def read_standing(
    warehouse: Warehouse, segment_id: str, before: datetime
) -> pl.DataFrame:
    """Who was a member just before an instant: `user_code`, `entered_at`."""
    params = {"segment_id": segment_id, "at": before}
    frame = warehouse.frame("membership/standing", params)
    return frame.with_columns(pl.col("entered_at").cast(INSTANT))


def plan_change(standing: pl.DataFrame, members: pl.DataFrame) -> Change:
    """The difference between who stood before and MEMBERS (`user_code`, `entered_at`).

    Who stays keeps the instant of entry; the order of rows means nothing.
    """
    stayed = standing.join(members, on="user_code", how="semi")
    entered = members.join(standing, on="user_code", how="anti")
    exited = standing.join(members, on="user_code", how="anti").select("user_code")
    return Change(pl.concat([stayed, entered]), entered, exited)


def commit_change(
    warehouse: Warehouse,
    change: Change,
    *,
    segment_id: str,
    at: datetime,
    version: int,
) -> None:
    """The stays and the size at `at` are those of `change`.

    Telling the newest tick again first takes back what it said before. Runs inside
    the caller's transaction.
    """
    params = {"segment_id": segment_id, "at": at}
    warehouse.execute("membership/forget_entries", params)
    warehouse.execute("membership/forget_exits", params)
    with warehouse.lend(exited=change.exited, entered=change.entered):
        if change.exited.height:
            warehouse.execute("membership/close_stays", params)
        if change.entered.height:
            warehouse.execute(
                "membership/open_stays",
                {"segment_id": segment_id, "version": version},
            )
    warehouse.execute(
        "membership/record_size",
        params
        | {
            "members": change.members.height,
            "entered": change.entered.height,
            "exited": change.exited.height,
        },
    )


def read_codes(warehouse: Warehouse, segment_id: str, at: datetime) -> pl.Series:
    """The codes of the members at `at`."""
    params = {"segment_id": segment_id, "at": at}
    return warehouse.frame("membership/codes_at", params).get_column("user_code")


def read_stay(
    warehouse: Warehouse, segment_id: str, user_code: int, at: datetime
) -> tuple[datetime, int] | None:
    """When the user entered and with which version, None when not a member at `at`."""
    params = {"segment_id": segment_id, "user_code": user_code, "at": at}
    rows = warehouse.rows("membership/stay_at", params)
    return rows[0] if rows else None


def require_codes(
    warehouse: Warehouse, system: str, listed: pl.DataFrame
) -> pl.DataFrame:
    """The codes of listed users, given where there was none: `user_id`, `user_code`.

    LISTED has the column `user_id`, unique. Runs inside the caller's transaction.
    """
    with warehouse.lend(listed=listed):
        warehouse.execute("membership/add_system", {"system": system})
        warehouse.execute("membership/add_users", {"system": system})
        return warehouse.frame("membership/codes_of_users", {"system": system})


def close_all(warehouse: Warehouse, segment_id: str, at: datetime) -> int:
    """Every present stay of the segment ends at `at`; returns how many there were."""
    left = len(read_current(warehouse, segment_id))
    params = {"segment_id": segment_id, "at": at}
    warehouse.execute("membership/close_all", params)
    return left
