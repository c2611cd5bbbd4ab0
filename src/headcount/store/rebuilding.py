"""A lost store told again: its ledgers from what was published, stays from either side.

Source: interface.md §3 (`rebuild`), issue 7: snapshots and stays can each be rebuilt
from the other. The rows of files are not here: `ingest` reads them again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from headcount.clock import parse_instant
from headcount.errors import UsageError
from headcount.store import ledger
from headcount.store.membership import INSTANT, SIZES, read_members
from headcount.store.snapshots import (
    MANIFEST,
    Snapshot,
    is_sound,
    read_snapshots,
    record_snapshots,
    rewrite_snapshot,
    write_manifests,
)
from headcount.store.warehouse import Warehouse

PUBLISHED = (
    "segment_versions",
    "runs",
    "run_segments",
    "segment_sizes",
    "condition_sizes",
    "sync_batches",
)
"""Tables that the analysts' database shows whole."""

STAYS = pl.Schema(
    {
        "segment_id": pl.String(),
        "user_id": pl.String(),
        "entered_at": INSTANT,
        "left_at": INSTANT,
        "version": pl.Int32(),
        "member_since": INSTANT,
        "is_cut": pl.Boolean(),
    }
)
"""One row a stay; `left_at` null while it lasts."""


class NotRecoverableError(Exception):
    """What was published cannot be read; holds why."""


def recover_books(
    warehouse: Warehouse, *, analytics: Path, events_folder: Path
) -> tuple[pl.DataFrame, bool]:
    """The new store has every ledger that was published; returns STAYS.

    And whether both files were published together: a kill in between leaves the
    ledger one publication ahead. Raises NotRecoverableError, and keeps nothing.
    """
    path = ledger.ledger_of(events_folder)
    if not (analytics.exists() and path.exists()):
        msg = "nothing was published"
        raise NotRecoverableError(msg)
    try:
        return _recover(warehouse, analytics, path)
    except duckdb.Error as error:
        raise NotRecoverableError(str(error).partition("\n")[0]) from error


def _recover(
    warehouse: Warehouse, analytics: Path, path: Path
) -> tuple[pl.DataFrame, bool]:
    with ledger.opened_ledger(warehouse, path):
        warehouse.execute("published/attach", {"path": str(analytics)})
        try:
            with warehouse.transaction():
                for table in (*ledger.TABLES, *PUBLISHED):
                    warehouse.execute(f"rebuild/{table}")
            ((is_one,),) = warehouse.rows("rebuild/is_one_state")
            stays = warehouse.frame("rebuild/stays")
            return stays.cast(STAYS), bool(is_one)
        finally:
            warehouse.execute("published/detach")


def put_stays(warehouse: Warehouse, stays: pl.DataFrame) -> None:
    """The memberships are STAYS, and destinations hold what the books say of them.

    The segments are registered and the users of files known; others get codes.
    """
    with warehouse.transaction(), warehouse.lend(stays=stays):
        warehouse.execute("rebuild/add_systems")
        warehouse.execute("rebuild/add_members")
        warehouse.execute("rebuild/membership")
        warehouse.execute("rebuild/sync_members")


def heal_snapshots(warehouse: Warehouse, folder: Path) -> list[str]:
    """Every snapshot file is what the stays say; returns those that were not there."""
    healed = []
    with warehouse.transaction():
        for one in read_snapshots(warehouse):
            if not is_sound(one, folder):
                members = _members(warehouse, one)
                rewrite_snapshot(warehouse, folder, one, members)
                healed.append(one.file)
    write_manifests(warehouse, folder)
    return healed


def _members(warehouse: Warehouse, snapshot: Snapshot) -> pl.DataFrame:
    """Who was a member then; deletion ends stays at the instant of the last tick."""
    segment_id, at = snapshot.segment_id, snapshot.at
    spans = {row[0]: row[2] for row in warehouse.rows("verify/spans")}
    until = spans[segment_id]
    if until is None or at < until:
        return read_members(warehouse, segment_id, at)
    params = {"segment_id": segment_id, "at": at}
    members = warehouse.frame("rebuild/members_at_deletion", params)
    return members.with_columns(pl.col("entered_at").cast(INSTANT))


def read_manifest(folder: Path, segment_id: str) -> list[Snapshot]:
    """The snapshots that the segment's manifest names and that are whole, oldest first.

    Raises NotRecoverableError when the manifest cannot be read.
    """
    path = folder / segment_id / MANIFEST
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["snapshots"]
        named = [
            Snapshot(
                segment_id,
                parse_instant(entry["at"]),
                f"{segment_id}/{entry['file']}",
                entry["rows"],
                entry["sha256"],
            )
            for entry in entries
        ]
    except (OSError, ValueError, KeyError, TypeError, UsageError) as error:
        raise NotRecoverableError(str(error)) from error
    return [one for one in named if is_sound(one, folder)]


def put_snapshots(
    warehouse: Warehouse, snapshots: Sequence[Snapshot], stays: pl.DataFrame
) -> None:
    """The snapshots of one segment are valid, each a tick with the changes of STAYS."""
    sizes = [
        {
            "segment_id": one.segment_id,
            "at": one.at,
            "members": one.rows,
            "entered": stays.filter(entered_at=one.at).height,
            "exited": stays.filter(left_at=one.at).height,
        }
        for one in snapshots
    ]
    with (
        warehouse.transaction(),
        warehouse.lend(sizes=pl.DataFrame(sizes, schema=SIZES)),
    ):
        record_snapshots(warehouse, snapshots, run_id="")
        warehouse.execute("membership/record_sizes")


def stays_between(snapshots: Sequence[Snapshot], folder: Path) -> pl.DataFrame:
    """STAYS that one segment's snapshots tell, oldest first, all of version 1.

    Between two of them nothing is known: who is in one and not in the next left at
    the next.
    """
    stays: list[pl.DataFrame] = []
    present = pl.DataFrame(schema={"user_id": pl.String(), "entered_at": INSTANT})
    for one in snapshots:
        members = pl.read_parquet(folder / one.file)
        gone = present.join(members, on=["user_id", "entered_at"], how="anti")
        left_at = pl.lit(one.at).cast(INSTANT)
        stays.append(gone.with_columns(left_at=left_at))
        present = members
    left_at = pl.lit(None).cast(INSTANT)
    stays.append(present.with_columns(left_at=left_at))
    told = pl.concat(stays).with_columns(
        segment_id=pl.lit(snapshots[0].segment_id),
        version=pl.lit(1),
        member_since=None,
        is_cut=False,
    )
    return told.select(STAYS.names()).cast(STAYS)
