"""A tick before the newest: told for the first time, or with `restate` again.

The same rules, compiled and evaluated as at any tick, with all that has come by now and
with the definitions as they are now. What newer ticks told stays, and so do the present
memberships; nothing is pushed from here.

Source: segments.md §6.3.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from headcount import clock
from headcount.definitions.load import Loaded
from headcount.definitions.settings import System
from headcount.evaluate.full import Evaluator, MissingReferenceError
from headcount.evaluate.outcome import Outcome, TickReport, report_of
from headcount.evaluate.record import record_outcomes, record_past
from headcount.evaluate.registration import Case, plan_registration
from headcount.evaluate.state.engine import Engine, resume_engine
from headcount.evaluate.tick import (
    Tick,
    evaluate_cases,
    evaluate_tick,
    history_of,
    with_snapshot,
)
from headcount.rules.ranges import expiry
from headcount.store import membership, registry, runs, snapshots
from headcount.store.comparison import read_told_at
from headcount.store.membership import Told
from headcount.store.retelling import (
    Around,
    Retelling,
    plan_retelling,
    read_around,
)
from headcount.store.warehouse import Warehouse

UNTOLD = Around(first_at=None, is_told=False, next_at=None)


@dataclass
class Span:
    """How a span of ticks is told, and what one tick of it keeps for the next.

    With `restate` they are told again, with `full` each reads the whole history. The
    folder `aside` belongs to the span alone and ends with it.
    """

    aside: Path
    restate: bool = False
    full: bool = False
    tokens: dict[str, str] = field(default_factory=dict)


@dataclass
class PastTick(Tick):
    """A tick in the making that newer ones follow."""

    span: Span = field(kw_only=True)

    def start_engine(self, evaluator: Evaluator, system: str) -> Engine:
        """What moves memberships from the span's tick before: never the newest's."""
        folder = self.span.aside / f"{evaluator.history.system_code}"
        token = None if self.is_full else self.span.tokens.get(system)
        return resume_engine(evaluator, self.plans[system], folder, token)

    def standing_members(self, segment_id: str) -> pl.Series:
        """The codes of the membership that the segment had at this tick."""
        registered = self.registered.get(segment_id)
        if registered is None or registered.deleted_at:
            raise MissingReferenceError(segment_id)
        _, told_at = read_told_at(self.warehouse, segment_id, self.at)
        if told_at is None:
            raise MissingReferenceError(segment_id)
        return membership.read_codes(self.warehouse, segment_id, self.at)


def tell_tick(
    warehouse: Warehouse,
    loaded: Loaded,
    systems: dict[str, System],
    *,
    folder: Path,
    at: datetime,
    now: datetime,
    span: Span,
) -> TickReport:
    """The tick at `at` is told, wherever it lies; without segments nothing was left.

    One after the newest is a tick like any other. Of others the segments are told that
    had no tick until then, with `span.restate` all but those that had ended. A kill at
    any point leaves the tick told or not told; calling again tells what is missing.
    """
    newest, attempts = runs.read_newest(warehouse, at)
    if newest is None or at > newest or (span.restate and at == newest):
        return evaluate_tick(
            warehouse, loaded, systems, folder=folder, at=at, now=now, full=span.full
        )
    registered = registry.read_registered(warehouse)
    tick = PastTick(warehouse, systems, folder, at, registered, span.full, span=span)
    around = read_around(warehouse, at)
    registration = plan_registration(loaded, registered, systems, at=at)
    cases = list(_cases(tick, registration.cases, around))
    faults = (*loaded.faults, *(one.fault for one in registration.refusals))
    if not cases:
        return TickReport("", at, 0.0, (), faults)
    report = _told(tick, cases, around, attempt=attempts + 1, now=now)
    return replace(report, faults=faults)


def _cases(
    tick: PastTick, cases: Iterable[Case], around: Mapping[str, Around]
) -> Iterator[Case]:
    """The segments to be told at the tick, as they are told there."""
    for case in cases:
        known = around.get(case.segment_id, UNTOLD)
        was_told = known.is_told or (known.first_at or tick.at) < tick.at
        if was_told and not tick.span.restate:
            continue
        placed = _in_place(tick, case)
        if placed is not None:
            yield placed


def _in_place(tick: Tick, case: Case) -> Case | None:
    """The case where newer ticks may follow; None when there is nothing to evaluate."""
    system = tick.systems.get(case.definition.system)
    if system is None or case.definition.classic or case.reason is not None:
        return None
    before = case.registered
    last = before.last_evaluated_at if before is not None else None
    if before is None or last is None or tick.at >= last:
        return case if case.todo == "evaluate" else None
    end = before.expired_at or expiry(case.definition, system.timezone)
    if end is not None and end <= tick.at:
        return None
    return replace(case, todo="evaluate", at=tick.at, is_last=False)


def _is_past(case: Case) -> bool:
    """Whether newer ticks of the segment follow."""
    last = case.registered.last_evaluated_at if case.registered else None
    return last is not None and case.at < last


def _told(
    tick: PastTick,
    cases: Iterable[Case],
    around: Mapping[str, Around],
    *,
    attempt: int,
    now: datetime,
) -> TickReport:
    """The cases are evaluated and committed, as one."""
    started = clock.elapsed_s()
    with tick.phase("evaluate"):
        evaluated = evaluate_cases(tick, cases)
    with tick.phase("snapshots"):
        past = [one for one in evaluated if _is_past(one.case)]
        retellings = list(_retellings(tick, past, around))
        newest = [one for one in evaluated if not _is_past(one.case)]
        present = [with_snapshot(tick, one) for one in newest]
    outcomes = [*past, *present]
    run = tick.run_of(outcomes, attempt, started=started, now=now, is_backfill=True)
    with tick.phase("commit"), tick.warehouse.transaction():
        record_outcomes(tick.warehouse, run, present, now=now)
        record_past(tick.warehouse, run, past, retellings, now=now)
    for system, engine in tick.engines.items():
        tick.span.tokens[system] = secrets.token_hex()
        engine.end(tick.span.tokens[system])
    snapshots.write_manifests(tick.warehouse, tick.folder)
    told = sorted(outcomes, key=lambda one: one.case.segment_id)
    seconds = round(clock.elapsed_s() - started, 6)
    segments = tuple(map(report_of, told))
    return TickReport(run.run_id, tick.at, seconds, segments, (), tick.phases)


def _retellings(
    tick: Tick, past: Iterable[Outcome], around: Mapping[str, Around]
) -> Iterator[Retelling]:
    """What it takes to tell what was found; a segment that failed stays as it was."""
    for one in past:
        until = around[one.case.segment_id].next_at
        if one.change is None or until is None:
            continue
        case = one.case
        told = Told(case.segment_id, case.at, case.version, one.change)
        ids = history_of(tick, case).user_ids
        yield plan_retelling(tick.warehouse, tick.folder, told, ids, until=until)
