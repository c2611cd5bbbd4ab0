"""Exports: a file on request, and those that subscriptions ask for by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from headcount.clock import last_tick
from headcount.definitions.load import definition_from_json
from headcount.definitions.mistakes import nearest
from headcount.definitions.settings import Subscription
from headcount.errors import (
    HeadcountError,
    NotEvaluatedError,
    UnknownAttributeError,
    UnknownColumnError,
)
from headcount.exports.export import (
    Export,
    copy_export,
    make_export,
    read_exports,
    sweep_exports,
)
from headcount.exports.members import MemberRequest, keys_of
from headcount.exports.request import Format, Request
from headcount.exports.segments import KINDS, SegmentsRequest
from headcount.pipeline.survey import survey
from headcount.project import Project
from headcount.rules.words import definition_in_words
from headcount.store.catalog import read_newest_run
from headcount.store.comparison import read_told_at
from headcount.store.registry import Registered, read_registered, read_version_at
from headcount.store.retention import require_snapshot
from headcount.store.sightings import read_attribute_names
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
    attributes: Sequence[str] = (),
    at: datetime | None = None,
    output: Path | None = None,
    now: datetime,
) -> Export:
    """A finished file with the members at the newest evaluated tick, or as of `at`.

    The same request a second time shares the first one's file. `output` gets a copy.
    Raises UnknownSegmentError, NotEvaluatedError without a membership until then,
    UnknownAttributeError for a name that no user has had.
    """
    with project.open_store() as warehouse:
        request = _member_request(
            project, warehouse, segment_id, format_=format, attributes=attributes, at=at
        )
        _require_attributes(warehouse, request)
    return _make(project, request, output=output, now=now)


def export_segments(
    project: Project,
    *,
    format: Format,  # noqa: A002 - the word of the command and of the form
    columns: Sequence[str] | None = None,
    segment_ids: Sequence[str] | None = None,
    at: datetime | None = None,
    output: Path | None = None,
    now: datetime,
) -> Export:
    """A finished file with the table of segments as it stands, or stood at `at`.

    `columns` None: all there are. `segment_ids` are the rows in their order, None: all,
    by system and id. Raises UnknownColumnError, UnknownSegmentError.
    """
    columns = columns or tuple(KINDS)
    for column in columns:
        if column not in KINDS:
            raise UnknownColumnError(column, nearest=nearest(column, KINDS))
    with project.open_store() as warehouse:
        found = survey(project, warehouse, at=at)
        views = found.segments
        if segment_ids is not None:
            views = tuple(map(found.require, segment_ids))
        run = read_newest_run(warehouse)
    request = SegmentsRequest(
        at=at or (run.at if run else last_tick(now)),
        format=format,
        columns=tuple(dict.fromkeys(columns)),
        rows=tuple(view.to_json() for view in views),
    )
    return _make(project, request, output=output, now=now)


def export_due(project: Project, *, at: datetime, now: datetime) -> ExportsReport:
    """The files of all subscriptions that have none in their UTC period of `at` yet.

    A segment that has no membership yet is not due.
    """
    with project.open_store() as warehouse:
        due = [
            one
            for one in project.settings.subscriptions
            if _is_due(warehouse, project, one, at)
        ]
    exports, failures = [], []
    for one in due:
        try:
            exports.append(_export_subscribed(project, one, at=at, now=now))
        except HeadcountError as error:
            failures.append(ExportFailure(one.segment, one.format, str(error)))
    return ExportsReport(tuple(exports), tuple(failures))


def sweep_old_exports(project: Project, *, now: datetime) -> int:
    """Files that nobody asked for lately are gone; returns how many there were.

    How long they are kept is `exports.keep` of headcount.yaml. The newest file of each
    subscription stays: an expired segment gets no newer one.
    """
    with project.open_store() as warehouse:
        newest = [
            _made(warehouse, project, one)[:1] for one in project.settings.subscriptions
        ]
    return sweep_exports(
        partial(Warehouse.open, project.store_path),
        project.exports_folder,
        keep=project.settings.keep_exports,
        kept={made.export_id for several in newest for made in several},
        now=now,
    )


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
    return not any(since <= made.at <= at for made in _made(warehouse, project, one))


def _made(warehouse: Warehouse, project: Project, one: Subscription) -> list[Export]:
    """The files that the subscription has got, newest first."""
    found = read_exports(warehouse, project.exports_folder, segment_id=one.segment)
    wanted = one.format, one.attributes
    return [made for made in found if (made.format, made.attributes) == wanted]


def _export_subscribed(
    project: Project, one: Subscription, *, at: datetime, now: datetime
) -> Export:
    with project.open_store() as warehouse:
        request = _member_request(
            project,
            warehouse,
            one.segment,
            format_=one.format,
            attributes=one.attributes,
            at=at,
        )
    return _make(project, request, output=None, now=now)


def _make(
    project: Project, request: Request, *, output: Path | None, now: datetime
) -> Export:
    made = make_export(
        partial(Warehouse.open, project.store_path),
        request,
        folder=project.exports_folder,
        now=now,
    )
    if output is not None:
        copy_export(made, output)
    return made


def _member_request(
    project: Project,
    warehouse: Warehouse,
    segment_id: str,
    *,
    format_: Format,
    attributes: Sequence[str],
    at: datetime | None,
) -> MemberRequest:
    registered = _require_registered(project, warehouse, segment_id)
    at = at or registered.last_evaluated_at
    _, told = read_told_at(warehouse, segment_id, at) if at else (None, None)
    if told is None:
        raise NotEvaluatedError(segment_id)
    folder = project.snapshots_folder
    snapshot = require_snapshot(warehouse, folder, segment_id, told)
    if snapshot is None:
        raise NotEvaluatedError(segment_id)
    _, text = read_version_at(warehouse, segment_id, told)
    definition = definition_from_json(text)
    return MemberRequest(
        segment_id=segment_id,
        segment_name=definition.name,
        system=definition.system,
        rules=definition_in_words(definition),
        at=told,
        snapshot=snapshot,
        folder=project.snapshots_folder,
        format=format_,
        attributes=tuple(dict.fromkeys(attributes)),
    )


def _require_registered(
    project: Project, warehouse: Warehouse, segment_id: str
) -> Registered:
    found = read_registered(warehouse).get(segment_id)
    if found is None or found.deleted_at is not None:
        survey(project, warehouse).require(segment_id)
        raise NotEvaluatedError(segment_id)
    return found


def _require_attributes(warehouse: Warehouse, request: MemberRequest) -> None:
    """Return when some user has had each attribute, at least its top-level key."""
    known = read_attribute_names(warehouse, request.system)
    for name in request.attributes:
        if known.isdisjoint(keys_of([name])):
            raise UnknownAttributeError(name, nearest=nearest(name, known))
