"""A file the ledger knows, read once more exactly as it was when it was ingested."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from headcount.definitions.settings import Settings, Source
from headcount.errors import DataError
from headcount.ingest.discover import SourceFile, discover
from headcount.ingest.ledger import read_as_of
from headcount.ingest.load import (
    Progress,
    Spot,
    Tally,
    keep_staged,
    stage,
    system_code_of,
)
from headcount.ingest.sources import READERS
from headcount.store.files import sha256_of
from headcount.store.sightings import see_anew
from headcount.store.tombstones import NOBODY, Tombstones
from headcount.store.warehouse import Warehouse


class KnownFile(NamedTuple):
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


@dataclass(slots=True)
class Rereader:
    """Reads files of the ledger again; each source is listed once."""

    warehouse: Warehouse
    settings: Settings
    folder: Path
    progress: Progress
    tombstones: Tombstones = NOBODY
    listed: dict[str, dict[str, SourceFile]] = field(default_factory=dict)

    def stage(self, file: KnownFile) -> Tally:
        """The file's rows are staged, read by the settings and at the time they were.

        Raises DataError when the file or its source is not what it was, OSError when
        it cannot be read.
        """
        source, found = self._find(file)
        with found.opened() as path:
            if sha256_of(path) != file.sha256:
                raise DataError(file.path, "its content is not what was ingested")
            batches = READERS[source.format](path, file.path, source, file.ingested_at)
            return stage(
                self.warehouse,
                file.path,
                batches if path.stat().st_size else (),
                self.progress,
                tombstones=self.tombstones,
            )

    def _find(self, file: KnownFile) -> tuple[Source, SourceFile]:
        sources = (one for one in self.settings.sources if one.name == file.source)
        source = next(sources, None)
        if source is None or read_as_of(source) != file.read_as:
            reason = f"source {file.source!r} is not what it was when it was ingested"
            raise DataError(file.path, reason)
        if source.name not in self.listed:
            files = discover(source, self.folder)
            self.listed[source.name] = {one.name: one for one in files}
        found = self.listed[source.name].get(file.path)
        if found is None:
            raise DataError(file.path, "it is not there any more")
        return source, found


@dataclass(frozen=True, slots=True)
class Unread:
    """A file of the ledger whose rows could not be read again, and why."""

    path: str
    reason: str


def reread_all(reader: Rereader) -> Iterator[Unread]:
    """Every loaded file of the ledger has its rows in the store, in its old place.

    For a store with a ledger and no rows. Gives the files that are not what they were:
    of those nothing is there, and later files tell what they had told first.
    """
    warehouse = reader.warehouse
    systems: set[int] = set()
    for row in warehouse.rows("rebuild/loaded_files"):
        file = KnownFile(*row)
        try:
            with warehouse.transaction():
                systems.add(_reread(reader, file))
        except (DataError, OSError) as error:
            yield Unread(file.path, getattr(error, "reason", None) or str(error))
    for system_code in sorted(systems):
        with warehouse.transaction():
            see_anew(warehouse, system_code=system_code)


def put_back(
    warehouse: Warehouse, file: KnownFile, tally: Tally, *, system_code: int
) -> None:
    """The staged rows of the file are in their old place, and the ledger counts them.

    Only those that no earlier file tells.
    """
    spot = Spot(system_code, file.file_code, file.first_position or 0)
    counts, place = keep_staged(warehouse, file.path, spot, tally)
    amended = {
        **asdict(counts),
        "file_code": file.file_code,
        "first_at": place.first_at,
        "last_at": place.last_at,
        "reason": tally.remarks(),
    }
    warehouse.execute("retract/amend_file", amended)


def _reread(reader: Rereader, file: KnownFile) -> int:
    """The rows of the file are in the store; returns the code of its system."""
    tally = reader.stage(file)
    code = system_code_of(reader.warehouse, file.system)
    put_back(reader.warehouse, file, tally, system_code=code)
    return code
