"""Looks for planted secrets in every file of a folder, inside databases too."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, quote_plus

import duckdb
import polars as pl


def forms_of(secret: str) -> set[str]:
    """The ways in which a secret travels."""
    in_base64 = base64.b64encode(secret.encode()).decode()
    return {secret, in_base64, quote(secret, safe=""), quote_plus(secret)}


def find_in_files(wanted: Iterable[str], *folders: Path) -> list[tuple[str, Path]]:
    """Each of `wanted` that is in a file of the folders, with that file."""
    wanted = sorted(set(wanted))
    return [
        (each, path)
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for text in texts_of(path)
        for each in wanted
        if each in text
    ]


def texts_of(path: Path) -> Iterator[str]:
    """What a file says: its bytes, and its tables where it is a database."""
    yield path.read_bytes().decode("latin-1")
    if path.suffix == ".duckdb":
        yield from _duckdb_texts(path)
    elif path.suffix == ".db":
        yield from _sqlite_texts(path)
    elif path.suffix == ".parquet":
        yield str(pl.read_parquet(path).rows())


def _duckdb_texts(path: Path) -> Iterator[str]:
    with duckdb.connect(str(path), read_only=True) as con:
        for name, kind in con.execute(
            "SELECT table_name, table_type FROM information_schema.tables"
        ).fetchall():
            if kind == "BASE TABLE":
                yield str(con.table(name).fetchall())


def _sqlite_texts(path: Path) -> Iterator[str]:
    with closing(sqlite3.connect(path)) as con:
        yield "\n".join(con.iterdump())
