"""How segments, sources and pushes stand: what `list`, `show` and `status` read.

`store.registry` says what is registered; this is read beside it and never written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from headcount.errors import UnknownUserError
from headcount.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Told:
    """What the runs until an instant said of a segment; counts of its newest good one.

    Without `version` and `status` no run said anything: its members were imported.
    """

    segment_id: str
    version: int | None
    status: str | None
    reason: str | None
    evaluated_at: datetime | None
    members: int | None
    entered: int | None
    exited: int | None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a definition, as canonical JSON."""

    version: int
    fingerprint: str
    definition: str
    first_used_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Size:
    """A segment at one evaluated tick."""

    at: datetime
    members: int
    entered: int
    exited: int


@dataclass(frozen=True, slots=True)
class Stay:
    """A user in a segment, [entered_at, left_at); `left_at` None while it lasts."""

    entered_at: datetime
    left_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class NewestRun:
    """The newest tick that was evaluated."""

    run_id: str
    at: datetime
    status: str
    started_at: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class SourceState:
    """What a source has given; `newest_at` is its newest event or record."""

    source: str
    system: str
    files: int
    accepted: int
    rejected: int
    newest_at: datetime | None
    ingested_at: datetime


@dataclass(frozen=True, slots=True)
class FileLeftOut:
    """A file that was looked at and not loaded."""

    path: str
    source: str
    status: str
    reason: str | None
    ingested_at: datetime


@dataclass(frozen=True, slots=True)
class PushState:
    """How far a destination's copy of a segment is behind the newest snapshot."""

    destination: str
    segment_id: str
    status: str
    reason: str | None
    snapshot_at: datetime | None
    newest_at: datetime | None
    pushed_at: datetime | None
    held: int
    rejected: int


def read_told(warehouse: Warehouse, at: datetime | None) -> dict[str, Told]:
    """By segment, what runs said of it until `at`, None: until now."""
    rows = warehouse.rows("catalog/standings", {"at": at})
    return {row[0]: Told(*row) for row in rows}


def read_versions(warehouse: Warehouse, segment_id: str) -> list[Version]:
    """The versions of a segment, oldest first."""
    rows = warehouse.rows("catalog/versions", {"segment_id": segment_id})
    return [Version(*row) for row in rows]


def read_sizes(
    warehouse: Warehouse, segment_id: str, *, until: datetime | None
) -> list[Size]:
    """The evaluated ticks up to `until` (None: all), oldest first."""
    params = {"segment_id": segment_id, "until": until}
    return [Size(*row) for row in warehouse.rows("catalog/sizes", params)]


def read_stays(warehouse: Warehouse, segment_id: str, user_id: str) -> list[Stay]:
    """When the user was in the segment, oldest first."""
    params = {"segment_id": segment_id, "user_id": user_id}
    return [Stay(*row) for row in warehouse.rows("catalog/stays", params)]


def require_user_code(warehouse: Warehouse, system: str, user_id: str) -> int:
    """The code of the user; UnknownUserError for one the system has never seen."""
    rows = warehouse.rows("history/user_code", {"system": system, "user_id": user_id})
    if not rows:
        raise UnknownUserError(user_id, system)
    return int(rows[0][0])


def read_newest_run(warehouse: Warehouse) -> NewestRun | None:
    """The newest run of the newest tick, None before the first."""
    rows = warehouse.rows("catalog/newest_run")
    return NewestRun(*rows[0]) if rows else None


def read_sources(warehouse: Warehouse) -> list[SourceState]:
    """How fresh each source is."""
    return [SourceState(*row) for row in warehouse.rows("catalog/sources")]


def read_files_left_out(warehouse: Warehouse) -> list[FileLeftOut]:
    """Files refused, or changed after they were loaded; newest first."""
    return [FileLeftOut(*row) for row in warehouse.rows("catalog/files_left_out")]


def read_seen_files(warehouse: Warehouse) -> set[tuple[str, str]]:
    """The source and path of every file the ledger has looked at."""
    return set(warehouse.rows("catalog/seen_files"))


def read_pushes(warehouse: Warehouse) -> list[PushState]:
    """How far each destination is with each segment."""
    return [PushState(*row) for row in warehouse.rows("catalog/pushes")]
