"""How segments stand after a tick, written for all of them at once.

Source: segments.md §5. Inside the transaction that also writes the memberships.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

import polars as pl

from headcount.store.membership import INSTANT
from headcount.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Standing:
    """How a segment stands after a tick; None keeps the last good members and tick."""

    segment_id: str
    file: str
    version: int
    status: str
    reason: str | None
    is_orphaned: bool
    members: int | None
    evaluated_at: datetime | None
    expired_at: datetime | None


STANDINGS = pl.Schema(
    [
        ("segment_id", pl.String),
        ("file", pl.String),
        ("version", pl.Int32),
        ("status", pl.String),
        ("reason", pl.String),
        ("is_orphaned", pl.Boolean),
        ("members", pl.Int64),
        ("evaluated_at", INSTANT),
        ("expired_at", INSTANT),
    ]
)


def update_segments(warehouse: Warehouse, standings: Iterable[Standing]) -> None:
    """The segments stand as the tick left them.

    The first tick that used a version is known with it; a later one changes nothing.
    """
    rows = [asdict(standing) for standing in standings]
    with warehouse.lend(standings=pl.DataFrame(rows, schema=STANDINGS)):
        warehouse.execute("registry/update_segments")
        warehouse.execute("registry/mark_versions_used")
