"""What neither files nor the analysts' database tell, published beside the events.

With it, the raw files and the analysts' database a lost store can be rebuilt: which
files were read, when and in which order; where segments and pushes stand. It is renewed
with every publication, and costs what these few tables cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headcount.store.files import write_atomically
from headcount.store.warehouse import Warehouse

TABLES = (
    "segments",
    "source_files",
    "retractions",
    "snapshots",
    "syncs",
    "sync_holds",
    "sync_rejects",
    "sync_checks",
    "notice_watches",
    "notices",
    "troubles",
    "destination_health",
    "exports",
    "published_parts",
)


def ledger_of(events_folder: Path) -> Path:
    """Where the ledger of the events that are published in a folder is."""
    return events_folder.with_name("ledger.duckdb")


def write_ledger(warehouse: Warehouse, path: Path, *, state: str) -> None:
    """`path` holds these tables of the store, as they are in `state`."""
    with write_atomically(path) as aside:
        warehouse.execute("ledger/attach", {"path": str(aside)})
        try:
            with warehouse.transaction() as con:
                for table in TABLES:
                    con.table(table).create(f"ledger.{table}")
                warehouse.execute("ledger/record_state", {"state": state})
            warehouse.execute("ledger/checkpoint")
        finally:
            warehouse.execute("ledger/detach")


@contextmanager
def opened_ledger(warehouse: Warehouse, path: Path) -> Iterator[None]:
    """Within the block the statements of `sql/rebuild` find the published ledger."""
    warehouse.execute("ledger/attach_to_read", {"path": str(path)})
    try:
        yield
    finally:
        warehouse.execute("ledger/detach")
