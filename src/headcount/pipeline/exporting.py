"""Exports: a file on request, and those that subscriptions ask for by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from headcount.definitions.load import definition_from_json
from headcount.definitions.settings import Subscription
from headcount.errors import HeadcountError, NotEvaluatedError
from headcount.exports.export import (
    Export,
    ExportRequest,
    Format,
    copy_export,
    export_members,
    read_exports,
)
from headcount.pipeline.survey import survey
from headcount.project import Project
from headcount.rules.words import definition_in_words
from headcount.store.comparison import read_told_at
from headcount.store.registry import Registered, read_registered, read_version_at
from headcount.store.snapshots import latest_snapshot
from headcount.store.warehouse import Warehouse

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ExportFailure:
    """A subscription whose file could not be made, and why."""

    segment_id: str
    format: Format
    reason: str


@dataclass(frozen=True, slots=True)
class ExportsReport:
    """The files that subscriptions asked for; one that fails stops no other."""

    exports: tuple[Export, ...] = ()
    failures: tuple[ExportFailure, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The files, and what failed."""
        return {
            "exports": [export.to_json() for export in self.exports],
            "failures": [
                {"segment_id": f.segment_id, "format": f.format, "reason": f.reason}
                for f in self.failures
            ],
        }


def export(
    project: Project,
    segment_id: str,
    *,
    format: Format,  # noqa: A002 - the word of the command and of the form
    at: datetime | None = None,
    output: Path | None = None,
    now: datetime,
) -> Export:
    """A finished file with the members at the newest evaluated tick, or as of `at`.

    The same request a second time shares the first one's file. `output` gets a copy.
    Raises UnknownSegmentError, or NotEvaluatedError without a membership until then.
    """
    open_store = partial(Warehouse.open, project.store_path)
    with open_store() as warehouse:
        request = _request(project, warehouse, segment_id, format_=format, at=at)
    made = export_members(
        open_store,
        request,
        snapshots_folder=project.snapshots_folder,
        folder=project.exports_folder,
        now=now,
    )
    if output is not None:
        copy_export(made, output)
    return made


def export_due(project: Project, *, at: datetime, now: datetime) -> ExportsReport:
    """The files of all subscriptions that have none in their UTC period of `at` yet.

    A segment that has no membership yet is not due.
    """
    with Warehouse.open(project.store_path) as warehouse:
        due = [
            one
            for one in project.settings.subscriptions
            if _is_due(warehouse, project, one, at)
        ]
    exports, failures = [], []
    for one in due:
        try:
            made = export(project, one.segment, format=one.format, at=at, now=now)
        except HeadcountError as error:
            failures.append(ExportFailure(one.segment, one.format, str(error)))
        else:
            exports.append(made)
    return ExportsReport(tuple(exports), tuple(failures))


def period_start(every: str, at: datetime) -> datetime:
    """When the UTC period that holds `at` began; a tick is a period of its own."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    match every:
        case "hour":
            return at.replace(minute=0, second=0, microsecond=0)
        case "day":
            return midnight
        case "week":
            return midnight - at.weekday() * DAY
        case "month":
            return midnight.replace(day=1)
        case _:
            return at


def _is_due(
    warehouse: Warehouse, project: Project, one: Subscription, at: datetime
) -> bool:
    _, told = read_told_at(warehouse, one.segment, at)
    if told is None:
        return False
    # An expired segment is told no more: its last file stays the last.
    since = min(period_start(one.every, at), told)
    return not any(
        made.format == one.format and since <= made.at <= at
        for made in read_exports(
            warehouse, project.exports_folder, segment_id=one.segment
        )
    )


def _request(
    project: Project,
    warehouse: Warehouse,
    segment_id: str,
    *,
    format_: Format,
    at: datetime | None,
) -> ExportRequest:
    registered = _require_registered(project, warehouse, segment_id)
    at = at or registered.last_evaluated_at
    _, told = read_told_at(warehouse, segment_id, at) if at else (None, None)
    snapshot = latest_snapshot(warehouse, segment_id, at=told) if told else None
    if told is None or snapshot is None:
        raise NotEvaluatedError(segment_id)
    _, text = read_version_at(warehouse, segment_id, told)
    definition = definition_from_json(text)
    return ExportRequest(
        segment_id=segment_id,
        segment_name=definition.name,
        system=definition.system,
        rules=definition_in_words(definition),
        at=told,
        snapshot=snapshot,
        format=format_,
    )


def _require_registered(
    project: Project, warehouse: Warehouse, segment_id: str
) -> Registered:
    found = read_registered(warehouse).get(segment_id)
    if found is None or found.deleted_at is not None:
        survey(project, warehouse).require(segment_id)
        raise NotEvaluatedError(segment_id)
    return found
