"""Membership as stays [entered_at, left_at), so that an as-of question is one WHERE.

Source: segments.md §5-6, interface.md §6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from headcount.store.warehouse import Warehouse

INSTANT = pl.Datetime("us", "UTC")


CODES = {"user_code": pl.UInt32}


@dataclass(frozen=True, slots=True)
class Change:
    """What a tick makes of one segment's membership of then `size` users.

    `entered` has one row a user: `user_code`, `entered_at`; `exited` only `user_code`.
    """

    size: int
    entered: pl.DataFrame
    exited: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        """Whether nobody entered or left."""
        return self.entered.is_empty() and self.exited.is_empty()

    @property
    def stayed(self) -> int:
        """How many were members before and after."""
        return self.size - self.entered.height


@dataclass(frozen=True, slots=True)
class Told:
    """A change of one segment at an instant, with the version that decided it.

    `is_again`: something may have been told of that instant, or a later one, before.
    """

    segment_id: str
    at: datetime
    version: int
    change: Change
    is_again: bool = True


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

    The order of rows means nothing.
    """
    entered = _without(members, standing)
    exited = _without(standing.select("user_code"), members)
    return Change(members.height, entered, exited)


def members_after(standing: pl.DataFrame, change: Change) -> pl.DataFrame:
    """Who is a member after the change: who stays keeps the instant of entry."""
    return pl.concat([_without(standing, change.exited), change.entered])


def _without(users: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """The rows of users who are not among the others."""
    codes, gone = (one.get_column("user_code").to_numpy() for one in (users, others))
    # Codes count users, so a table of all of them is quicker than a join.
    is_gone = np.zeros(1 + max(codes.max(initial=0), gone.max(initial=0)), np.bool_)
    is_gone[gone] = True
    return users.filter(~is_gone[codes])


def commit_changes(warehouse: Warehouse, told: Sequence[Told]) -> None:
    """The stays and the size of each segment at its instant are those of its change.

    Telling the newest tick again first takes back what it said before, and changes
    nothing where that was the same. Runs inside the caller's transaction.
    """
    new = [one for one in told if not (one.is_again and _is_told(warehouse, one))]
    for one in new:
        if one.is_again:
            params = {"segment_id": one.segment_id, "at": one.at}
            warehouse.execute("membership/forget_entries", params)
            warehouse.execute("membership/forget_exits", params)
    exited = _together([(one, one.change.exited) for one in new])
    entered = _together([(one, one.change.entered) for one in new])
    sizes = pl.DataFrame([size_of(one) for one in told], schema=SIZES)
    with warehouse.lend(exited=exited, entered=entered, sizes=sizes):
        if exited.height:
            warehouse.execute("membership/close_stays")
        if entered.height:
            warehouse.execute("membership/open_stays")
        if sizes.height:
            warehouse.execute("membership/record_sizes")


def _is_told(warehouse: Warehouse, one: Told) -> bool:
    """Whether the stays are those of the change, and none began or ended since."""
    params = {"segment_id": one.segment_id, "at": one.at, "version": one.version}
    since = warehouse.frame("membership/told_since", params)
    if not since.get_column("is_plain").all():
        return False
    exited = since.filter("has_left").select("user_code")
    entered = since.filter(~pl.col("has_left")).select(
        "user_code", pl.col("entered_at").cast(INSTANT)
    )
    return _are_equal(exited, one.change.exited) and _are_equal(
        entered, one.change.entered
    )


def _are_equal(found: pl.DataFrame, told: pl.DataFrame) -> bool:
    """Whether the rows are the same, in any order; a user has one at most."""
    wanted = told.select(found.columns)
    return found.height == wanted.height and found.sort("user_code").equals(
        wanted.sort("user_code")
    )


SIZES = pl.Schema(
    [
        ("segment_id", pl.String),
        ("at", INSTANT),
        ("members", pl.Int64),
        ("entered", pl.Int64),
        ("exited", pl.Int64),
    ]
)


def size_of(told: Told) -> dict[str, object]:
    """The row of SIZES that tells it."""
    return {
        "segment_id": told.segment_id,
        "at": told.at,
        "members": told.change.size,
        "entered": told.change.entered.height,
        "exited": told.change.exited.height,
    }


def _together(parts: Sequence[tuple[Told, pl.DataFrame]]) -> pl.DataFrame:
    """The rows of all segments, with `segment_id`, `at` and `version`."""
    frames = [
        frame.with_columns(
            segment_id=pl.lit(one.segment_id),
            at=pl.lit(one.at).cast(INSTANT),
            version=pl.lit(one.version, dtype=pl.Int32),
        )
        for one, frame in parts
        if frame.height
    ]
    return pl.concat(frames) if frames else pl.DataFrame(schema=CODES)


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
