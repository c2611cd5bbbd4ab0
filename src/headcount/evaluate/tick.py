"""One tick: what every segment's membership is at an instant, committed as one.

Members, counts, status and "last evaluated" of all segments appear together or not at
all. The same tick on the same input changes nothing; the newest tick on new input is
told again. One failing segment never stops the others.

Source: segments.md §5-6.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import polars as pl

from headcount import clock
from headcount.definitions.fingerprint import fingerprint
from headcount.definitions.load import Loaded, definition_to_json
from headcount.definitions.settings import System
from headcount.errors import EvaluationError, Fault, UsageError
from headcount.evaluate.full import (
    Evaluator,
    MissingReferenceError,
    in_dependency_order,
    require_within,
)
from headcount.evaluate.predicates import Moment
from headcount.evaluate.registration import Case, plan_registration, status_of
from headcount.rules.bounds import plan_bounds
from headcount.rules.compile import Plan, compile_definition
from headcount.store import membership, registry, runs, snapshots
from headcount.store.history import History
from headcount.store.membership import Change
from headcount.store.registry import Registered, Standing
from headcount.store.snapshots import Snapshot
from headcount.store.warehouse import Warehouse

log = logging.getLogger(__name__)

Mode = Literal["full", "kept"]


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


@dataclass(frozen=True, slots=True)
class SegmentReport:
    """What a tick made of one segment; `members` None before the first success."""

    segment_id: str
    system: str
    status: str
    reason: str | None
    version: int
    mode: Mode
    members: int | None
    entered: int
    exited: int


@dataclass(frozen=True, slots=True)
class TickReport:
    """What a tick did; `faults` are files and edits that were not taken."""

    run_id: str
    at: datetime
    seconds: float
    segments: tuple[SegmentReport, ...]
    faults: tuple[Fault, ...]

    def to_json(self) -> dict[str, Any]:
        """As `evaluate --json` prints it (interface.md §3)."""
        return {
            "at": clock.to_text(self.at),
            "run_id": self.run_id,
            "seconds": self.seconds,
            "segments": [asdict(one) for one in self.segments],
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case: a change with its snapshot, or a reason."""

    case: Case
    status: str
    reason: str | None
    seconds: float
    bounds: list[dict[str, object]]
    change: Change | None = None
    snapshot: Snapshot | None = None


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
        _commit(warehouse, run, outcomes, now)
    snapshots.write_manifests(warehouse, folder)
    return TickReport(
        run.run_id,
        at,
        round(clock.elapsed_s() - started, 6),
        tuple(map(_report, outcomes)),
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


# ── commit ────────────────────────────────────────────────────────────────────


def _commit(
    warehouse: Warehouse, run: runs.Run, outcomes: Iterable[Outcome], now: datetime
) -> None:
    """Everything the tick found is in the store; inside one transaction."""
    runs.record_run(warehouse, run)
    for outcome in outcomes:
        _register(warehouse, outcome.case, now)
        if outcome.change is not None:
            _commit_members(warehouse, run, outcome, outcome.change)
        registry.update_segment(warehouse, _standing(outcome))
        runs.record_segment(warehouse, run, _entry(outcome))


def _register(warehouse: Warehouse, case: Case, now: datetime) -> None:
    definition = case.definition
    text = definition_to_json(definition)
    if case.edit == "new":
        registry.add_segment(
            warehouse,
            segment_id=definition.id,
            system=definition.system,
            file=case.file,
            is_classic=definition.classic,
            now=now,
        )
    if case.edit in {"new", "changed"}:
        registry.add_version(
            warehouse,
            segment_id=definition.id,
            version=case.version,
            fingerprint=fingerprint(definition),
            definition=text,
            now=now,
        )
    if case.edit == "reworded":
        registry.reword_version(
            warehouse,
            segment_id=definition.id,
            version=case.version,
            definition=text,
        )


def _commit_members(
    warehouse: Warehouse, run: runs.Run, outcome: Outcome, change: Change
) -> None:
    case = outcome.case
    membership.commit_change(
        warehouse,
        change,
        segment_id=case.segment_id,
        at=case.at,
        version=case.version,
    )
    registry.mark_version_used(
        warehouse, segment_id=case.segment_id, version=case.version, at=case.at
    )
    if outcome.snapshot is not None:
        snapshots.commit_snapshot(
            warehouse, outcome.snapshot, at=case.at, run_id=run.run_id
        )


def _standing(outcome: Outcome) -> Standing:
    case, change = outcome.case, outcome.change
    is_frozen = outcome.status == "Expired" and case.registered is not None
    kept_expiry = case.registered.expired_at if case.registered and is_frozen else None
    return Standing(
        segment_id=case.segment_id,
        file=case.file,
        version=case.version,
        status=outcome.status,
        reason=outcome.reason,
        is_orphaned=case.is_orphaned,
        members=change.members.height if change is not None else None,
        evaluated_at=case.at if change is not None else None,
        expired_at=case.at if case.is_last and change is not None else kept_expiry,
    )


def _entry(outcome: Outcome) -> runs.SegmentEntry:
    report, change = _report(outcome), outcome.change
    return runs.SegmentEntry(
        segment_id=report.segment_id,
        version=report.version,
        mode=report.mode,
        status=report.status,
        reason=report.reason,
        members=report.members,
        entered=report.entered,
        exited=report.exited,
        stayed=change.stayed if change is not None else report.members or 0,
        bounds=json.dumps(outcome.bounds),
        seconds=outcome.seconds,
    )


def _report(outcome: Outcome) -> SegmentReport:
    case, change = outcome.case, outcome.change
    kept = case.registered.members if case.registered is not None else None
    return SegmentReport(
        segment_id=case.segment_id,
        system=case.definition.system,
        status=outcome.status,
        reason=outcome.reason,
        version=case.version,
        mode="kept" if change is None else "full",
        members=kept if change is None else change.members.height,
        entered=0 if change is None else change.entered.height,
        exited=0 if change is None else change.exited.height,
    )
