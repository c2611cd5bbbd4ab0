"""Pushes: each destination is told what changed, several segments side by side."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any, TypeVar

from headcount import clock
from headcount.definitions.load import definition_from_json
from headcount.definitions.mistakes import nearest
from headcount.definitions.model import Definition
from headcount.destinations.base import Destination, SegmentRef
from headcount.destinations.load import load_destination, load_notifier
from headcount.destinations.notifier import Notifier
from headcount.destinations.secrecy import ignore_secret
from headcount.errors import HeadcountError, UnknownDestinationError
from headcount.pipeline.notifying import alert, notices_due, watch_only_named
from headcount.project import Project
from headcount.store.membership import read_members
from headcount.store.registry import read_registered
from headcount.store.snapshots import latest_snapshot
from headcount.store.warehouse import Warehouse
from headcount.sync import due as dues
from headcount.sync.due import Due
from headcount.sync.guard import Watch
from headcount.sync.holds import count_new_rows, read_approved_at
from headcount.sync.ledger import Aim, read_told
from headcount.sync.notify import notify_users
from headcount.sync.plan import Retelling
from headcount.sync.push import Wanted, push_deletion, push_segment
from headcount.sync.report import PushReport, PushResult

SIDE_BY_SIDE = 4  # pushes; what a vendor bears less of, its adapter waits for

C = TypeVar("C", Destination, Notifier)

log = logging.getLogger(__name__)


def push(
    project: Project,
    *,
    now: datetime,
    destination: str | None = None,
    segment_id: str | None = None,
    full: bool = False,
    on_secret: Callable[[str], None] = ignore_secret,
) -> PushReport:
    """Every destination holds the newest snapshots, or the report says why not.

    With `full` they are told everything, whether it is due or not. None: all
    destinations, all segments. A push that fails stops no other, and with all segments
    operators are told of it. A second call sends nothing to a destination that holds
    what it should. `on_secret` is told every secret before it is used, for a host that
    masks its logs.
    """
    if destination is not None:
        require_destination(project, destination)
    due = [
        each
        for each in _read_due(project, now, full=full)
        if destination in {None, each.destination}
        and segment_id in {None, each.segment_id}
    ]
    with ExitStack() as stack, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        pushes = Pushes(project, now, stack, on_secret, is_full=full)
        results = tuple(pool.map(pushes.push, due))
    if segment_id is not None:
        return PushReport(results)
    alerts = alert(project, now=now, destination=destination, on_secret=on_secret)
    return PushReport((*results, *alerts.results))


def pushes_due(project: Project, *, now: datetime) -> list[dict[str, str]]:
    """One entry a destination and segment whose remote may not hold what it should."""
    return [
        {"destination": due.destination, "segment_id": due.segment_id}
        for due in _read_due(project, now)
    ]


def read_due(project: Project, warehouse: Warehouse, *, now: datetime) -> list[Due]:
    """The pushes that are due, to destinations that are enabled."""
    definitions = _read_definitions(warehouse)
    memberships = dues.pushes_due(warehouse, **_targets(project, definitions), now=now)
    return [*memberships, *notices_due(project, warehouse, definitions)]


def read_known(project: Project, warehouse: Warehouse, *, now: datetime) -> list[Due]:
    """The pushes of memberships that are due or were made before."""
    targets = _targets(project, _read_definitions(warehouse))
    due = dues.pushes_due(warehouse, **targets, now=now)
    known = dues.pushes_known(warehouse, **targets)
    return list(dict.fromkeys([*due, *known]))


def _targets(project: Project, definitions: dict[str, Definition]) -> dict[str, Any]:
    """Where definitions are pushed to, and what may be called, as `sync.due` asks."""
    destinations = project.settings.destinations.values()
    return {
        "targets": {name: one.destinations for name, one in definitions.items()},
        "names": {segment_id: one.name for segment_id, one in definitions.items()},
        "enabled": [
            one.name for one in destinations if one.enabled and not one.told_of
        ],
    }


def _read_definitions(warehouse: Warehouse) -> dict[str, Definition]:
    """The newest good definition of every segment that is not deleted."""
    return {
        one.segment_id: definition_from_json(one.definition)
        for one in read_registered(warehouse).values()
        if one.deleted_at is None
    }


def _read_due(project: Project, now: datetime, *, full: bool = False) -> list[Due]:
    with project.open_store() as warehouse:
        watch_only_named(project, warehouse, _read_definitions(warehouse))
        read = read_known if full else read_due
        return read(project, warehouse, now=now)


def require_destination(project: Project, name: str) -> None:
    """Return when headcount.yaml names the destination, else raise with the nearest."""
    known = project.settings.destinations
    if name not in known:
        raise UnknownDestinationError(name, nearest=nearest(name, known))


@dataclass(slots=True)
class Pushes:
    """The pushes of one call; each destination is connected once, when first needed."""

    project: Project
    now: datetime
    stack: ExitStack
    on_secret: Callable[[str], None]
    is_full: bool = False
    connected: dict[str, Destination] = field(default_factory=dict)
    notifiers: dict[str, Notifier] = field(default_factory=dict)
    connecting: Lock = field(default_factory=Lock)
    began_s: float = field(default_factory=clock.elapsed_s)

    @property
    def at(self) -> datetime:
        """The present instant: a pause a vendor asks for is counted from here."""
        return self.now + timedelta(seconds=clock.elapsed_s() - self.began_s)

    def push(self, due: Due) -> PushResult:
        """How the push ended; one that cannot begin is failed, with its reason."""
        try:
            return self._deliver(due)
        except HeadcountError as error:
            reason = str(error)
        except Exception as error:  # one push never stops the others
            log.exception("push failed %s %s", due.destination, due.segment_id)
            reason = f"{type(error).__name__}: {error}"
        return PushResult(due.destination, due.segment_id, "failed", reason=reason)

    def _deliver(self, due: Due) -> PushResult:
        open_store = partial(Warehouse.open, self.project.store_path)
        if self.project.settings.destinations[due.destination].told_of:
            return self._notify(due)
        destination = self.connect(due.destination)
        if due.is_deletion:
            segment = self._ref(due, name=due.remote_name or due.segment_id)
            return push_deletion(
                open_store, destination=destination, segment=segment, now=self.at
            )
        prepared = self.prepare(due, turns=1 if self.is_full else 0)
        if prepared is None:
            return PushResult(due.destination, due.segment_id, "synced")
        segment, wanted = prepared
        return push_segment(
            open_store,
            destination=destination,
            segment=segment,
            wanted=wanted,
            now=self.at,
        )

    def prepare(
        self, due: Due, *, turn: int = 0, turns: int = 0
    ) -> tuple[SegmentRef, Wanted] | None:
        """The segment, and who should be there; None: it has no snapshot any more.

        With `turns` they are told again, in so many parts, of which it is the `turn`th.
        """
        with self.project.open_store() as warehouse:
            registered = read_registered(warehouse)[due.segment_id]
            snapshot = latest_snapshot(warehouse, due.segment_id)
            if snapshot is None:  # restated away since the push was found due
                return None
            members = read_members(warehouse, due.segment_id, snapshot.at)
            watch = self._watch(warehouse, due, snapshot.at)
            retelling = None
            if turns:
                told = read_told(warehouse, due.destination, due.segment_id)
                retelling = Retelling(told, turn, turns)
        name = definition_from_json(registered.definition).name
        aim = Aim(snapshot.at, snapshot.sha256)
        wanted = Wanted(members.get_column("user_id"), aim, watch, retelling)
        return self._ref(due, name=name), wanted

    def _watch(self, warehouse: Warehouse, due: Due, at: datetime) -> Watch:
        """What the push of the snapshot of `at` is measured with."""
        approved_at = read_approved_at(warehouse, due.destination, due.segment_id)
        approved = None
        if approved_at is not None:
            approved = read_members(warehouse, due.segment_id, approved_at)["user_id"]
        return Watch(
            self.project.settings.guards.of(due.destination, due.segment_id),
            is_after_empty_ingest=count_new_rows(warehouse, due.system, at) == 0,
            approved=approved,
        )

    def _notify(self, due: Due) -> PushResult:
        open_store = partial(Warehouse.open, self.project.store_path)
        with open_store() as warehouse:
            name = _read_definitions(warehouse)[due.segment_id].name
        return notify_users(
            open_store,
            notifier=self._connect_notifier(due.destination),
            segment=self._ref(due, name=name),
            now=self.at,
        )

    def _ref(self, due: Due, *, name: str) -> SegmentRef:
        system = self.project.settings.systems.get(due.system)
        return SegmentRef(
            segment_id=due.segment_id,
            name=name,
            system=due.system,
            system_guid=system.guid if system else None,
            adopts=due.adopts,
        )

    def connect(self, name: str) -> Destination:
        """The destination of this name; it is closed when the pushes are over."""
        return self._once(self.connected, name, load_destination)

    def _connect_notifier(self, name: str) -> Notifier:
        return self._once(self.notifiers, name, load_notifier)

    def _once(self, connected: dict[str, C], name: str, load: Callable[..., C]) -> C:
        with self.connecting:
            if name not in connected:
                settings = self.project.settings.destinations[name]
                login = self.project.connection(settings.connection or name)
                one = load(settings, login, on_secret=self.on_secret)
                self.stack.callback(one.close)
                connected[name] = one
            return connected[name]
