"""The analysts' database: one file, built aside and put in place whole.

Source: interface.md §6. Readers open it with any DuckDB client and are never in the
pipeline's way: an open connection goes on reading the file it opened. The events are
not copied each time: `events` is a view over the Parquet files of `parts`, by their
absolute paths, so a project that was moved must be published again where it is now.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from headcount.definitions.settings import System
from headcount.rules.ranges import end_of
from headcount.store.files import sweep_temporaries, write_atomically
from headcount.store.ledger import ledger_of, write_ledger
from headcount.store.parts import READERS_GRACE, sweep_parts, write_parts
from headcount.store.sql import read_sql
from headcount.store.warehouse import Warehouse

READ_ONLY = 0o444
"""A client that forgets to open it read-only is refused instead of taking a lock."""

EVALUATION_ENDS: dict[str, pl.DataType] = {
    "segment_id": pl.String(),
    "evaluation_end": pl.Datetime("us", "UTC"),
}

TABLES = (
    "publish/segment_files",
    "publish/segment_versions",
    "publish/membership_history",
    "publish/cut_stays",
    "publish/runs",
    "publish/run_segments",
    "publish/segment_sizes",
    "publish/condition_sizes",
    "publish/syncs",
    "publish/sync_batches",
    "publish/sync_rejects",
    "publish/sync_holds",
    "publish/exports",
    "publish/source_files",
    "publish/rejected_rows",
    "publish/seen_events",
    "publish/seen_properties",
    "publish/seen_attributes",
)


@dataclass(frozen=True, slots=True)
class Publication:
    """What was put in place: the database and the files of events it reads."""

    path: Path
    event_files: tuple[Path, ...]

    def to_json(self) -> dict[str, Any]:
        """For `--json` and for the extra of an asset event."""
        return {"path": str(self.path), "event_files": len(self.event_files)}


def publish(
    warehouse: Warehouse,
    target: Path,
    *,
    events_folder: Path,
    systems: Mapping[str, System],
    now: datetime,
    grace: timedelta = READERS_GRACE,
) -> Publication:
    """`target` shows the store as it is; whoever opened it before keeps what he had.

    It is replaced in one rename: at no instant it is absent, or holds half a tick.
    A second call publishes the same again. Files of events that are read no longer are
    removed after `grace`; an erasure passes none.
    """
    target = target.absolute()
    sweep_temporaries(target.parent)
    files = write_parts(warehouse, events_folder.absolute(), now=now)
    with write_atomically(target) as aside:
        write_publication(
            warehouse,
            aside,
            files,
            events_folder=events_folder,
            systems=systems,
            now=now,
        )
        aside.chmod(READ_ONLY)
        ledger = ledger_of(events_folder)
        write_ledger(warehouse, ledger, state=read_state(warehouse))
        # What a client wrote that had opened it for writing does not fit the new file.
        target.with_name(target.name + ".wal").unlink(missing_ok=True)
    sweep_parts(warehouse, events_folder, now=now, grace=grace)
    return Publication(target, tuple(files))


def write_publication(
    warehouse: Warehouse,
    path: Path,
    files: Sequence[Path],
    *,
    events_folder: Path,
    systems: Mapping[str, System],
    now: datetime,
) -> None:
    """`path` is a new database that shows the store, its events those of `files`."""
    _create(path, files)
    _fill(warehouse, path, events_folder.absolute(), systems=systems, now=now)


def _create(path: Path, files: Sequence[Path]) -> None:
    """An empty database with every table, view and comment."""
    with closing(duckdb.connect(str(path))) as con:
        con.begin()  # else each comment is flushed to the disk by itself
        con.read_parquet([str(file) for file in files]).create_view("events")
        con.execute(read_sql("publish/schema"))
        con.commit()


def _fill(
    warehouse: Warehouse,
    path: Path,
    events_folder: Path,
    *,
    systems: Mapping[str, System],
    now: datetime,
) -> None:
    """Every table has its rows, all of one state of the store."""
    ends = _evaluation_ends(warehouse, systems)
    with _attached(warehouse, path), warehouse.lend(evaluation_ends=ends):
        with warehouse.transaction():
            folder = f"{events_folder}{os.sep}"
            warehouse.execute("publish/event_files", {"folder": folder})
            warehouse.execute("publish/users", {"now": now})
            warehouse.execute("publish/segments")
            for table in TABLES:
                warehouse.execute(table)
            shown = {"now": now, "state": read_state(warehouse)}
            warehouse.execute("publish/publication", shown)
        warehouse.execute("publish/checkpoint")


def read_state(warehouse: Warehouse) -> str:
    """Text that changes with whatever is published: equal for equal publications."""
    ((state,),) = warehouse.rows("publish/state")
    return str(state)


@contextmanager
def _attached(warehouse: Warehouse, path: Path) -> Iterator[None]:
    warehouse.execute("publish/attach", {"path": str(path)})
    try:
        yield
    finally:
        warehouse.execute("publish/detach")


def _evaluation_ends(
    warehouse: Warehouse, systems: Mapping[str, System]
) -> pl.DataFrame:
    """One row a segment whose definition names an end, as an instant: `segment_id`.

    Local is the time zone of its system; UTC when the project file has lost it.
    """
    rows = [
        (segment_id, end_of(_date_or_instant(text), _zone(system, systems)))
        for segment_id, system, text in warehouse.rows("publish/evaluation_ends")
    ]
    return pl.DataFrame(rows, schema=EVALUATION_ENDS, orient="row")


def _date_or_instant(text: str) -> date | datetime:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return datetime.fromisoformat(text)


def _zone(system: str, systems: Mapping[str, System]) -> ZoneInfo:
    return systems[system].timezone if system in systems else ZoneInfo("UTC")
