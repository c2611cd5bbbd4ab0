"""Who is to be told of what, read from the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl

from headcount.destinations.base import SegmentRef
from headcount.destinations.notifier import Manner
from headcount.rules.ranges import BEGINNING, before
from headcount.store.history import History
from headcount.store.runs import read_newest
from headcount.store.warehouse import Warehouse
from headcount.sync.notices import (
    DueUser,
    NoticePlan,
    Telling,
    Trouble,
    plan_alerts,
    plan_users,
)
from headcount.sync.retry import Patience

UTC_ZONE = ZoneInfo("UTC")
CURRENT = pl.Schema(dict.fromkeys(("event", "subject", "reason"), pl.String()))
WATCHES = pl.Schema(dict.fromkeys(("destination", "segment_id"), pl.String()))

Watches = set[tuple[str, str]]


def watch_only(warehouse: Warehouse, wanted: Watches) -> None:
    """Segments that `wanted` does not name, by destination, are watched no more.

    Named again they begin anew: what happened meanwhile is told to nobody. Runs inside
    the caller's transaction.
    """
    frame = pl.DataFrame(sorted(wanted), schema=WATCHES, orient="row")
    with warehouse.lend(wanted_watches=frame):
        warehouse.execute("notices/unwatch")


def read_watches(warehouse: Warehouse) -> Watches:
    """The destinations and segments that are watched."""
    return {(row[0], row[1]) for row in warehouse.rows("notices/watches")}


def read_user_plan(
    warehouse: Warehouse, destination: str, segment: SegmentRef, manner: Manner
) -> NoticePlan:
    """What is to be told of the segment now, as its newest tick has it."""
    at, _ = read_newest(warehouse, BEGINNING)
    if at is None or (manner.ends_at is not None and manner.ends_at <= at):
        return NoticePlan(at=at)
    due = _read_due(warehouse, destination, segment, manner, at=at)
    return replace(plan_users(due, segment_name=segment.name, manner=manner), at=at)


def has_news(
    warehouse: Warehouse, destination: str, segment: SegmentRef, manner: Manner
) -> bool:
    """Whether a push has anything to say, or to say of whom it cannot tell."""
    plan = read_user_plan(warehouse, destination, segment, manner)
    key = {"destination": destination, "segment_id": segment.segment_id}
    known = {(row[0], row[1]) for row in warehouse.rows("notices/rejects", key)}
    rejects = {(one.user_id, one.reason) for one in plan.rejects}
    return bool(plan.calls or plan.moves or plan.held or rejects != known)


def read_alert_plan(
    warehouse: Warehouse, destination: str, manner: Manner
) -> NoticePlan:
    """What operators are to be told of now; not of this destination's own failures."""
    troubles = [
        trouble
        for row in warehouse.rows("notices/troubles")
        if (trouble := Trouble(*row)).event in manner.told_of
        and trouble.subject != destination
    ]
    rows = warehouse.rows("notices/told_of_troubles", {"destination": destination})
    told = frozenset(
        Telling(subject, event, user_id, at, system_id or None)
        for event, subject, user_id, at, system_id in rows
    )
    at, _ = read_newest(warehouse, BEGINNING)
    return replace(plan_alerts(troubles, told, manner), at=at)


def note_troubles(warehouse: Warehouse, *, at: datetime) -> None:
    """The troubles are those of now; one that goes on has begun when it began.

    Runs inside the caller's transaction.
    """
    params = {"rest_after": Patience().rest_after}
    rows = warehouse.rows("notices/current_troubles", params)
    with warehouse.lend(current=pl.DataFrame(rows, schema=CURRENT, orient="row")):
        warehouse.execute("notices/end_troubles")
        warehouse.execute("notices/begin_troubles", {"at": at})


def _read_due(
    warehouse: Warehouse,
    destination: str,
    segment: SegmentRef,
    manner: Manner,
    *,
    at: datetime,
) -> Iterator[DueUser]:
    attributes: Mapping[int, Mapping[str, str]] | None = None
    for event in manner.told_of:
        for system_id in manner.system_ids:
            params = {
                "destination": destination,
                "segment_id": segment.segment_id,
                "event": event,
                "system_id": system_id or "",
                "earliest": before(at, manner.within, UTC_ZONE),
                "tells_first": manner.first,
                "repeats": manner.repeats,
            }
            rows = warehouse.rows("notices/due_users", params)
            if rows and attributes is None:
                attributes = _read_attributes(warehouse, segment.system, manner, at)
            for user_id, code, instant, told_at, taken_back in rows:
                telling = Telling(
                    segment.segment_id, event, user_id, instant, system_id
                )
                known = (attributes or {}).get(code, {})
                yield DueUser(telling, known, told_at, taken_back)


def _read_attributes(
    warehouse: Warehouse, system: str, manner: Manner, at: datetime
) -> dict[int, dict[str, str]]:
    """The attributes that fill placeholders, by user code and path."""
    history = History(warehouse, system)
    paths = {f.value for _, f in manner.overrides if f.kind == "attribute"}
    by_user: dict[int, dict[str, str]] = {}
    for path in sorted(paths):
        found = history.read_attribute(path, at, history.crowd)
        # Everybody is looked at, so a user's row is the user's code.
        for code, value in found.select("who", "value").iter_rows():
            by_user.setdefault(code, {})[path] = value
    return by_user
