"""Many readers of the analysts' database in one process that lives on.

The file is replaced whole at every tick. DuckDB hands out the file that is still open
under the same name, so each publication is attached to an empty database of its own;
readers of the old one end in peace, and nobody waits for the pipeline or holds it up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock

import duckdb

from headcount.errors import NotPublishedError, ReadersBusyError
from headcount.store.published import LOCK_DOWN, Published
from headcount.store.sql import read_sql

MEMORY_LIMIT = "1GB"
THREADS = 2
CONNECTIONS = 8
WAIT_S = 5.0

Stamp = tuple[int, int, int]
"""Inode, time and size: another stamp is another publication."""


class Readers:
    """A pool of read-only connections to the newest publication at `path`."""

    def __init__(
        self, path: Path, *, connections: int = CONNECTIONS, wait_s: float = WAIT_S
    ) -> None:
        self._path = path
        self._connections = connections
        self._wait_s = wait_s
        self._lock = Lock()
        self._newest: _Publication | None = None

    @property
    def stamp(self) -> Stamp:
        """Which publication is the newest now; raises NotPublishedError."""
        return _stamp(self._path)

    @contextmanager
    def read(self) -> Iterator[Published]:
        """The newest publication, until the end of the block.

        Raises NotPublishedError before the first one, ReadersBusyError when every
        connection stays in use.
        """
        publication = self._enter()
        try:
            with publication.lend(self._wait_s) as con:
                yield Published(con)
        finally:
            self._leave(publication)

    def close(self) -> None:
        """Nothing is open any more once the last reader is done."""
        with self._lock:
            _retire(self._newest)
            self._newest = None

    def _enter(self) -> _Publication:
        with self._lock:
            stamp = self.stamp
            if self._newest is None or self._newest.stamp != stamp:
                opened = _open(self._path, stamp, self._connections)
                _retire(self._newest)
                self._newest = opened
            self._newest.readers += 1
            return self._newest

    def _leave(self, publication: _Publication) -> None:
        with self._lock:
            publication.readers -= 1
            publication.close_if_done()


@dataclass(slots=True)
class _Publication:
    """One publication with its connections; `is_retired` once a newer one is there."""

    stamp: Stamp
    con: duckdb.DuckDBPyConnection
    free: SimpleQueue[duckdb.DuckDBPyConnection] = field(default_factory=SimpleQueue)
    readers: int = 0
    is_retired: bool = False

    @contextmanager
    def lend(self, wait_s: float) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that nobody else uses within the block."""
        try:
            con = self.free.get(timeout=wait_s)
        except Empty:
            raise ReadersBusyError(waited_s=wait_s) from None
        try:
            yield con
        finally:
            self.free.put(con)

    def close_if_done(self) -> None:
        """Closed when a newer one has taken its place and nobody reads it."""
        if not self.is_retired or self.readers:
            return
        while not self.free.empty():
            self.free.get().close()
        self.con.close()


def _retire(publication: _Publication | None) -> None:
    if publication is not None:
        publication.is_retired = True
        publication.close_if_done()


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except FileNotFoundError:
        raise NotPublishedError(path) from None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _open(path: Path, stamp: Stamp, connections: int) -> _Publication:
    """The file attached to an empty database that may read nothing else."""
    con = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": MEMORY_LIMIT,
            "threads": str(THREADS),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    publication = _Publication(stamp, con)
    try:
        con.execute(read_sql("mirror/attach"), {"path": str(path)})
        con.execute(read_sql("mirror/use"))
        files = con.execute(read_sql("published/event_files")).fetchall()
        con.execute(
            read_sql("published/allow_files"), {"files": [file for (file,) in files]}
        )
        _lend_out(publication, connections)
        for statement in LOCK_DOWN:
            con.execute(statement)
    except BaseException:
        con.close()
        raise
    return publication


def _lend_out(publication: _Publication, connections: int) -> None:
    """Time zone and database are a connection's own: set before settings are locked."""
    for _ in range(connections):
        cursor = publication.con.cursor()
        cursor.execute(LOCK_DOWN[0])
        cursor.execute(read_sql("mirror/use"))
        publication.free.put(cursor)
