"""A wrongly loaded file is taken out again, exactly: as if it had never been ingested.

Source: interface.md §3, segments.md §4: of rows with one id the first in ingest order
stays. So a row that was a duplicate of one taken out comes back, from the first file
that still tells it. Which files share rows with which is in the ledger; those are read
again, in ingest order, and keep their place in it. All of it is one transaction.

The file itself is not loaded again while its content stays: load it under another name
to change your mind. Other content under its name is new content, and loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from headcount import clock
from headcount.definitions.mistakes import nearest
from headcount.definitions.settings import Settings
from headcount.errors import (
    DataError,
    NotLoadedFileError,
    RetractionBlockedError,
    UnknownFileError,
)
from headcount.ingest.again import KnownFile, Rereader, put_back
from headcount.ingest.load import Progress, Tally
from headcount.store.columns.home import forget_columns
from headcount.store.sightings import see_anew
from headcount.store.tokens import forget_tokens
from headcount.store.tombstones import NOBODY, Tombstones
from headcount.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Restored:
    """A file that was read again, and what of it came back."""

    path: str
    source: str
    events: int
    attributes: int


@dataclass(frozen=True, slots=True)
class RetractionReport:
    """What was taken out, and what came back from other files in its stead.

    Nothing of either when the file had been retracted before.
    """

    path: str
    events: int
    attributes: int
    restored: tuple[Restored, ...]

    def to_json(self) -> dict[str, Any]:
        """As `ingest --retract --json` prints it."""
        return {**asdict(self), "status": "retracted"}


def retract_file(
    warehouse: Warehouse,
    settings: Settings,
    folder: Path,
    *,
    file: str,
    now: datetime,
    progress: Progress,
    tombstones: Tombstones = NOBODY,
) -> RetractionReport:
    """Nothing of `file` is in the store; whatever it had kept out is.

    `file` is a path as the ledger has it, or as named from here. A second call changes
    nothing. Raises UnknownFileError, NotLoadedFileError, and RetractionBlockedError
    when a file that shares rows with it cannot be read again; then nothing changes.
    """
    path = _known_path(warehouse, folder, file)
    rows = warehouse.rows("retract/named_files", _at(path))
    known = [KnownFile(*row) for row in rows]
    loaded = [one for one in known if one.status == "loaded"]
    if not loaded and known[-1].status != "retracted":
        raise NotLoadedFileError(path, status=known[-1].status)
    restored: list[Restored] = []
    with warehouse.transaction():
        for system in dict.fromkeys(one.system for one in loaded):
            files = [one for one in loaded if one.system == system]
            reader = Rereader(warehouse, settings, folder, progress, tombstones)
            retraction = _Retraction(warehouse, reader)
            restored += retraction.run(files, now)
        codes = [one.file_code for one in loaded]
        ((events, attributes),) = warehouse.rows(
            "retract/totals", {"file_codes": codes}
        )
    return RetractionReport(path, events, attributes, tuple(restored))


def _at(path: str) -> dict[str, str]:
    return {"path": path}


def _known_path(warehouse: Warehouse, folder: Path, file: str) -> str:
    """The path by which the ledger knows the file; UnknownFileError when it does not.

    A path of the ledger counts from the project's folder, one on a command line from
    the folder one is in.
    """
    here = Path(file).resolve()
    names = [file, str(here)]
    if here.is_relative_to(folder.resolve()):
        names.insert(1, str(here.relative_to(folder.resolve())))
    for name in names:
        if warehouse.rows("retract/named_files", _at(name)):
            return name
    known = (path for (path,) in warehouse.rows("retract/known_paths"))
    raise UnknownFileError(file, nearest=nearest(file, known))


@dataclass(slots=True)
class _Retraction:
    """The files of one system, on their way out and back; inside a transaction."""

    warehouse: Warehouse
    reader: Rereader
    system_code: int = -1
    changed: set[int] = field(default_factory=set)  # files that hold fewer rows now
    outdone: set[int] = field(default_factory=set)  # an earlier file tells theirs now
    orphaned: dict[tuple[str, str], str] = field(default_factory=dict)
    """By settings and content of what was taken out: who brings it now, '' nobody."""

    def run(self, files: Sequence[KnownFile], now: datetime) -> list[Restored]:
        system = files[0].system
        ((self.system_code,),) = self.warehouse.rows(
            "ingest/read_system_code", {"system": system}
        )
        for file in files:
            self._take_out(file, now)
        since = {"system": system, "file_code": files[0].file_code}
        later = [
            KnownFile(*row) for row in self.warehouse.rows("retract/later_files", since)
        ]
        restored = [*self._put_back(later)]
        self.warehouse.execute("retract/date_users", {"system_code": self.system_code})
        see_anew(self.warehouse, system_code=self.system_code)
        forget_columns(self.warehouse, self.system_code)
        forget_tokens(self.warehouse)
        return restored

    def _take_out(self, file: KnownFile, now: datetime) -> None:
        code = {"file_code": file.file_code}
        self.warehouse.execute("retract/record_retraction", code | {"now": now})
        self._remove_rows(file)
        reason = f"its rows were taken out again on {clock.to_text(now)}"
        self.warehouse.execute("retract/retire_file", code | {"reason": reason})
        key = {"source": file.source, "path": file.path}
        self.warehouse.execute("retract/forget_changes", key)
        self.changed.add(file.file_code)
        self.orphaned[file.read_as, file.sha256] = ""

    def _put_back(self, later: Iterable[KnownFile]) -> Iterator[Restored]:
        """Each file that is read again, in ingest order: each decides of later ones."""
        for file in later:
            if file.status == "duplicate":
                yield from self._adopt(file)
            elif file.file_code in self.outdone or self._shares_rows(file):
                yield self._restore(file)

    def _adopt(self, file: KnownFile) -> Iterator[Restored]:
        """The first duplicate of a retracted file brings the content now."""
        holder = self.orphaned.get((file.read_as, file.sha256))
        if holder is None:
            return
        if holder:
            reason = f"duplicate of {holder}"
            told = {"file_code": file.file_code, "reason": reason}
            self.warehouse.execute("retract/rename_twin", told)
            return
        self.orphaned[file.read_as, file.sha256] = file.path
        yield self._restore(file)

    def _shares_rows(self, file: KnownFile) -> bool:
        both = {"file_code": file.file_code, "earlier_codes": sorted(self.changed)}
        ((shares,),) = self.warehouse.rows("retract/shared_with", both)
        return bool(shares)

    def _restore(self, file: KnownFile) -> Restored:
        """The file's rows are what they are without those that were taken out."""
        code = {"file_code": file.file_code}
        self.warehouse.execute("retract/hold_rows", code)
        self._remove_rows(file)
        tally = self._stage(file)
        put_back(self.warehouse, file, tally, system_code=self.system_code)
        ((gained, values, lost),) = self.warehouse.rows("retract/count_changes", code)
        if lost:
            self.changed.add(file.file_code)
        if values:
            system = {"system_code": self.system_code}
            again = self.warehouse.rows("retract/told_again", code | system)
            self.outdone.update(later for (later,) in again)
        return Restored(file.path, file.source, gained, values)

    def _remove_rows(self, file: KnownFile) -> None:
        for table in ("events", "attributes", "rejected_rows", "shared_rows"):
            code = {"file_code": file.file_code}
            self.warehouse.execute(f"retract/remove_{table}", code)
        if file.first_position is not None:
            place = {"last_position": file.last_position}
            place["first_position"] = file.first_position
            self.warehouse.execute("retract/unpublish", place)

    def _stage(self, file: KnownFile) -> Tally:
        """The file's rows are staged, read as they were when it was ingested."""
        try:
            return self.reader.stage(file)
        except DataError as error:
            raise RetractionBlockedError(file.path, reason=error.reason) from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise RetractionBlockedError(file.path, reason=reason) from error
