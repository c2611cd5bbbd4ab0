"""All files of all sources, each looked at once: what is new is in the store.

Source: interface.md §2, segments.md §4, faults.md §4 Ingest. A file that cannot be
loaded is refused and told of; the others go on. A second run over the same files
changes nothing.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from headcount.definitions.settings import EventFormat, Settings, Source
from headcount.errors import DataError
from headcount.ingest import load
from headcount.ingest.batch import Batch
from headcount.ingest.discover import SourceFile, discover
from headcount.ingest.formats import (
    csv,
    native,
    ndjson,
    parquet,
    segment,
    walkme_collector,
    walkme_webhook,
)
from headcount.ingest.ledger import Content, Judgement, Ledger, standing_report
from headcount.ingest.lines import GrowingError, require_terminated
from headcount.ingest.report import FileReport, IngestReport
from headcount.store.files import sha256_of
from headcount.store.tombstones import NOBODY, Tombstones
from headcount.store.warehouse import Warehouse

Read = Callable[[Path, str, Source, datetime], Iterator[Batch]]

READERS: dict[EventFormat, Read] = {
    "native": native.read_batches,
    "segment": segment.read_batches,
    "walkme-webhook": walkme_webhook.read_batches,
    "walkme-collector": walkme_collector.read_batches,
    "csv": csv.read_batches,
    "parquet": parquet.read_batches,
    "ndjson": ndjson.read_batches,
}
UNREAD = Content("", 0, "")
PACKED_NAMES = (".gz", ".zst", ".parquet")  # no such file is empty


def ingest_sources(
    warehouse: Warehouse,
    settings: Settings,
    folder: Path,
    *,
    now: datetime,
    progress: load.Progress | None = None,
    tombstones: Tombstones = NOBODY,
) -> IngestReport:
    """What is new in the files of all sources is in the store, one file after another.

    `now` decides which events lie too far ahead. `progress` is called with a file's
    name and the rows read so far. Each file is one transaction. Rows of users in
    `tombstones` are skipped.
    """
    reports: list[FileReport] = []
    for source in settings.sources:
        ledger = Ledger.read(warehouse, source)
        intake = _Intake(warehouse, ledger, now, progress or _silent, tombstones)
        reports += intake.take_all(folder)
    return IngestReport(tuple(reports))


def _silent(path: str, rows: int) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class _Intake:
    """One source's turn."""

    warehouse: Warehouse
    ledger: Ledger
    now: datetime
    progress: load.Progress
    tombstones: Tombstones

    def take_all(self, folder: Path) -> Iterator[FileReport]:
        source = self.ledger.source
        try:
            files = discover(source, folder)
        except (DataError, OSError) as error:
            reason = f"cannot be listed: {_told(error)}"
            yield FileReport(source.path, source.name, "refused", reason)
            return
        for file in files:
            report = self._take(file)
            if report:
                yield report

    def _take(self, file: SourceFile) -> FileReport | None:
        """What there is to tell of the file; None when it is known and settled."""
        try:
            return self._look(file)
        except GrowingError as error:
            source = self.ledger.source
            return FileReport(file.name, source.name, "growing", error.reason)
        except FileNotFoundError:
            return None  # removed since it was listed
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise
            return self._refuse(file, UNREAD, f"cannot be read: {_told(error)}")

    def _look(self, file: SourceFile) -> FileReport | None:
        try:
            stamp = file.stamp()
        except DataError as error:
            return self._refuse(file, UNREAD, error.reason)
        seen = self.ledger.with_stamp(file.name, stamp)
        if seen:
            return standing_report(seen, self.ledger.source)
        with file.opened() as path:
            content = Content(sha256_of(path), path.stat().st_size, stamp)
            return self._take_content(file, path, content)

    def _take_content(
        self, file: SourceFile, path: Path, content: Content
    ) -> FileReport | None:
        seen = self.ledger.with_content(file.name, content)
        if seen:
            restamp = {"file_code": seen.file_code, "stamp": content.stamp}
            self.warehouse.execute("ingest/restamp_file", restamp)
            return standing_report(seen, self.ledger.source)
        try:
            return self._judge_or_load(file, path, content)
        except GrowingError:
            raise
        except DataError as error:
            _require_unchanged(file, content)
            return self._refuse(file, content, error.reason)

    def _judge_or_load(
        self, file: SourceFile, path: Path, content: Content
    ) -> FileReport:
        source = self.ledger.source
        _require_content(content, file.name)
        if source.format != "parquet":
            require_terminated(path, file.name, is_json=source.format != "csv")
        judgement = self.ledger.judge(file.name, content)
        if judgement:
            _require_unchanged(file, content)
            return self._record(file, content, judgement)
        read = READERS[source.format]
        batches = read(path, file.name, source, self.now) if content.size_bytes else ()
        tally = load.stage(
            self.warehouse,
            file.name,
            batches,
            self.progress,
            tombstones=self.tombstones,
        )
        _require_unchanged(file, content)
        entry = load.Entry(file.name, content, "loaded", tally.remarks())
        return load.load_staged(
            self.warehouse, self.ledger, entry, tally=tally, now=self.now
        )

    def _refuse(self, file: SourceFile, content: Content, reason: str) -> FileReport:
        seen = self.ledger.with_content(file.name, content)
        if seen and seen.reason == reason:
            return FileReport(file.name, self.ledger.source.name, "refused", reason)
        return self._record(file, content, Judgement("refused", reason))

    def _record(
        self, file: SourceFile, content: Content, judgement: Judgement
    ) -> FileReport:
        entry = load.Entry(file.name, content, judgement.status, judgement.reason)
        return load.record(
            self.warehouse,
            self.ledger,
            entry,
            now=self.now,
            twin_code=judgement.twin_code,
        )


def _require_content(content: Content, name: str) -> None:
    """Return unless the file is empty though its name says that it cannot be."""
    if not content.size_bytes and name.endswith(PACKED_NAMES):
        raise DataError(name, "0 bytes, which no packed file has; send it again")


def _require_unchanged(file: SourceFile, content: Content) -> None:
    """Return when the file still stands as it did before it was read."""
    if file.stamp() != content.stamp:
        reason = "it changed while it was read; it is loaded once it stands still"
        raise GrowingError(file.name, reason)


def _told(error: DataError | OSError) -> str:
    if isinstance(error, DataError):
        return error.reason
    return error.strerror or str(error)
