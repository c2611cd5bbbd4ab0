"""One file becomes rows of the store: staged aside, then kept in one transaction.

Source: segments.md §4, faults.md §1.1. Rows and ledger row appear together or not at
all, so a run that was killed anywhere is repaired by the next one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, astuple, dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from headcount.errors import UnbalancedFileError
from headcount.ingest.ahead import read_ahead
from headcount.ingest.batch import Batch
from headcount.ingest.erased import frames_without_erased
from headcount.ingest.ledger import Content, Ledger, Seen
from headcount.ingest.rejects import require_few_bad_rows
from headcount.ingest.report import FileReport, Status
from headcount.store.sightings import see_rows
from headcount.store.tombstones import NOBODY, Tombstones
from headcount.store.warehouse import Warehouse

STAGES = ("events", "attributes", "rejects")
MAX_NOTES = 10  # names or reasons that a note lists
MEMORY_BYTES = 2_000_000_000  # measured: five million rows are no faster with more

Progress = Callable[[str, int], None]
"""Called with a file's name and the rows read of it so far."""


@dataclass(slots=True)
class Tally:
    """What reading a whole file has found; its rows are staged."""

    rows: int = 0
    bad: int = 0
    rejected: int = 0
    last_line: int = 0
    first_reject: str = ""
    skips: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)

    def add(self, batch: Batch) -> None:
        """The batch is counted."""
        if batch.rejects and not self.first_reject:
            line, reason, _ = batch.rejects[0]
            self.first_reject = f"line {line}: {reason}"
        self.rows += batch.rows
        self.bad += batch.bad
        self.rejected += len(batch.rejects)
        self.last_line = max(self.last_line, batch.last_line)
        self.skips.update(batch.skips)
        self.notes.update(batch.notes)

    def remarks(self) -> str | None:
        """What the ledger says of a file that was loaded, None when all is plain."""
        remarks = []
        if not self.rows:
            remarks.append("it holds no rows")
        if self.notes:
            names = sorted(self.notes)[:MAX_NOTES]
            remarks.append(f"ignored: {', '.join(map(repr, names))}")
        if self.skips:
            reasons = self.skips.most_common(MAX_NOTES)
            listed = ", ".join(f"{reason} ({times})" for reason, times in reasons)
            remarks.append(f"skipped: {listed}")
        return "; ".join(remarks) or None


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a file's rows; all zero for a file of which nothing was loaded."""

    rows: int = 0
    accepted: int = 0
    duplicates: int = 0
    conflicts: int = 0
    rejected: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file's rows lie in time and in the ingest order; None without any."""

    first_at: datetime | None = None
    last_at: datetime | None = None
    first_position: int | None = None
    last_position: int | None = None


