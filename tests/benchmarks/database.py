"""DuckDB as the benchmarks use it: to make what is measured, and as a peer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb

from headcount.store.memory import WHOLE_MACHINE
from headcount.store.warehouse import SESSION

SQL = Path(__file__).parent / "sql"


@contextmanager
def connected(path: str = ":memory:", **config: str) -> Iterator[Any]:
    """A connection of DuckDB with the memory that ours is given."""
    config = {"memory_limit": WHOLE_MACHINE.database_limit} | config
    with closing(duckdb.connect(path, config=config)) as con:
        con.execute(SESSION)
        yield con


def run(con: Any, name: str, **params: Any) -> Iterator[Any]:
    """The rows of the statement `tests/benchmarks/sql/<name>.sql`."""
    text = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    return iter(con.execute(text, params).fetchall())
