"""A tick of the past told anew, between ticks that stay as they were told.

Until the tick that was told next, stays are those of the new membership; where the two
meet they are cut, so that the later one shows what it showed: the same members, with
the same entries. Sizes and snapshots follow.

Source: segments.md §6.3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from headcount.store.membership import (
    INSTANT,
    SIZES,
    Told,
    members_after,
    read_members,
    read_standing,
    size_of,
)
from headcount.store.snapshots import (
    Snapshot,
    latest_snapshot,
    record_snapshots,
    snapshot_before,
    write_snapshot,
)
from headcount.store.warehouse import Warehouse

STAYS = pl.Schema(
    {
        "user_code": pl.UInt32(),
        "entered_at": INSTANT,
        "left_at": INSTANT,
        "version": pl.Int32(),
        "member_since": INSTANT,
        "is_cut": pl.Boolean(),
    }
)
"""One row a stay of one segment, as the table `membership` has it."""


@dataclass(frozen=True, slots=True)
class Around:
    """What is told of a segment around a tick.

    `first_at` is the first tick that evaluated it in its time, `next_at` the one told
    next after this.
    """

    first_at: datetime | None
    is_told: bool
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Retelling:
    """One segment's tick as it will be told; its snapshot files are there already."""

    told: Told
    dropped: pl.DataFrame
    added: pl.DataFrame
    snapshots: tuple[Snapshot, ...]


def read_around(warehouse: Warehouse, at: datetime) -> dict[str, Around]:
    """What is told around `at`, by segment; deleted ones are left out."""
    rows = warehouse.rows("membership/told", {"at": at})
    return {row[0]: Around(*row[1:]) for row in rows}


def plan_retelling(
    warehouse: Warehouse,
    folder: Path,
    told: Told,
    user_ids: pl.Series,
    *,
    until: datetime,
) -> Retelling:
    """What it takes to tell the tick, when the segment was told next at `until`.

    The change is against who stood before the tick; `user_ids` has the ids by code.
    """
    segment_id, at = told.segment_id, told.at
    params = {"segment_id": segment_id, "at": at, "until": until}
    stays = warehouse.frame("membership/overlapping", params).cast(STAYS)
    standing = read_standing(warehouse, segment_id, at)
    members = members_after(standing, told.change)
    new = tell_between(
        stays,
        members.get_column("user_code"),
        at=at,
        until=until,
        version=told.version,
    )
    shown = members.with_columns(user_id=user_ids.gather(members["user_code"]))
    return Retelling(
        told,
        dropped=_without(stays, new),
        added=_without(new, stays),
        snapshots=_snapshots(warehouse, folder, told, shown, until=until),
    )


def tell_between(
    stays: pl.DataFrame,
    members: pl.Series,
    *,
    at: datetime,
    until: datetime,
    version: int,
) -> pl.DataFrame:
    """STAYS that touch [at, until] as they are with MEMBERS (codes) between the two.

    Doing it again changes nothing.
    """
    shown = pl.coalesce("member_since", "entered_at")
    stays = stays.with_columns(shown=shown)
    start, end = (pl.lit(one).cast(INSTANT) for one in (at, until))
    before = stays.filter(pl.col("entered_at") < start)
    is_after = pl.col("left_at").is_null() | (pl.col("left_at") > end)
    after = stays.filter(is_after & (pl.col("entered_at") <= end))
    ended = stays.filter(pl.col("left_at") == end).select("user_code", "is_cut")
    runs = (
        pl.DataFrame({"user_code": members}, {"user_code": pl.UInt32})
        .join(before, on="user_code", how="left")
        .join(after, on="user_code", how="left", suffix="_after")
        .join(ended, on="user_code", how="left", suffix="_ended")
        .with_columns(
            entered_at=pl.coalesce("entered_at", start),
            version=pl.coalesce("version", pl.lit(version, pl.Int32)),
            shown=pl.coalesce("shown", start),
        )
        .with_columns(
            goes_on=(pl.col("shown") == pl.col("shown_after")).fill_null(value=False)
        )
    )
    goes_on = pl.col("goes_on")
    told = runs.with_columns(
        left_at=pl.when(goes_on).then("left_at_after").otherwise(end),
        is_cut=pl.when(goes_on)
        .then("is_cut_after")
        .otherwise(pl.col("is_cut_ended").fill_null(value=True)),
    )
    left = before.join(told, on="user_code", how="anti").with_columns(
        left_at=start, is_cut=pl.lit(value=False)
    )
    kept = after.join(runs.filter(goes_on), on="user_code", how="anti").with_columns(
        entered_at=end, member_since=pl.when(pl.col("shown") < end).then("shown")
    )
    return pl.concat(one.select(STAYS.names()) for one in (told, left, kept))


def _without(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    return left.join(right, on=STAYS.names(), how="anti", nulls_equal=True)


def _snapshots(
    warehouse: Warehouse,
    folder: Path,
    told: Told,
    members: pl.DataFrame,
    *,
    until: datetime,
) -> tuple[Snapshot, ...]:
    """The snapshot of the tick, and of `until` where it had none of its own."""
    segment_id, at = told.segment_id, told.at
    before = snapshot_before(warehouse, segment_id, at)
    was = latest_snapshot(warehouse, segment_id, at=at)
    here = write_snapshot(folder, members, segment_id=segment_id, at=at, before=before)
    is_needed = here != before or (was is not None and was.at == at)
    new = [replace(here, at=at)] if is_needed else []
    there = latest_snapshot(warehouse, segment_id, at=until)
    if there is None or there.at < until:
        shown = read_members(warehouse, segment_id, until)
        later = write_snapshot(
            folder, shown, segment_id=segment_id, at=until, before=there
        )
        if later.sha256 != here.sha256:
            new.append(replace(later, at=until))
    return tuple(new)


def commit_retellings(
    warehouse: Warehouse, retellings: Iterable[Retelling], *, run_id: str
) -> None:
    """The ticks are told so, in stays, sizes and snapshots.

    Runs inside the caller's transaction.
    """
    for one in retellings:
        segment = {"segment_id": one.told.segment_id}
        with warehouse.lend(dropped=one.dropped, added=one.added):
            warehouse.execute("membership/drop_stays", segment)
            warehouse.execute("membership/add_stays", segment)
        sizes = pl.DataFrame([size_of(one.told)], schema=SIZES)
        with warehouse.lend(sizes=sizes):
            warehouse.execute("membership/record_sizes")
        record_snapshots(warehouse, one.snapshots, run_id=run_id)
