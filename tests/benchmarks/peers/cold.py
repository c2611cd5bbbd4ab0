"""A peer from nothing: a new process, its tables opened, some queries counted.

    python -m tests.benchmarks.peers.cold PEER FOLDER < QUERIES

The queries are the peer's own, a JSON list; so nothing of headcount is imported.
Prints the list of how many users each finds.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path


def duckdb(folder: Path, queries: list[str]) -> Iterator[int]:
    """By a connection that only reads."""
    import duckdb  # noqa: PLC0415 - only what this peer needs

    con = duckdb.connect(str(folder / "peer.duckdb"), read_only=True)
    for query in queries:
        yield con.execute(f"SELECT count(*) FROM ({query})").fetchone()[0]


def clickhouse(folder: Path, queries: list[str]) -> Iterator[int]:
    """By a session."""
    from chdb.session import Session  # noqa: PLC0415

    session = Session(str(folder))
    session.query("USE bench")
    for query in queries:
        answer = session.query(f"SELECT count() FROM ({query})", "TabSeparated")
        yield int(answer.bytes())


def polars(folder: Path, queries: list[str]) -> Iterator[int]:
    """By the serialised queries, which name the files."""
    from base64 import b64decode  # noqa: PLC0415

    import polars as pl  # noqa: PLC0415

    del folder
    for query in queries:
        users = pl.LazyFrame.deserialize(b64decode(query))
        yield users.select(pl.len()).collect().item()


PEERS = {"duckdb": duckdb, "clickhouse": clickhouse, "polars": polars}

if __name__ == "__main__":
    name, place = sys.argv[1:]
    sys.stdout.write(json.dumps([*PEERS[name](Path(place), json.load(sys.stdin))]))
