"""Notifications: who entered or left is told, and operators of what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from functools import partial

from headcount.definitions.model import Definition
from headcount.definitions.settings import ALERTS, USER_EVENTS
from headcount.destinations.base import SegmentRef
from headcount.destinations.load import load_notifier, read_manner
from headcount.destinations.secrecy import ignore_secret
from headcount.errors import HeadcountError
from headcount.project import Project
from headcount.store.snapshots import latest_snapshot
from headcount.store.warehouse import Warehouse
from headcount.sync.due import Due
from headcount.sync.due_notices import has_news, read_watches, watch_only
from headcount.sync.notify import EVERYTHING, notify_operators
from headcount.sync.report import PushReport, PushResult


def alert(
    project: Project,
    *,
    now: datetime,
    destination: str | None = None,
    on_secret: Callable[[str], None] = ignore_secret,
) -> PushReport:
    """Operators were told of what fails or is held, once for as long as it goes on.

    None: by all destinations of alerts. One result for each that had something to tell
    or could not. A second call tells nothing that was told.
    """
    results = (
        _alert(project, name, now=now, on_secret=on_secret)
        for name, settings in project.settings.destinations.items()
        if settings.enabled and set(settings.told_of) & set(ALERTS)
        if destination in {None, name}
    )
    return PushReport(
        tuple(one for one in results if one.requests or one.status != "notified")
    )


def notices_due(
    project: Project, warehouse: Warehouse, definitions: Mapping[str, Definition]
) -> list[Due]:
    """The segments of which somebody is to be told, or that are to be watched."""
    watched = read_watches(warehouse)
    return [
        Due(destination, segment_id, definitions[segment_id].system, None)
        for destination, segment_id in sorted(_wanted(project, definitions))
        if latest_snapshot(warehouse, segment_id) is not None
        and (
            (destination, segment_id) not in watched
            or _has_news(project, warehouse, destination, definitions[segment_id])
        )
    ]


def watch_only_named(
    project: Project, warehouse: Warehouse, definitions: Mapping[str, Definition]
) -> None:
    """Segments that no definition names for a notification are watched no more."""
    wanted = _wanted(project, definitions)
    if read_watches(warehouse) - wanted:
        with warehouse.transaction():
            watch_only(warehouse, wanted)


def _wanted(
    project: Project, definitions: Mapping[str, Definition]
) -> set[tuple[str, str]]:
    """The destinations that tell users, with the segments that name them."""
    tellers = {
        name
        for name, settings in project.settings.destinations.items()
        if settings.enabled and set(settings.told_of) & set(USER_EVENTS)
    }
    return {
        (target.name, segment_id)
        for segment_id, definition in definitions.items()
        for target in definition.destinations
        if target.name in tellers
    }


def _has_news(
    project: Project, warehouse: Warehouse, destination: str, definition: Definition
) -> bool:
    manner = read_manner(project.settings.destinations[destination])
    segment = SegmentRef(definition.id, definition.name, definition.system)
    return has_news(warehouse, destination, segment, manner)


def _alert(
    project: Project,
    name: str,
    *,
    now: datetime,
    on_secret: Callable[[str], None],
) -> PushResult:
    """How one destination of alerts did; one that cannot be called is failed."""
    settings = project.settings.destinations[name]
    try:
        login = project.connection(settings.connection or name)
        with closing(load_notifier(settings, login, on_secret=on_secret)) as notifier:
            open_store = partial(Warehouse.open, project.store_path)
            return notify_operators(open_store, notifier=notifier, now=now)
    except HeadcountError as error:
        return PushResult(name, EVERYTHING.segment_id, "failed", reason=str(error))