class Spot(NamedTuple):
    """Where the rows of a file go: its system, its code, the position of line 1."""

    system_code: int
    file_code: int
    first_position: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger is to say of one file and content."""

    path: str
    content: Content
    status: Status
    reason: str | None
    counts: Counts = Counts()
    place: Place = Place()


def stage(
    warehouse: Warehouse,
    path: str,
    batches: Iterable[Batch],
    progress: Progress,
    *,
    tombstones: Tombstones = NOBODY,
) -> Tally:
    """All rows of the file lie in the staging tables, which nobody else sees.

    All but those of users who were erased, which count as skipped. From here on the
    store keeps to MEMORY_BYTES, however large the file is.
    """
    warehouse.execute("ingest/limit_memory", {"most_bytes": MEMORY_BYTES})
    for name in STAGES:
        warehouse.execute(f"ingest/create_staged_{name}")
    tally = Tally()
    for batch in read_ahead(iter(batches)):
        for name, frame in frames_without_erased(batch, tombstones):
            with warehouse.lend(**{f"batch_{name}": frame}):
                warehouse.execute(f"ingest/stage_{name}")
        tally.add(batch)
        progress(path, tally.rows)
    return tally


def load_staged(
    warehouse: Warehouse,
    ledger: Ledger,
    entry: Entry,
    *,
    tally: Tally,
    now: datetime,
) -> FileReport:
    """The staged rows and the ledger row of the file are in the store, together.

    Raises DataError when too many rows are bad, UnbalancedFileError when the sums
    do not add up; then nothing is kept.
    """
    require_few_bad_rows(
        entry.path,
        rows=tally.rows,
        bad=tally.bad,
        max_share=ledger.source.max_bad_share,
        first=tally.first_reject,
    )
    with warehouse.transaction():
        file_code, first_position = _next(warehouse)
        system_code = system_code_of(warehouse, ledger.source.system)
        spot = Spot(system_code, file_code, first_position)
        counts, place = keep_staged(warehouse, entry.path, spot, tally)
        see_rows(warehouse, system_code=system_code, from_position=first_position)
        entry = replace(entry, counts=counts, place=place)
        return _write(warehouse, ledger, entry, file_code=file_code, now=now)


def keep_staged(
    warehouse: Warehouse, path: str, spot: Spot, tally: Tally
) -> tuple[Counts, Place]:
    """The staged rows that are new are in the store at `spot`; returns what they are.

    New is what no earlier file told, so that it does not matter what later ones did.
    Runs inside the caller's transaction. Raises UnbalancedFileError.
    """
    counts = _count(warehouse, tally, events=_append(warehouse, spot))
    _require_balance(path, counts)
    file = {"file_code": spot.file_code}
    warehouse.execute("ingest/append_rejects", file)
    warehouse.execute("ingest/note_shared_rows", file)
    return counts, _place(warehouse, spot.first_position, tally)


def record(
    warehouse: Warehouse,
    ledger: Ledger,
    entry: Entry,
    *,
    now: datetime,
    twin_code: int | None = None,
) -> FileReport:
    """The ledger says that nothing of this content was loaded, and why.

    The rows of a duplicate get positions all the same: were the twin retracted, this
    file would have brought them, and others have come since.
    """
    with warehouse.transaction():
        file_code, first_position = _next(warehouse)
        if twin_code is not None:
            place = _reserved(warehouse, first_position, twin_code)
            entry = replace(entry, place=place)
        return _write(warehouse, ledger, entry, file_code=file_code, now=now)


def _append(warehouse: Warehouse, spot: Spot) -> int:
    """The staged rows that are new are in the store; returns how many are events."""
    system, place = {"system_code": spot.system_code}, spot._asdict()
    earlier = {**system, "file_code": spot.file_code}
    warehouse.execute("ingest/find_repeats")
    warehouse.execute("ingest/find_stored", system)
    warehouse.execute("ingest/keep_earlier", {"file_code": spot.file_code})
    warehouse.execute("ingest/hold_taken", system)
    warehouse.execute("ingest/judge_events")
    warehouse.execute("ingest/judge_attributes", earlier)
    for name in ("drop_taken", "keep_attributes", "judge_records", "gather_users"):
        warehouse.execute(f"ingest/{name}")
    for name in ("add_users", "add_event_names"):
        warehouse.execute(f"ingest/{name}", system)
    ((events,),) = warehouse.rows("ingest/append_events", place)
    warehouse.execute("ingest/append_attributes", place)
    warehouse.execute("ingest/date_users", system)
    return int(events)


def _count(warehouse: Warehouse, tally: Tally, *, events: int) -> Counts:
    """What became of the rows; `events` were added."""
    ((records, duplicates, conflicts),) = warehouse.rows("ingest/count_verdicts")
    return Counts(
        rows=tally.rows,
        accepted=events + records,
        duplicates=duplicates,
        conflicts=conflicts,
        rejected=tally.rejected,
        skipped=tally.skips.total(),
    )


def _require_balance(path: str, counts: Counts) -> None:
    """Return when each row is accounted for once."""
    rows, *parts = astuple(counts)
    if rows != sum(parts):
        raise UnbalancedFileError(path, rows=rows, accounted=sum(parts))


def system_code_of(warehouse: Warehouse, system: str) -> int:
    """The code of the system, which has one from now on."""
    warehouse.execute("ingest/add_system", {"system": system})
    ((code,),) = warehouse.rows("ingest/read_system_code", {"system": system})
    return int(code)


def _next(warehouse: Warehouse) -> tuple[int, int]:
    ((file_code, first_position),) = warehouse.rows("ingest/read_next")
    return file_code, first_position


def _place(warehouse: Warehouse, first_position: int, tally: Tally) -> Place:
    if not tally.rows:
        return Place()
    ((first_at, last_at),) = warehouse.rows("ingest/read_span")
    last_position = first_position + tally.last_line - 1
    return Place(first_at, last_at, first_position, last_position)


def _reserved(warehouse: Warehouse, first_position: int, twin_code: int) -> Place:
    ((lines,),) = warehouse.rows("ingest/read_extent", {"file_code": twin_code})
    if not lines:
        return Place()
    return Place(None, None, first_position, first_position + lines - 1)


def _write(
    warehouse: Warehouse,
    ledger: Ledger,
    entry: Entry,
    *,
    file_code: int,
    now: datetime,
) -> FileReport:
    source = ledger.source
    key = {"source": source.name, "path": entry.path, "sha256": entry.content.sha256}
    warehouse.execute("ingest/forget_refusal", key)
    warehouse.execute(
        "ingest/record_file",
        {
            **key,
            "file_code": file_code,
            "system": source.system,
            "format": source.format,
            "size_bytes": entry.content.size_bytes,
            "status": entry.status,
            "reason": entry.reason,
            **asdict(entry.counts),
            **asdict(entry.place),
            "ingested_at": now,
            "stamp": entry.content.stamp,
            "read_as": ledger.read_as,
        },
    )
    ledger.note(
        Seen(
            file_code,
            source.name,
            entry.path,
            entry.content.sha256,
            entry.status,
            entry.reason,
            entry.counts.rows,
            entry.content.stamp,
            ledger.read_as,
        )
    )
    return FileReport(
        entry.path, source.name, entry.status, entry.reason, **asdict(entry.counts)
    )
