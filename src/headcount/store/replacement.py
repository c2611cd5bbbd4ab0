"""Another file takes the place of the store, in one rename; no instant is without one.

The caller holds the store's lock and nobody has the store open. Source: faults.md §1.2.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from itertools import count
from pathlib import Path

import duckdb

from headcount.store.files import sync
from headcount.store.sql import read_sql

KEPT = ".kept-"
"""Between a store's name and the instant until which it was the store."""

DERIVED = ("columns", "state")
"""Folders beside a store that evaluation writes again from it."""


def drop_derived(store: Path) -> None:
    """What was derived from the rows of the store is gone, to be derived again."""
    for name in DERIVED:
        shutil.rmtree(store.with_name(name), ignore_errors=True)


def put_in_place(new: Path, store: Path) -> None:
    """`new` is the store from now on; what was there is gone.

    A kill before the rename leaves the old store with its log, one after it the new
    one, beside which DuckDB refuses a log of the old: the next call removes it.
    """
    sync(new)
    new.replace(store)
    sync(store.parent)
    _log_of(store).unlink(missing_ok=True)


def copy_store(store: Path, new: Path) -> None:
    """`new` is a store with the same rows, and no byte of what was deleted."""
    with closing(duckdb.connect(":memory:")) as con:
        con.execute(read_sql("replacement/attach_old"), {"path": str(store)})
        con.execute(read_sql("replacement/attach_new"), {"path": str(new)})
        con.execute(read_sql("replacement/copy"))


def keep_store(store: Path, *, now: datetime) -> Path | None:
    """The store has a second name, dated `now`; None when there is no store.

    Its write-ahead log has one too. Nothing is copied.
    """
    if not store.exists():
        return None
    kept = _free_name(store, now)
    os.link(store, kept)
    log = _log_of(store)
    if log.exists():
        os.link(log, _log_of(kept))
    sync(store.parent)
    return kept


def kept_stores(store: Path) -> Iterator[Path]:
    """The stores that were kept, oldest first, and their logs."""
    yield from sorted(store.parent.glob(f"{store.name}{KEPT}*"))


def _free_name(store: Path, now: datetime) -> Path:
    name = f"{store.name}{KEPT}{now:%Y-%m-%dT%H-%M-%SZ}"
    names = (name if not n else f"{name}-{n}" for n in count())
    return next(path for path in map(store.with_name, names) if not path.exists())


def _log_of(store: Path) -> Path:
    return store.with_name(f"{store.name}.wal")
