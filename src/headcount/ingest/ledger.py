"""What the store knows of files: which contents it has read, and what became of them.

Source: segments.md §4, faults.md §1.10: a file is its content. Equal content under
another name brings nothing; other content under a loaded name waits for a decision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b
from typing import NamedTuple, Self

from headcount.definitions.settings import Source
from headcount.ingest.report import FileReport, Status
from headcount.store.warehouse import Warehouse

READER = 1  # raise it when rows come to be read differently: refused files are retried

STANDING = ("refused", "changed")  # what is told again as long as the file lies there


class Content(NamedTuple):
    """What a file holds: its SHA-256 ('' when it could not be read) and stamp."""

    sha256: str
    size_bytes: int
    stamp: str


class Seen(NamedTuple):
    """A ledger row: one file and content, and what became of it."""

    file_code: int
    source: str
    path: str
    sha256: str
    status: Status
    reason: str | None
    rows: int
    stamp: str
    read_as: str


class Judgement(NamedTuple):
    """Why a content is not loaded; of a duplicate also which file brought it."""

    status: Status
    reason: str
    twin_code: int | None = None


class Ledger:
    """The files of one source, as the store knows them when the source's turn comes."""

    def __init__(self, source: Source, read_as: str, seen: list[Seen]) -> None:
        self.source = source
        self.read_as = read_as
        self._by_path: defaultdict[str, list[Seen]] = defaultdict(list)
        self._loaded: dict[str, Seen] = {}
        for row in seen:
            self.note(row)

    @classmethod
    def read(cls, warehouse: Warehouse, source: Source) -> Self:
        """The ledger of `source`: rows of its name, and of equal settings elsewhere."""
        read_as = read_as_of(source)
        params = {"source": source.name, "system": source.system, "read_as": read_as}
        rows = warehouse.rows("ingest/ledger_of_source", params)
        return cls(source, read_as, [Seen(*row) for row in rows])

    def note(self, row: Seen) -> None:
        """The ledger has got one more row."""
        self._by_path[row.path].append(row)
        if row.status == "loaded" and row.read_as == self.read_as:
            self._loaded.setdefault(row.sha256, row)

    def with_stamp(self, path: str, stamp: str) -> Seen | None:
        """The row of the file if it stands as it was seen, and is settled."""
        return self._settled(path, lambda row: row.stamp == stamp)

    def with_content(self, path: str, content: Content) -> Seen | None:
        """The row of the file with this content, if it is settled."""
        return self._settled(path, lambda row: row.sha256 == content.sha256)

    def judge(self, path: str, content: Content) -> Judgement | None:
        """Why this content under this name is not loaded; None when it is new."""
        twin = self._loaded.get(content.sha256)
        if twin and twin.path != path and content.size_bytes:
            reason = f"duplicate of {twin.path}"
            return Judgement("duplicate", reason, twin.file_code)
        # Files in which nothing was yet, a new log or a header alone, may be filled.
        loaded = [row for row in self._by_path[path] if row.status == "loaded"]
        if any(row.rows for row in loaded):
            reason = (
                "its content changed after it was loaded; the new content is not "
                "loaded. Restore the file, or give the new content a name of its own: "
                "events that were loaded already count once"
            )
            return Judgement("changed", reason)
        return None

    def _settled(self, path: str, is_it: Callable[[Seen], bool]) -> Seen | None:
        rows = (row for row in reversed(self._by_path[path]) if is_it(row))
        row = next(rows, None)
        if row and row.status == "refused" and row.read_as != self.read_as:
            return None
        return row


def read_as_of(source: Source) -> str:
    """16 hex digits over all settings that decide how a file of the source is read."""
    settings = repr((READER, replace(source, name="", path="")))
    return blake2b(settings.encode(), digest_size=8).hexdigest()


def standing_report(seen: Seen, source: Source) -> FileReport | None:
    """What a known file still has to tell: nothing, unless somebody must act."""
    if seen.status not in STANDING:
        return None
    return FileReport(seen.path, source.name, seen.status, seen.reason)
