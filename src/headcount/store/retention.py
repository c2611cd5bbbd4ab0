"""How long what can be told again is kept: snapshots thinned, the store compacted.

Stays hold every change for ever, so no answer is lost with a snapshot: the one of a
thinned instant is written again when it is asked for.

Source: issue 7, faults.md §6 G19: disk flat.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from headcount.definitions.settings import SnapshotRetention
from headcount.store.membership import read_members
from headcount.store.snapshots import (
    Snapshot,
    commit_again,
    latest_snapshot,
    sweep_snapshots,
    write_manifests,
)
from headcount.store.warehouse import Warehouse

LEAST_FREE_SHARE = 0.25
LEAST_FREE_BYTES = 16 * 2**20
"""A store with less to give back than either is left as it is."""


@dataclass(frozen=True, slots=True)
class Compaction:
    """What compaction made of the store's file; equal sizes: it was left as it is."""

    bytes_before: int
    bytes_after: int


def thin_snapshots(
    warehouse: Warehouse, folder: Path, keep: SnapshotRetention, *, now: datetime
) -> int:
    """Snapshots older than is to be kept are gone, manifests first; how many were.

    The newest of each segment stays. A second call finds nothing.
    """
    since = {
        "every_since": _since(keep.every, now),
        "daily_since": _since(keep.daily, now),
    }
    thinned = len(warehouse.rows("retention/thin_snapshots", since))
    if thinned:
        write_manifests(warehouse, folder)
        sweep_snapshots(warehouse, folder)
    return thinned


def require_snapshot(
    warehouse: Warehouse, folder: Path, segment_id: str, at: datetime
) -> Snapshot | None:
    """The snapshot that was valid at `at`; one that was thinned is written again.

    None before the first evaluation.
    """
    found = latest_snapshot(warehouse, segment_id, at=at)
    params = {"segment_id": segment_id, "at": at}
    ((changed_at,),) = warehouse.rows("snapshots/changed_at", params)
    if changed_at is None or (found is not None and found.at >= changed_at):
        return found
    members = read_members(warehouse, segment_id, changed_at)
    told = commit_again(
        warehouse, folder, members, segment_id=segment_id, at=changed_at
    )
    write_manifests(warehouse, folder)
    return told


def compact_store(warehouse: Warehouse) -> Compaction:
    """The store's file has no more room than its rows need, where that is worth it.

    It is copied, so as much must be free on the disk; without, it is left as it is.
    """
    ((free, total),) = warehouse.rows("retention/free_space")
    path = warehouse.path
    is_worth_it = free >= LEAST_FREE_BYTES and free >= LEAST_FREE_SHARE * total
    if path is None or not is_worth_it or shutil.disk_usage(path.parent).free < total:
        return Compaction(total, total)
    warehouse.rewrite()
    return Compaction(total, path.stat().st_size)


def _since(length: timedelta | None, now: datetime) -> datetime | None:
    return None if length is None else now - length
