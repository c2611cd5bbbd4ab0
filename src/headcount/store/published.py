"""Reading the analysts' database with as few rights as a question needs.

Source: faults.md §2, analysts' least privilege: a read-only connection alone still
writes files with COPY and reads any file of the machine.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from headcount.errors import (
    NotOneQueryError,
    NotPublishedError,
    QueryError,
    UnknownAnswerError,
)
from headcount.store.sql import read_sql, statements

MEMORY_LIMIT = "50%"  # of the machine

LOCK_DOWN = (
    "SET TimeZone = 'UTC'",
    "SET enable_progress_bar = false",  # it is drawn on stdout, where the answer goes
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)

EXPLAINED_QUERY = re.compile(r"\s*explain\s+(select|with|from)\b", re.IGNORECASE)
"""Without ANALYZE, which would run what it explains, a COPY too."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gives: names of columns, which may repeat, and rows of values.

    Values are Python's own for every type of DuckDB: instants aware in UTC, lengths of
    time as timedelta, JSON as text.
    """

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def to_dicts(self) -> list[dict[str, Any]]:
        """One mapping a row; of columns with the same name the last one stays."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Published:
    """An open analysts' database; it stays what it was when it was opened."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """The connection is closed; a second call does nothing."""
        self._con.close()

    def query(self, text: str, params: Mapping[str, Any] | None = None) -> Answer:
        """The answer to one SELECT, or what else DuckDB counts as one.

        Raises QueryError for what DuckDB refuses, and for every other statement: the
        files of events are open to this connection, and COPY could overwrite them.
        """
        try:
            statement = self._only_statement(text)
            asked = self._con.execute(statement, params or {})
            columns = tuple(column[0] for column in asked.description or ())
            return Answer(columns, asked.fetchall())
        except duckdb.Error as error:
            raise QueryError(str(error).strip()) from error

    def _only_statement(self, text: str) -> duckdb.Statement:
        statements = self._con.extract_statements(text)
        if len(statements) != 1 or not _only_reads(statements[0]):
            raise NotOneQueryError([one.type.name for one in statements])
        return statements[0]


def open_published(
    path: Path, *, memory_limit: str = MEMORY_LIMIT, threads: int | None = None
) -> Published:
    """The database at `path`, read-only, without the files of the machine.

    Only the Parquet files of its own events can be read, nothing can be written, and
    no setting can be changed. Raises NotPublishedError before the first publication.

    In a process that lives on, close it before opening a newer one: DuckDB hands out
    the file that is still open under the same name.
    """
    if not path.exists():
        raise NotPublishedError(path)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "threads": str(threads or os.cpu_count() or 1),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    with ExitStack() as stack:
        con = duckdb.connect(str(path), read_only=True, config=config)
        stack.callback(con.close)
        files = con.execute(read_sql("published/event_files")).fetchall()
        allowed = [file for (file,) in files]
        con.execute(read_sql("published/allow_files"), {"files": allowed})
        for statement in LOCK_DOWN:
            con.execute(statement)
        stack.pop_all()
    return Published(con)


def read_answer(name: str) -> str:
    """The ready question of this name; UnknownAnswerError lists what there is."""
    names = statements("analysts")
    if name not in names:
        raise UnknownAnswerError(name, names=names)
    return read_sql(f"analysts/{name}")


def _only_reads(statement: duckdb.Statement) -> bool:
    """Whether it cannot change anything, whatever it says."""
    if statement.type is duckdb.StatementType.EXPLAIN:
        return EXPLAINED_QUERY.match(statement.query) is not None
    return statement.type is duckdb.StatementType.SELECT
