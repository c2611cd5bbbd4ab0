"""Users taken out of the store and its files: first what they did, last their names.

In between the destinations are told to let them go, which needs the names. Each step is
whole or not done, and a second call of any finds nothing left to do.

Source: faults.md §2, Erasure: bytes of deleted rows stay in a DuckDB file until it is
copied to a new one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from headcount.errors import SnapshotDamagedError
from headcount.store.columns.home import forget_columns
from headcount.store.sightings import see_anew
from headcount.store.snapshots import (
    is_sound,
    read_snapshots,
    rewrite_snapshot,
    sweep_snapshots,
    write_manifests,
)
from headcount.store.warehouse import Warehouse

NEVER = r"()\b\B()"

FOUND = ("find_users", "find_stays", "find_rows")
TAKEN_OUT = (
    "unpublish",
    "delete_events",
    "delete_attributes",
    "amend_files",
    "amend_sizes",
    "amend_findings",
    "amend_segments",
    "delete_stays",
    "forget_dates",
)
UNNAMED = ("delete_held", "delete_rejects", "delete_notices", "vacate_codes")
IN_REQUESTS = ("rename_batches", "amend_batches")
REDACTED = (
    "source_files",
    "sync_batches",
    "syncs",
    "sync_rejects",
    "segments",
    "run_segments",
)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was there of the users and is not any more.

    `told_by` are the source files that told of them, `mentions` values of other users
    that name one: neither is touched. `exports` are files that were removed, whole.
    """

    events: int
    attributes: int
    stays: int
    snapshots: int
    exports: tuple[str, ...]
    rejects: int
    mentions: int
    told_by: tuple[str, ...]


def erase_rows(
    warehouse: Warehouse,
    user_ids: Sequence[str],
    *,
    snapshots_folder: Path,
    exports_folder: Path,
) -> Erased:
    """Nobody finds out here what the users did, or in which segments they were.

    Their ids and the books of pushes stay until `erase_names`. Raises
    SnapshotDamagedError when a snapshot is not what it was; then nothing changed.
    """
    pattern = {"pattern": pattern_of(user_ids)}
    with warehouse.transaction(), _named(warehouse, user_ids):
        for name in FOUND:
            warehouse.execute(f"erase/{name}")
        ((events, attributes, stays),) = warehouse.rows("erase/count")
        told_by = tuple(path for (path,) in warehouse.rows("erase/told_by"))
        exports = warehouse.rows("erase/exports")
        snapshots = _rewrite_snapshots(warehouse, snapshots_folder, user_ids)
        for name in TAKEN_OUT:
            warehouse.execute(f"erase/{name}")
        gone = [export_id for export_id, _ in exports]
        warehouse.execute("erase/delete_exports", {"export_ids": gone})
        rejects = len(warehouse.rows("erase/blank_rejects", pattern))
        ((mentions,),) = warehouse.rows("erase/mentions", pattern)
        for (system_code,) in warehouse.rows("erase/systems"):
            see_anew(warehouse, system_code=system_code)
            forget_columns(warehouse, system_code)
    write_manifests(warehouse, snapshots_folder)
    sweep_snapshots(warehouse, snapshots_folder)
    files = tuple(file for _, file in exports)
    for file in files:
        (exports_folder / file).unlink(missing_ok=True)
    return Erased(
        events, attributes, stays, snapshots, files, rejects, mentions, told_by
    )


def read_held(warehouse: Warehouse, user_ids: Sequence[str]) -> list[tuple[str, str]]:
    """The destinations and segments that hold, or may hold, one of the users."""
    with _named(warehouse, user_ids):
        return warehouse.rows("erase/held")


def erase_names(warehouse: Warehouse, user_ids: Sequence[str]) -> None:
    """The ids are nowhere in the store, and no byte of them is in its file.

    The destinations must have let them go: nobody can tell them any more.
    """
    pattern = {"pattern": pattern_of(user_ids)}
    with warehouse.transaction(), _named(warehouse, user_ids):
        warehouse.execute("erase/find_users")
        for name in UNNAMED:
            warehouse.execute(f"erase/{name}")
        for name in IN_REQUESTS:
            warehouse.execute(f"erase/{name}", {"user_ids": list(user_ids)})
        warehouse.execute("erase/amend_notices")
        for table in REDACTED:
            warehouse.execute(f"erase/redact_{table}", pattern)
    warehouse.rewrite()


def find_users(warehouse: Warehouse) -> list[str]:
    """Every user id that the store or the books of pushes name."""
    return [user_id for (user_id,) in warehouse.rows("erase/all_users")]


def pattern_of(user_ids: Iterable[str]) -> str:
    """Matches one of the ids in a text where it stands as a word, also JSON's way.

    The marks around it are groups 1 and 2. No ids match nothing.
    """
    forms = {form for one in user_ids for form in (one, json.dumps(one)[1:-1])}
    if not forms:
        return NEVER
    named = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    return rf"(^|[^[:alnum:]_])(?:{named})($|[^[:alnum:]_])"


@contextmanager
def _named(warehouse: Warehouse, user_ids: Sequence[str]) -> Iterator[None]:
    erased = pl.DataFrame({"user_id": list(user_ids)}, schema={"user_id": pl.String})
    with warehouse.lend(erased=erased):
        yield


def _rewrite_snapshots(
    warehouse: Warehouse, folder: Path, user_ids: Sequence[str]
) -> int:
    """The snapshots of their segments are without the users; how many had them."""
    segments = {segment_id for (segment_id,) in warehouse.rows("erase/segments")}
    rewritten = 0
    for one in read_snapshots(warehouse):
        if one.segment_id not in segments:
            continue
        if not is_sound(one, folder):
            raise SnapshotDamagedError(folder / one.file)
        members = pl.read_parquet(folder / one.file)
        kept = members.filter(~pl.col("user_id").is_in(list(user_ids)))
        if kept.height < members.height:
            rewrite_snapshot(warehouse, folder, one, kept)
            rewritten += 1
    return rewritten
