"""The pipeline's store: one DuckDB file, one writer, short transactions.

Source: interface.md §5, faults.md §1 and §4. It is created whole or not at all, and
nothing here ever removes a store or its write-ahead log.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

import duckdb

from headcount.errors import (
    DiskFullError,
    MemoryLimitError,
    StoreBusyError,
    StoreUnreadableError,
    StoreVersionError,
)
from headcount.store.files import folder_aside, sweep_temporaries, write_atomically
from headcount.store.lock import hold_lock
from headcount.store.memory import WHOLE_MACHINE, Memory
from headcount.store.replacement import copy_store, put_in_place
from headcount.store.sql import migrations, read_sql

if TYPE_CHECKING:  # `check` looks into the store and has no time to import Polars
    import polars as pl
    import pyarrow as pa

Parameters = Mapping[str, Any]
Row = tuple[Any, ...]
Options = dict[str, str | bool | int | float | list[str]]

# A progress bar would stand on stdout between what a command says there.
SESSION = "SET TimeZone = 'UTC'; SET enable_progress_bar = false"
FOREIGN_HOLDER = re.compile(r"Conflicting lock is held in (?P<holder>.*?\(PID \d+\))")


class Warehouse:
    """An open store; closing it lets the next process in.

    `con` is the DuckDB connection, `path` the file (None in memory).
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        path: Path | None,
        options: Options | None = None,
    ) -> None:
        self.con = con
        self.path = path
        self._options = options or {}
        self.has_columns = True
        """Whether columns are kept beside it (`store.columns`)."""
        self.memory = WHOLE_MACHINE
        """What its process may take."""
        self._on_close = ExitStack()

    @cached_property
    def derived_folder(self) -> Path:
        """Where files derived from the store lie: they can be written again.

        Beside the store; of one in memory a temporary folder that ends with it.
        """
        if self.path is not None:
            return self.path.parent
        folder = tempfile.mkdtemp(prefix="headcount-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return Path(folder)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        wait_s: float = 60.0,
        memory: Memory = WHOLE_MACHINE,
        threads: int | None = None,
    ) -> Self:
        """The store at `path`, created when missing, with today's schema, held alone.

        Raises StoreBusyError when another process holds it longer than `wait_s`,
        StoreUnreadableError when DuckDB cannot read it, StoreVersionError when a newer
        headcount wrote it. In none of these cases anything on the disk is changed.
        """
        lock = hold_lock(_beside(path, ".lock"), subject=path, wait_s=wait_s)
        with ExitStack() as stack:
            stack.enter_context(lock)
            options = _options(memory.database_limit, threads)
            if not path.exists():
                _create(path, options)
            con = _connect(path, options, wait_s=wait_s)
            stack.callback(con.close)
            # What a killed process had spilled; alone with the store, nobody needs it.
            shutil.rmtree(_beside(path, ".tmp"), ignore_errors=True)
            warehouse = cls(con, path, options)
            warehouse.memory = memory
            _migrate(warehouse)
            warehouse._on_close = stack.pop_all()
        return warehouse

    @classmethod
    def in_memory(cls) -> Self:
        """An empty store with today's schema that ends with the process."""
        warehouse = cls.empty()
        warehouse.has_columns = True
        _migrate(warehouse)
        return warehouse

    @classmethod
    def empty(
        cls,
        *,
        memory_limit: str = WHOLE_MACHINE.database_limit,
        threads: int | None = None,
    ) -> Self:
        """A database in memory without any table."""
        con = duckdb.connect(":memory:", config=_options(memory_limit, threads))
        con.execute(SESSION)
        warehouse = cls(con, None)
        warehouse.has_columns = False
        warehouse._on_close.callback(warehouse.con.close)
        return warehouse

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
        """The file is closed and free for others; a second call does nothing."""
        self._on_close.close()

    def give_way_to(self, new: Path) -> None:
        """The file `new` is the store now; of this one only the lock is held."""
        self.con.close()
        put_in_place(new, cast("Path", self.path))

    def rewrite(self) -> None:
        """The store is a new file with the same rows, and nothing of deleted ones.

        Not inside a transaction; one in memory stays as it is. A kill leaves the old
        file or the new one, and a copy that does not succeed leaves this one closed.
        """
        if self.path is None:
            return
        self.con.close()
        with folder_aside(self.path.parent) as aside:
            copy_store(self.path, aside / self.path.name)
            put_in_place(aside / self.path.name, self.path)
        self.con = _connect(self.path, self._options, wait_s=0.0)
        self._on_close.callback(self.con.close)

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """All statements of the block are kept together, or none when it raises."""
        self.con.execute("BEGIN TRANSACTION")
        try:
            with self._telling_of_limits():
                yield self.con
                self.con.execute("COMMIT")
        except BaseException:
            # A store that met a full disk has already rolled back and refuses this.
            with suppress(duckdb.Error):
                self.con.execute("ROLLBACK")
            raise

    def execute(self, name: str, params: Parameters | None = None) -> None:
        """The statement `sql/<name>.sql` has run."""
        with self._telling_of_limits():
            self.con.execute(read_sql(name), params or {})

    def rows(
        self, name: str, params: Parameters | None = None
    ) -> list[tuple[Any, ...]]:
        """The rows of the query `sql/<name>.sql`, as its header describes them."""
        with self._telling_of_limits():
            return self.con.execute(read_sql(name), params or {}).fetchall()

    def frame(self, name: str, params: Parameters | None = None) -> pl.DataFrame:
        """The result of the query `sql/<name>.sql`, as its header describes it."""
        with self._telling_of_limits():
            result = self.con.sql(read_sql(name), params=params or {})
            return cast("pl.DataFrame", result.pl())

    def batches(
        self, name: str, params: Parameters, *, rows: int
    ) -> Iterator[pa.RecordBatch]:
        """The result of the query `sql/<name>.sql`, at most `rows` at a time."""
        with self._telling_of_limits():
            result = self.con.sql(read_sql(name), params=params)
            yield from result.to_arrow_reader(rows)

    @contextmanager
    def lend(self, **frames: pl.DataFrame) -> Iterator[None]:
        """Each frame is a view of its name for the statements of the block."""
        for name, frame in frames.items():
            self.con.register(name, frame)
        try:
            yield
        finally:
            for name in frames:
                with suppress(duckdb.Error):  # a store that met a full disk is closed
                    self.con.unregister(name)

    @contextmanager
    def _telling_of_limits(self) -> Iterator[None]:
        """A full disk or memory raises an error that says what to do."""
        try:
            yield
        except duckdb.OutOfMemoryException as error:
            raise MemoryLimitError(_first_line(error)) from error
        except duckdb.Error as error:
            if "No space left" not in str(error):
                raise
            folder = self.path.parent if self.path else Path.cwd()
            free = shutil.disk_usage(folder).free
            raise DiskFullError(folder, free_bytes=free) from error


