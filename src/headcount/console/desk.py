"""What all requests of one process share: a project, its published data, its segments.

Looking reads the published file and the definitions' folder, never the store. What was
read is kept until one of them changes, so a page costs what its own rows cost.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Lock

from headcount import clock
from headcount.definitions.project_file import FILE_NAME
from headcount.errors import Fault, NotPublishedError, UnknownSegmentError
from headcount.pipeline.survey import SegmentView, survey
from headcount.project import Project
from headcount.store.mirror import open_mirror, read_published_at
from headcount.store.published import Published
from headcount.store.readers import Readers
from headcount.store.warehouse import Warehouse

LOOK_AGAIN_S = 0.5
PATIENCE_S = 0.15  # after that the last board is shown while a new one is made
OWN_CHANGE_PATIENCE_S = 10.0  # who just changed something wants to see it

Stamp = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Every segment as it was published, and the definitions no tick has seen yet.

    `published_at` None: nothing was published so far.
    """

    stamp: Stamp
    published_at: datetime | None
    segments: tuple[SegmentView, ...]
    faults: tuple[Fault, ...]
    by_id: Mapping[str, SegmentView]

    def require(self, segment_id: str) -> SegmentView:
        """The segment; UnknownSegmentError when there is none of this id."""
        if segment_id not in self.by_id:
            raise UnknownSegmentError(segment_id)
        return self.by_id[segment_id]


class Desk:
    """The console's one place to look things up; `open_project` is the host's."""

    def __init__(self, open_project: Callable[[], Project]) -> None:
        self._open_project = open_project
        self._lock = Lock()
        self._project: tuple[Stamp, Project] | None = None
        self._looked: tuple[float, Stamp] = (-LOOK_AGAIN_S, ())
        self._board: Board | None = None
        self._patience_s = PATIENCE_S
        self._next: tuple[Stamp, Future[Board]] | None = None
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="headcount-board")

    @cached_property
    def _first(self) -> Project:
        return self._open_project()

    @cached_property
    def _readers(self) -> Readers:
        return Readers(self._first.analytics_path)

    @property
    def project(self) -> Project:
        """The project as its file says now; read again once the file is another."""
        stamp = _stamp(self._first.folder / FILE_NAME)
        known = self._project
        if known is None or known[0] != stamp:
            known = self._project = (stamp, self._open_project())
        return known[1]

    @contextmanager
    def published(self) -> Iterator[Published]:
        """The newest published data, for the queries of one request."""
        with self._readers.read() as published:
            yield published

    def look_again(self) -> None:
        """The next board is worth waiting for: something was just changed here."""
        with self._lock:
            self._looked = (-LOOK_AGAIN_S, ())
            self._patience_s = OWN_CHANGE_PATIENCE_S

    def board(self) -> Board:
        """Every segment as it is known now.

        While a new board is made, which takes long with a thousand segments, whoever
        asks gets the last one.
        """
        with self._lock:
            stamp = self._stamp_now()
            if self._board is not None and self._board.stamp == stamp:
                return self._board
            if self._next is None or self._next[0] != stamp or self._next[1].done():
                made = self._maker.submit(_make_board, self.project, stamp)
                self._next = stamp, made
            coming, last, wait_s = self._next[1], self._board, self._patience_s
        with suppress(NotYetError):
            board = coming.result(None if last is None else wait_s)
            with self._lock:
                self._board = board
                self._patience_s = PATIENCE_S
            return board
        assert last is not None  # noqa: S101 - without one there is no deadline
        return last

    def _stamp_now(self) -> Stamp:
        """What a board depends on; looked up twice a second at most."""
        looked_s, stamp = self._looked
        if clock.elapsed_s() - looked_s >= LOOK_AGAIN_S:
            project = self.project
            stamp = (
                _stamp(project.folder / FILE_NAME),
                _stamp(project.analytics_path),
                hash(frozenset(_files(str(project.segments_folder)))),
            )
            self._looked = (clock.elapsed_s(), stamp)
        return stamp


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except FileNotFoundError:
        return (str(path), None)
    return (str(path), found.st_ino, found.st_mtime_ns, found.st_size)


def _files(folder: str) -> Iterator[Stamp]:
    """A stamp of every file under the folder: cheap, for a thousand of them too."""
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _files(entry.path)
            else:
                found = entry.stat()
                yield entry.path, found.st_ino, found.st_mtime_ns, found.st_size


def _make_board(project: Project, stamp: Stamp) -> Board:
    try:
        warehouse = open_mirror(project.analytics_path)
    except NotPublishedError:
        with Warehouse.in_memory() as empty:
            return _board(project, empty, stamp, published_at=None)
    with warehouse:
        published_at = read_published_at(warehouse)
        return _board(project, warehouse, stamp, published_at=published_at)


def _board(
    project: Project,
    warehouse: Warehouse,
    stamp: Stamp,
    *,
    published_at: datetime | None,
) -> Board:
    found = survey(project, warehouse)
    return Board(
        stamp=stamp,
        published_at=published_at,
        segments=found.segments,
        faults=found.faults,
        by_id={one.segment_id: one for one in found.segments},
    )
