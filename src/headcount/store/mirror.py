"""The published data in the shape of the store: what asks the store can ask this.

Built in memory over the analysts' database, so that a question as long as Calculate
never holds the store: no tick waits for it, and it waits for no tick. It answers for
the instant of the publication, and knows attributes as they were then.
"""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl

from headcount.canonical import canonical_json
from headcount.errors import NotPublishedError, OldPublicationError
from headcount.store.sql import read_sql
from headcount.store.warehouse import Warehouse

MEMORY_LIMIT = "25%"  # of a machine that has a server and a tick to run as well
THREADS = 2

WIDE_ATTRIBUTES: dict[str, pl.DataType] = {
    "system_code": pl.UInt16(),
    "user_code": pl.UInt32(),
    "key": pl.String(),
    "at": pl.Datetime("us", "UTC"),
    "value": pl.String(),
}


def open_mirror(path: Path, *, system: str | None = None) -> Warehouse:
    """The database at `path` as a store; of users, events and members one system's.

    None: nobody's, which is enough to look at definitions and sizes. Raises
    NotPublishedError before the first publication, OldPublicationError when the file
    lacks what this version publishes.
    """
    if not path.exists():
        raise NotPublishedError(path)
    warehouse = Warehouse.empty(memory_limit=MEMORY_LIMIT, threads=THREADS)
    try:
        _attach(warehouse, path)
        if system is not None:
            warehouse.execute("mirror/users", {"system": system})
            _add_wide_attributes(warehouse)
    except duckdb.CatalogException as error:
        warehouse.close()
        raise OldPublicationError(path) from error
    except BaseException:
        warehouse.close()
        raise
    return warehouse


def read_published_at(mirror: Warehouse) -> datetime:
    """The instant that a mirror answers for."""
    published_at: datetime
    ((published_at,),) = mirror.rows("mirror/published_at")
    return published_at


def _attach(warehouse: Warehouse, path: Path) -> None:
    con = warehouse.con
    warehouse.execute("mirror/attach", {"path": str(path)})
    files = [file for (file,) in warehouse.rows("mirror/event_files")]
    rows = con.read_parquet(files, filename=True, file_row_number=True)
    rows.create_view("event_rows")
    con.execute(read_sql("mirror/views"))


def _add_wide_attributes(warehouse: Warehouse) -> None:
    """Numbers that DuckDB would round are read by our own reader, user by user."""
    found = [
        (system_code, user_code, key, at, canonical_json(value))
        for system_code, user_code, at, text in warehouse.rows("mirror/wide_users")
        for key, value in json.loads(text, parse_float=Decimal).items()
    ]
    frame = pl.DataFrame(found, schema=WIDE_ATTRIBUTES, orient="row")
    with warehouse.lend(found=frame):
        warehouse.execute("mirror/add_wide_attributes")
