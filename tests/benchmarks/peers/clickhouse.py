"""ClickHouse, in process as chDB: one query a segment on a MergeTree.

It is ordered by event, user and time, and merged into as few parts as it can be.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path

import polars as pl
from chdb.session import Session

from headcount.rules.compile import Plan
from tests.benchmarks.database import SQL
from tests.benchmarks.generator import Columns
from tests.benchmarks.peers.base import Scene
from tests.benchmarks.peers.sql import Dialect, translate

DIALECT = Dialect(
    contains="(position({}, {}) > 0)",
    starts_with="startsWith({}, {})",
    ends_with="endsWith({}, {})",
    matches="match({}, {})",
    quotient="intDiv({}, {})",
    escapes={"'": "\\'", "\\": "\\\\"},
)


class ClickHouse:
    """A session whose tables lie in a folder."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        self._names = names
        self._session = Session(str(folder))
        self._session.query("USE bench")

    @classmethod
    def load(cls, folder: Path, columns: Columns) -> None:
        """The events are one sorted part, or a few; the users another table."""
        session = Session(str(folder))
        session.query("CREATE DATABASE bench")
        session.query("USE bench")
        _run(session, "create_events")
        _run(session, "create_users")
        _run(session, "add_events", files=columns.events / "*.parquet")
        session.query("OPTIMIZE TABLE events FINAL")
        _run(session, "add_users", files=columns.users)
        session.close()

    def add(self, columns: Columns) -> None:
        """The arrival is a part of its own until the engine merges it."""
        _run(self._session, "add_events", files=columns.events / "*.parquet")
        self._session.query("TRUNCATE TABLE users")
        _run(self._session, "add_users", files=columns.users)
        self._names = columns.read_names()

    def translate(self, plan: Plan, at: datetime) -> str:
        """The query, as text."""
        return translate(plan, Scene(at, self._names), DIALECT)

    @classmethod
    def write(cls, folder: Path, plan: Plan, scene: Scene) -> str:
        """The query, as text."""
        del folder
        return translate(plan, scene, DIALECT)

    def members(self, query: str) -> pl.Series:
        """What the query answers, as one column."""
        answer = self._session.query(query, "ArrowStream").bytes()
        return pl.read_ipc_stream(BytesIO(answer)).to_series()


def _run(session: Session, name: str, **params: Path) -> None:
    """The statement `sql/clickhouse/<name>.sql` has run."""
    text = (SQL / "clickhouse" / f"{name}.sql").read_text(encoding="utf-8")
    session.query(text, params={key: str(value) for key, value in params.items()})
