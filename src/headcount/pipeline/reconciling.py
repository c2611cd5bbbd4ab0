"""`reconcile`: what destinations hold is compared with the ledger, or told again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from headcount.destinations.load import read_abilities
from headcount.destinations.secrecy import ignore_secret
from headcount.errors import HeadcountError
from headcount.pipeline.pushing import Pushes, read_known, require_destination
from headcount.project import Project
from headcount.store.warehouse import Warehouse
from headcount.sync.due import Due
from headcount.sync.ledger import read_turn
from headcount.sync.reconcile import CheckResult, reconcile_segment
from headcount.sync.report import PushReport, PushResult, Status

TURNS = 7  # nights until everything was said again

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReconcileReport:
    """What was found of each destination and segment."""

    results: tuple[CheckResult, ...] = ()

    @property
    def pushes(self) -> PushReport:
        """The pushes that made it right."""
        return PushReport(tuple(result.push for result in self.results))

    @property
    def drifts(self) -> tuple[CheckResult, ...]:
        """Where something was not as the ledger has it."""
        return tuple(result for result in self.results if result.drift)

    def to_json(self) -> dict[str, Any]:
        """As `reconcile --json` prints it."""
        return {
            "segments": [result.to_json() for result in self.results],
            "drifts": len(self.drifts),
            "requests": sum(result.push.requests for result in self.results),
        }


def reconcile(
    project: Project,
    destination: str,
    *,
    now: datetime,
    on_secret: Callable[[str], None] = ignore_secret,
) -> ReconcileReport:
    """The destination holds what it should of every segment, whatever had drifted.

    One that wanted nothing more (410) is called again: a person asks for it.
    """
    require_destination(project, destination)
    with project.open_store() as warehouse:
        warehouse.execute("sync/forget_gone", {"destination": destination})
        due = [
            each
            for each in read_known(project, warehouse, now=now)
            if each.destination == destination and not each.is_deletion
        ]
    return _reconcile(project, due, now=now, on_secret=on_secret, turns=1)


def reconcile_in_turn(
    project: Project,
    *,
    now: datetime,
    on_secret: Callable[[str], None] = ignore_secret,
) -> ReconcileReport:
    """All destinations are compared, or told a part again: of seven, the next one.

    Not those where telling again has side effects, such as a bill.
    """
    settings = project.settings.destinations
    with project.open_store() as warehouse:
        due = [
            each
            for each in read_known(project, warehouse, now=now)
            if not each.is_deletion
            and (able := read_abilities(settings[each.destination]))
            and able.side_effects is None
        ]
    return _reconcile(project, due, now=now, on_secret=on_secret, turns=TURNS)


def _reconcile(
    project: Project,
    due: list[Due],
    *,
    now: datetime,
    on_secret: Callable[[str], None],
    turns: int,
) -> ReconcileReport:
    with ExitStack() as stack:
        pushes = Pushes(project, now, stack, on_secret)
        return ReconcileReport(tuple(_check(pushes, each, turns) for each in due))


def _check(pushes: Pushes, due: Due, turns: int) -> CheckResult:
    """What was found; a check that cannot begin is told, with its reason."""
    try:
        open_store = partial(Warehouse.open, pushes.project.store_path)
        with open_store() as warehouse:
            turn = read_turn(warehouse, due.destination, due.segment_id) % turns
        destination = pushes.connect(due.destination)
        prepared = pushes.prepare(due, turn=turn, turns=turns)
        if prepared is not None:
            segment, wanted = prepared
            return reconcile_segment(
                open_store,
                destination=destination,
                segment=segment,
                wanted=wanted,
                now=pushes.at,
            )
        reason = None
    except HeadcountError as error:
        reason = str(error)
    except Exception as error:  # one segment never stops the others
        log.exception("check failed %s %s", due.destination, due.segment_id)
        reason = f"{type(error).__name__}: {error}"
    status: Status = "failed" if reason else "synced"
    push = PushResult(due.destination, due.segment_id, status, reason=reason)
    return CheckResult("told", None, push)
