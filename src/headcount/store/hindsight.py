"""The log as a run saw it: a store of its own, without what was ingested since."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headcount.store.runs import read_position
from headcount.store.warehouse import Warehouse

WHOLE = ("systems", "event_names")
UP_TO_POSITION = ("events", "attributes", "source_files")


@contextmanager
def seen_until(warehouse: Warehouse, position: int) -> Iterator[Warehouse]:
    """A store with the events, attributes and users up to an ingest position.

    It is the store itself when nothing came after, else a copy for the block; codes
    are the same.
    """
    if position >= read_position(warehouse):
        yield warehouse
        return
    with tempfile.TemporaryDirectory(prefix="headcount-") as folder:
        path = Path(folder) / "seen.duckdb"
        Warehouse.open(path).close()
        _fill(warehouse, path, position)
        with Warehouse.open(path, memory=warehouse.memory) as seen:
            yield seen


def _fill(warehouse: Warehouse, path: Path, position: int) -> None:
    warehouse.execute("verify/attach_seen", {"path": str(path)})
    try:
        for table in WHOLE:
            warehouse.execute(f"verify/see_{table}")
        for table in UP_TO_POSITION:
            warehouse.execute(f"verify/see_{table}", {"position": position})
        warehouse.execute("verify/see_users")
    finally:
        warehouse.execute("verify/detach_seen")
