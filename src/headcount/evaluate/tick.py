"""One tick: what every segment's membership is at an instant, committed as one.

Members, counts, status and "last evaluated" of all segments appear together or not at
all. The same tick on the same input changes nothing; the newest tick on new input is
told again. One failing segment never stops the others.

Source: segments.md §5-6.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from headcount import clock
from headcount.definitions.load import Loaded
from headcount.definitions.settings import System
from headcount.errors import EvaluationError, UsageError
from headcount.evaluate.full import (
    Evaluator,
    MissingReferenceError,
    in_dependency_order,
    require_within,
)
from headcount.evaluate.outcome import Outcome, TickReport, report_of
from headcount.evaluate.predicates import Moment
from headcount.evaluate.record import record_outcomes
from headcount.evaluate.registration import Case, plan_registration, status_of
from headcount.rules.bounds import plan_bounds
from headcount.rules.compile import Plan, compile_definition
from headcount.store import membership, registry, runs, snapshots
from headcount.store.history import History
from headcount.store.membership import Change
from headcount.store.registry import Registered
from headcount.store.snapshots import Snapshot
from headcount.store.warehouse import Warehouse

log = logging.getLogger(__name__)


class OlderTickError(UsageError):
    """The tick lies before the newest one; earlier snapshots are never rewritten."""

    kind = "older_tick"

    def __init__(self, at: datetime, newest: datetime) -> None:
        self.at = at
        self.newest = newest
        super().__init__(
            f"{clock.to_text(at)} is before the newest evaluated tick, "
            f"{clock.to_text(newest)}; a normal tick never rewrites the past"
        )


@dataclass(slots=True)
class Tick:
    """A tick in the making; `finished` grows as segments are evaluated in order."""

    warehouse: Warehouse
    systems: dict[str, System]
    folder: Path
    at: datetime
    registered: dict[str, Registered]
    finished: dict[str, pl.Series] = field(default_factory=dict)
    histories: dict[str, History] = field(default_factory=dict)
    evaluators: dict[tuple[str, datetime], Evaluator] = field(default_factory=dict)


def evaluate_tick(
    warehouse: Warehouse,
    loaded: Loaded,
    systems: dict[str, System],
    *,
    folder: Path,
    at: datetime,
    now: datetime,
) -> TickReport:
    """Every segment is evaluated at `at`, committed, and has its snapshot in `folder`.

    Raises OlderTickError for a tick before the newest. A kill at any point leaves the
    tick done or not done; calling again does it.
    """
    started = clock.elapsed_s()
    newest, attempts = runs.read_newest(warehouse, at)
    if newest is not None and at < newest:
        raise OlderTickError(at, newest)
    registered = registry.read_registered(warehouse)
    registration = plan_registration(loaded, registered, systems, at=at)
    tick = Tick(warehouse, systems, folder, at, registered)
    outcomes = _evaluate_cases(tick, registration.cases)
    run = runs.Run(
        run_id=f"{clock.to_text(at)}/{attempts + 1:03d}",
        at=at,
        attempt=attempts + 1,
        status="partial" if _has_failed(outcomes) else "done",
        position=runs.read_position(warehouse),
        started_at=now,
        seconds=clock.elapsed_s() - started,
    )
    with warehouse.transaction():
        record_outcomes(warehouse, run, outcomes, now=now)
    snapshots.write_manifests(warehouse, folder)
    return TickReport(
        run.run_id,
        at,
        round(clock.elapsed_s() - started, 6),
        tuple(map(report_of, outcomes)),
        (*loaded.faults, *(one.fault for one in registration.refusals)),
    )


def _has_failed(outcomes: Iterable[Outcome]) -> bool:
    return any(one.status == "Failed" for one in outcomes)


# ── evaluation ────────────────────────────────────────────────────────────────


def _evaluate_cases(tick: Tick, cases: Iterable[Case]) -> list[Outcome]:
    """The outcome of every case, by id; evaluated in dependency order."""
    by_id = {case.segment_id: case for case in cases}
    todo = [case for case in by_id.values() if case.todo == "evaluate"]
    plans = in_dependency_order(compile_definition(case.definition) for case in todo)
    outcomes = {
        plan.segment_id: _evaluate_case(tick, by_id[plan.segment_id], plan)
        for plan in plans
    }
    return [
        outcomes[segment_id] if segment_id in outcomes else _left_alone(case)
        for segment_id, case in by_id.items()
    ]


def _left_alone(case: Case) -> Outcome:
    """The outcome of a case whose membership this tick does not touch."""
    return Outcome(case, status_of(case), case.reason, 0.0, [])


def _evaluate_case(tick: Tick, case: Case, plan: Plan) -> Outcome:
    """The outcome of evaluating one segment; its failure stays its own."""
    started = clock.elapsed_s()
    tz = tick.systems[case.definition.system].timezone
    bounds = [one.to_json() for one in plan_bounds(plan, case.at, tz)]
    try:
        change, snapshot = _evaluate(tick, case, plan)
    except Exception as error:  # one segment inside a tick never stops the others
        if not isinstance(error, EvaluationError):
            log.exception("segment failed segment_id=%s", case.segment_id)
        reason = str(error) or type(error).__name__
        return Outcome(case, "Failed", reason, clock.elapsed_s() - started, bounds)
    status = "Expired" if case.is_last else "Active"
    seconds = clock.elapsed_s() - started
    return Outcome(case, status, None, seconds, bounds, change, snapshot)


def _evaluate(tick: Tick, case: Case, plan: Plan) -> tuple[Change, Snapshot]:
    system = tick.systems[case.definition.system]
    evaluator = _evaluator(tick, system, case.at)
    codes = evaluator.members(plan)
    require_within(system.limits.users, len(codes))
    tick.finished[case.segment_id] = codes
    entered_at = pl.lit(case.at).cast(membership.INSTANT)
    members = pl.select(user_code=codes, entered_at=entered_at)
    standing = membership.read_standing(tick.warehouse, case.segment_id, case.at)
    change = membership.plan_change(standing, members)
    ids = evaluator.history.user_ids.gather(change.members.get_column("user_code"))
    snapshot = snapshots.write_snapshot(
        tick.warehouse,
        tick.folder,
        change.members.with_columns(user_id=ids),
        segment_id=case.segment_id,
        at=case.at,
    )
    return change, snapshot


def _evaluator(tick: Tick, system: System, at: datetime) -> Evaluator:
    key = system.name, at
    if key not in tick.evaluators:
        if system.name not in tick.histories:
            tick.histories[system.name] = History(tick.warehouse, system.name)
        tick.evaluators[key] = Evaluator(
            tick.histories[system.name],
            Moment(at, system.timezone),
            lambda segment_id: _finished(tick, segment_id),
        )
    return tick.evaluators[key]


def _finished(tick: Tick, segment_id: str) -> pl.Series:
    """The finished membership of a segment: this tick's, else the last good one."""
    if segment_id in tick.finished:
        return tick.finished[segment_id]
    registered = tick.registered.get(segment_id)
    if registered is None or registered.deleted_at or registered.members is None:
        raise MissingReferenceError(segment_id)
    return membership.read_current(tick.warehouse, segment_id)
