"""How a project is doing: how fresh, what failed, what was left out, what lags behind.

Read from the store and the folders; nothing here writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from headcount.definitions.settings import Source
from headcount.errors import DataError, Fault
from headcount.ingest.discover import discover
from headcount.pipeline.pushing import read_due
from headcount.pipeline.survey import SegmentView, open_to_look, survey
from headcount.project import Project
from headcount.store.catalog import (
    FileLeftOut,
    NewestRun,
    PushState,
    SourceState,
    read_files_left_out,
    read_newest_run,
    read_pushes,
    read_seen_files,
    read_sources,
)
from headcount.store.warehouse import Warehouse
from headcount.sync.holds import Waiting, read_waiting
from headcount.sync.reconcile import Drift, read_drifts


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file that lies there and was not read yet: it just landed, or it is growing."""

    path: str
    source: str


@dataclass(frozen=True, slots=True)
class PushBehind:
    """A destination that does not hold the newest snapshot, and why as far as known."""

    destination: str
    segment_id: str
    status: str
    reason: str | None
    pushed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """Everything a person should know of at one look."""

    now: datetime
    run: NewestRun | None
    sources: tuple[SourceState, ...]
    segments: tuple[SegmentView, ...]
    faults: tuple[Fault, ...]
    left_out: tuple[FileLeftOut, ...]
    waiting: tuple[WaitingFile, ...]
    behind: tuple[PushBehind, ...]
    held: tuple[Waiting, ...]
    drifting: tuple[Drift, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many segments have each status."""
        return dict(sorted(Counter(one.status for one in self.segments).items()))

    @property
    def failed(self) -> tuple[SegmentView, ...]:
        """The segments whose last evaluation failed."""
        return tuple(one for one in self.segments if one.status == "Failed")

    @property
    def orphaned(self) -> tuple[SegmentView, ...]:
        """The segments whose file is gone."""
        return tuple(one for one in self.segments if one.orphaned)

    def to_json(self) -> dict[str, Any]:
        """As `status --json` prints it."""
        return {
            "now": self.now,
            "run": asdict(self.run) if self.run else None,
            "sources": [asdict(one) for one in self.sources],
            "segments": self.counts,
            "failed": [_brief(one) for one in self.failed],
            "orphaned": [_brief(one) for one in self.orphaned],
            "faults": [asdict(one) for one in self.faults],
            "files": [
                *(asdict(one) for one in self.left_out),
                *(asdict(one) | {"status": "waiting"} for one in self.waiting),
            ],
            "behind": [asdict(one) for one in self.behind],
            "held": [one.to_json() for one in self.held],
            "drifting": [asdict(one) for one in self.drifting],
        }


def read_status(project: Project, *, now: datetime) -> ProjectStatus:
    """How the project is doing at this moment."""
    with open_to_look(project) as warehouse:
        surveyed = survey(project, warehouse)
        return ProjectStatus(
            now=now,
            run=read_newest_run(warehouse),
            sources=tuple(read_sources(warehouse)),
            segments=surveyed.segments,
            faults=surveyed.faults,
            left_out=tuple(read_files_left_out(warehouse)),
            waiting=tuple(_waiting(project, warehouse)),
            behind=tuple(_behind(project, warehouse, now=now)),
            held=tuple(read_waiting(warehouse)),
            drifting=tuple(read_drifts(warehouse)),
        )


def _waiting(project: Project, warehouse: Warehouse) -> Iterator[WaitingFile]:
    seen = read_seen_files(warehouse)
    for source in project.settings.sources:
        for path in _landed(project, source):
            if (source.name, path) not in seen:
                yield WaitingFile(path, source.name)


def _landed(project: Project, source: Source) -> list[str]:
    """The source's files by name; none where they cannot be listed, as ingest says."""
    try:
        return [file.name for file in discover(source, project.folder)]
    except (OSError, DataError):
        return []


def _behind(
    project: Project, warehouse: Warehouse, *, now: datetime
) -> Iterator[PushBehind]:
    pushes = {(one.destination, one.segment_id): one for one in read_pushes(warehouse)}
    for due in read_due(project, warehouse, now=now):
        known = pushes.get((due.destination, due.segment_id))
        if known and known.status == "held":
            continue  # that waits for a person, not for the next push
        yield PushBehind(
            due.destination,
            due.segment_id,
            _standing(known, is_deletion=due.is_deletion),
            known.reason if known else None,
            known.pushed_at if known else None,
        )


def _standing(known: PushState | None, *, is_deletion: bool) -> str:
    if is_deletion:
        return "to be deleted"
    if known is None:
        return "never pushed"
    return "behind" if known.status == "synced" else known.status


def _brief(one: SegmentView) -> dict[str, Any]:
    return {
        "segment_id": one.segment_id,
        "reason": one.reason,
        "file": one.file,
        "last_evaluated_at": one.last_evaluated_at,
    }