def _migrate(warehouse: Warehouse) -> None:
    """The store has today's schema; each step is one transaction."""
    known = migrations()
    version = _version(warehouse)
    newest = known[-1][0]
    if version > newest:
        raise StoreVersionError(warehouse.path, version=version, newest=newest)
    for number, file in known:
        if number > version:
            _apply(warehouse, number, file)


def _version(warehouse: Warehouse) -> int:
    try:
        ((version,),) = warehouse.rows("store/read_version")
    except duckdb.CatalogException:
        return -1  # no table yet: a store that is being created
    return int(version)


def _apply(warehouse: Warehouse, number: int, file: Path) -> None:
    with warehouse.transaction() as con:
        con.execute(file.read_text(encoding="utf-8"))
        warehouse.execute(
            "store/record_version", {"version": number, "name": file.stem}
        )


def _create(path: Path, options: Options) -> None:
    """An empty store with today's schema is at `path`; a kill leaves nothing there."""
    if _beside(path, ".wal").exists():
        raise StoreUnreadableError(path, reason="it is missing, its .wal file is not")
    sweep_temporaries(path.parent)
    with write_atomically(path) as aside:
        con = duckdb.connect(str(aside), config=options)
        with closing(con):
            _migrate(Warehouse(con, aside))
            con.execute("CHECKPOINT")


def _connect(
    path: Path, options: Options, *, wait_s: float
) -> duckdb.DuckDBPyConnection:
    """A connection; our lock is held, so only a foreign client can be in the way."""
    try:
        con = duckdb.connect(str(path), config=options)
    except duckdb.Error as error:
        found = FOREIGN_HOLDER.search(str(error))
        if found:
            holder = found["holder"]
            raise StoreBusyError(path, waited_s=wait_s, holder=holder) from error
        raise StoreUnreadableError(path, reason=_first_line(error)) from error
    con.execute(SESSION)
    return con


def _options(memory_limit: str, threads: int | None) -> Options:
    """DuckDB's settings: extensions are downloads, and nothing here needs one."""
    return {
        "memory_limit": memory_limit,
        "threads": str(threads or os.cpu_count() or 1),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
