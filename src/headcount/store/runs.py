"""The runs: every attempt at a tick, and what it made of each segment.

Source: segments.md §6.4: enough to repeat a run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

import polars as pl

from headcount.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt at a tick; `position` is the ingest position it saw.

    `is_backfill`: the tick lay before the newest.
    """

    run_id: str
    at: datetime
    attempt: int
    status: str
    position: int
    started_at: datetime
    seconds: float
    is_backfill: bool = False


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """What a run made of one segment; `bounds` is JSON."""

    segment_id: str
    version: int
    mode: str
    status: str
    reason: str | None
    members: int | None
    entered: int
    exited: int
    stayed: int
    bounds: str
    seconds: float


def read_newest(warehouse: Warehouse, at: datetime) -> tuple[datetime | None, int]:
    """The newest evaluated tick, and how often `at` was attempted so far."""
    ((newest, attempts),) = warehouse.rows("runs/newest", {"at": at})
    return newest, attempts


def read_position(warehouse: Warehouse) -> int:
    """The ingest position up to which the store holds everything."""
    ((position,),) = warehouse.rows("history/last_position")
    return int(position)


def record_run(warehouse: Warehouse, run: Run) -> None:
    """The attempt is in the ledger."""
    warehouse.execute("runs/record", asdict(run))


ENTRIES = pl.Schema(
    {
        "segment_id": pl.String,
        "version": pl.Int32,
        "mode": pl.String,
        "status": pl.String,
        "reason": pl.String,
        "members": pl.Int64,
        "entered": pl.Int64,
        "exited": pl.Int64,
        "stayed": pl.Int64,
        "bounds": pl.String,
        "seconds": pl.Float64,
    }
)


def record_segments(
    warehouse: Warehouse, run: Run, entries: Iterable[SegmentEntry]
) -> None:
    """What the attempt made of each segment is in the ledger."""
    rows = [asdict(entry) for entry in entries]
    frame = pl.DataFrame(rows, schema=ENTRIES).with_columns(
        pl.lit(run.at).cast(pl.Datetime("us", "UTC")).alias("at"),
        run_id=pl.lit(run.run_id),
    )
    with warehouse.lend(entries=frame):
        warehouse.execute("runs/record_segments")
