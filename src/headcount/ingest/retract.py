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
from typing import Any, NamedTuple

from headcount import clock
from headcount.definitions.mistakes import nearest
from headcount.definitions.settings import Settings, Source
from headcount.errors import (
    DataError,
    NotLoadedFileError,
    RetractionBlockedError,
    UnknownFileError,
)
from headcount.ingest.discover import SourceFile, discover
from headcount.ingest.ledger import read_as_of
from headcount.ingest.load import Progress, Spot, Tally, keep_staged, stage
from headcount.ingest.sources import READERS
from headcount.store.files import sha256_of
from headcount.store.sightings import see_anew
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


class _File(NamedTuple):
    """A row of the ledger."""

    file_code: int
    source: str
    system: str
    path: str
    sha256: str
    status: str
    read_as: str
    first_position: int | None
    last_position: int | None
    ingested_at: datetime


def retract_file(
    warehouse: Warehouse,
    settings: Settings,
    folder: Path,
    *,
    file: str,
    now: datetime,
    progress: Progress,
) -> RetractionReport:
    """Nothing of `file` is in the store; whatever it had kept out is.

    `file` is a path as the ledger has it, or as named from here. A second call changes
    nothing. Raises UnknownFileError, NotLoadedFileError, and RetractionBlockedError
    when a file that shares rows with it cannot be read again; then nothing changes.
    """
    path = _known_path(warehouse, folder, file)
    known = [_File(*row) for row in warehouse.rows("retract/named_files", _at(path))]
    loaded = [one for one in known if one.status == "loaded"]
    if not loaded and known[-1].status != "retracted":
        raise NotLoadedFileError(path, status=known[-1].status)
    restored: list[Restored] = []
    with warehouse.transaction():
        for system in dict.fromkeys(one.system for one in loaded):
            files = [one for one in loaded if one.system == system]
            retraction = _Retraction(warehouse, settings, folder, progress)
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
    settings: Settings
    folder: Path
    progress: Progress
    system_code: int = -1
    changed: set[int] = field(default_factory=set)  # files that hold fewer rows now
    outdone: set[int] = field(default_factory=set)  # an earlier file tells theirs now
    orphaned: dict[tuple[str, str], str] = field(default_factory=dict)
    """By settings and content of what was taken out: who brings it now, '' nobody."""

    def run(self, files: Sequence[_File], now: datetime) -> list[Restored]:
        system = files[0].system
        ((self.system_code,),) = self.warehouse.rows(
            "ingest/read_system_code", {"system": system}
        )
        for file in files:
            self._take_out(file, now)
        since = {"system": system, "file_code": files[0].file_code}
        later = [
            _File(*row) for row in self.warehouse.rows("retract/later_files", since)
        ]
        restored = [*self._put_back(later)]
        self.warehouse.execute("retract/date_users", {"system_code": self.system_code})
        see_anew(self.warehouse, system_code=self.system_code)
        return restored

    def _take_out(self, file: _File, now: datetime) -> None:
        code = {"file_code": file.file_code}
        self.warehouse.execute("retract/record_retraction", code | {"now": now})
        self._remove_rows(file)
        reason = f"its rows were taken out again on {clock.to_text(now)}"
        self.warehouse.execute("retract/retire_file", code | {"reason": reason})
        key = {"source": file.source, "path": file.path}
        self.warehouse.execute("retract/forget_changes", key)
        self.changed.add(file.file_code)
        self.orphaned[file.read_as, file.sha256] = ""

    def _put_back(self, later: Iterable[_File]) -> Iterator[Restored]:
        """Each file that is read again, in ingest order: each decides of later ones."""
        for file in later:
            if file.status == "duplicate":
                yield from self._adopt(file)
            elif file.file_code in self.outdone or self._shares_rows(file):
                yield self._restore(file)

    def _adopt(self, file: _File) -> Iterator[Restored]:
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

    def _shares_rows(self, file: _File) -> bool:
        both = {"file_code": file.file_code, "earlier_codes": sorted(self.changed)}
        ((shares,),) = self.warehouse.rows("retract/shared_with", both)
        return bool(shares)

    def _restore(self, file: _File) -> Restored:
        """The file's rows are what they are without those that were taken out."""
        code = {"file_code": file.file_code}
        self.warehouse.execute("retract/hold_rows", code)
        self._remove_rows(file)
        tally = self._stage(file)
        spot = Spot(self.system_code, file.file_code, file.first_position or 0)
        counts, place = keep_staged(self.warehouse, file.path, spot, tally)
        amended = {
            **code,
            **asdict(counts),
            "first_at": place.first_at,
            "last_at": place.last_at,
            "reason": tally.remarks(),
        }
        self.warehouse.execute("retract/amend_file", amended)
        ((gained, values, lost),) = self.warehouse.rows("retract/count_changes", code)
        if lost:
            self.changed.add(file.file_code)
        if values:
            system = {"system_code": self.system_code}
            again = self.warehouse.rows("retract/told_again", code | system)
            self.outdone.update(later for (later,) in again)
        return Restored(file.path, file.source, gained, values)

    def _remove_rows(self, file: _File) -> None:
        for table in ("events", "attributes", "rejected_rows", "shared_rows"):
            code = {"file_code": file.file_code}
            self.warehouse.execute(f"retract/remove_{table}", code)
        if file.first_position is not None:
            place = {"last_position": file.last_position}
            place["first_position"] = file.first_position
            self.warehouse.execute("retract/unpublish", place)

    def _stage(self, file: _File) -> Tally:
        """The file's rows are staged, read as they were when it was ingested."""
        try:
            source, found = self._find(file)
            with found.opened() as path:
                _require_content(path, file)
                read = READERS[source.format]
                batches = read(path, file.path, source, file.ingested_at)
                return stage(self.warehouse, file.path, batches, self.progress)
        except DataError as error:
            raise RetractionBlockedError(file.path, reason=error.reason) from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise RetractionBlockedError(file.path, reason=reason) from error

    def _find(self, file: _File) -> tuple[Source, SourceFile]:
        """The source and the file itself; DataError when either is not what it was."""
        sources = (one for one in self.settings.sources if one.name == file.source)
        source = next(sources, None)
        if source is None or read_as_of(source) != file.read_as:
            reason = f"source {file.source!r} is not what it was when it was ingested"
            raise DataError(file.path, reason)
        found = (one for one in discover(source, self.folder) if one.name == file.path)
        match = next(found, None)
        if match is None:
            raise DataError(file.path, "it is not there any more")
        return source, match


def _require_content(path: Path, file: _File) -> None:
    if sha256_of(path) != file.sha256:
        raise DataError(file.path, "its content is not what was ingested")
