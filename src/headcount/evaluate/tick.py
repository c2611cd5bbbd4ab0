"""One tick: what every segment's membership is at an instant, committed as one.

Members, counts, status and "last evaluated" of all segments appear together or not at
all. The same tick on the same input changes nothing; the newest tick on new input is
told again. One failing segment never stops the others.

Source: segments.md §5-6.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
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
from headcount.evaluate.outcome import Mode, Outcome, TickReport, report_of
from headcount.evaluate.predicates import Moment
from headcount.evaluate.record import record_outcomes
from headcount.evaluate.registration import Case, plan_registration, status_of
from headcount.evaluate.state.engine import Engine, Moved, start_engine
from headcount.rules.bounds import plan_bounds
from headcount.rules.compile import Plan, compile_definition
from headcount.store import membership, registry, runs, snapshots
from headcount.store.history import History
from headcount.store.membership import Change
from headcount.store.registry import Registered
from headcount.store.runs import Run
from headcount.store.snapshots import Snapshot
from headcount.store.tokens import record_token
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
            f"{clock.to_text(newest)}; a normal tick never rewrites the past: "
            "`headcount evaluate --from … --to …` fills it, with --restate again"
        )


@dataclass
class Tick:
    """A tick in the making; `finished` grows as segments are evaluated in order.

    `finished` answers with the codes of a segment's members.
    """

    warehouse: Warehouse
    systems: dict[str, System]
    folder: Path
    at: datetime
    registered: dict[str, Registered]
    is_full: bool
    finished: dict[str, Callable[[], pl.Series]] = field(default_factory=dict)
    plans: dict[str, list[Plan]] = field(default_factory=dict)
    histories: dict[str, History] = field(default_factory=dict)
    engines: dict[str, Engine] = field(default_factory=dict)
    evaluators: dict[tuple[str, datetime], Evaluator] = field(default_factory=dict)
    phases: dict[str, float] = field(default_factory=dict)

    @cached_property
    def _snapshots_before(self) -> dict[str, Snapshot]:
        return snapshots.snapshots_before(self.warehouse, self.at)

    def snapshot_before(self, case: Case) -> Snapshot | None:
        """The snapshot that was valid just before the case's instant."""
        if case.at == self.at:
            return self._snapshots_before.get(case.segment_id)
        return snapshots.snapshot_before(self.warehouse, case.segment_id, case.at)

    def start_engine(self, evaluator: Evaluator, system: str) -> Engine:
        """What moves the memberships of a system to this tick."""
        return start_engine(
            self.warehouse,
            evaluator,
            system,
            self.plans[system],
            full=self.is_full,
        )

    def standing_members(self, segment_id: str) -> pl.Series:
        """The codes of the last good membership of a segment this tick does not tell.

        Raises MissingReferenceError when there is none.
        """
        registered = self.registered.get(segment_id)
        if registered is None or registered.deleted_at or registered.members is None:
            raise MissingReferenceError(segment_id)
        return membership.read_current(self.warehouse, segment_id)

    def run_of(
        self,
        outcomes: Iterable[Outcome],
        attempt: int,
        *,
        started: float,
        now: datetime,
        is_backfill: bool = False,
    ) -> Run:
        """The attempt that made `outcomes`; `started` is a reading of `elapsed_s`."""
        has_failed = any(one.status == "Failed" for one in outcomes)
        return Run(
            run_id=f"{clock.to_text(self.at)}/{attempt:03d}",
            at=self.at,
            attempt=attempt,
            status="partial" if has_failed else "done",
            position=runs.read_position(self.warehouse),
            started_at=now,
            seconds=clock.elapsed_s() - started,
            is_backfill=is_backfill,
        )

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """The block's seconds are added to the phase."""
        started = clock.elapsed_s()
        yield
        spent = clock.elapsed_s() - started
        self.phases[name] = self.phases.get(name, 0.0) + spent


def evaluate_tick(
    warehouse: Warehouse,
    loaded: Loaded,
    systems: dict[str, System],
    *,
    folder: Path,
    at: datetime,
    now: datetime,
    full: bool = False,
) -> TickReport:
    """Every segment is evaluated at `at`, committed, and has its snapshot in `folder`.

    What a tick reads follows what changed since the last one; with `full` everything
    is read. Raises OlderTickError for a tick before the newest. A kill at any point
    leaves the tick done or not done; calling again does it.
    """
    started = clock.elapsed_s()
    newest, attempts = runs.read_newest(warehouse, at)
    if newest is not None and at < newest:
        raise OlderTickError(at, newest)
    registered = registry.read_registered(warehouse)
    registration = plan_registration(loaded, registered, systems, at=at)
    tick = Tick(warehouse, systems, folder, at, registered, full)
    with tick.phase("evaluate"):
        evaluated = evaluate_cases(tick, registration.cases)
        for history in tick.histories.values():
            history.release()
    with tick.phase("snapshots"):
        outcomes = [with_snapshot(tick, one) for one in evaluated]
    run = tick.run_of(outcomes, attempts + 1, started=started, now=now)
    token = f"{run.run_id} {clock.to_text(now)}"
    with tick.phase("commit"), warehouse.transaction():
        record_outcomes(warehouse, run, outcomes, now=now)
        for system in tick.engines:
            record_token(warehouse, system, token)
    with tick.phase("state"):
        for engine in tick.engines.values():
            engine.end(token)
    with tick.phase("snapshots"):
        snapshots.write_manifests(warehouse, folder)
    with tick.phase("columns"):
        for history in tick.histories.values():
            history.tidy()
    return TickReport(
        run.run_id,
        at,
        round(clock.elapsed_s() - started, 6),
        tuple(map(report_of, outcomes)),
        (*loaded.faults, *(one.fault for one in registration.refusals)),
        tick.phases,
    )


# ── evaluation ────────────────────────────────────────────────────────────────


def evaluate_cases(tick: Tick, cases: Iterable[Case]) -> list[Outcome]:
    """The outcome of every case, by id; evaluated in dependency order."""
    by_id = {case.segment_id: case for case in cases}
    todo = [case for case in by_id.values() if case.todo == "evaluate"]
    plans = in_dependency_order(compile_definition(case.definition) for case in todo)
    for plan in plans:
        system = by_id[plan.segment_id].definition.system
        tick.plans.setdefault(system, []).append(plan)
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
    system = tick.systems[case.definition.system]
    bounds = [one.to_json() for one in plan_bounds(plan, case.at, system.timezone)]
    status = "Expired" if case.is_last else "Active"
    outcome = Outcome(case, status, None, 0.0, bounds)
    try:
        membership_of = _incrementally if case.at == tick.at else _in_full
        change, mode = membership_of(tick, case, plan)
        require_within(system.limits.users, change.size)
    except Exception as error:  # noqa: BLE001 - one segment never stops the others
        return _failed(tick, outcome, error)
    return replace(
        outcome, change=change, mode=mode, seconds=clock.elapsed_s() - started
    )


def _failed(tick: Tick, outcome: Outcome, error: Exception) -> Outcome:
    """The segment failed; its last good membership stays, also for references."""
    segment_id = outcome.case.segment_id
    if not isinstance(error, EvaluationError):
        log.error("segment failed segment_id=%s", segment_id, exc_info=error)
    tick.finished.pop(segment_id, None)
    engine = tick.engines.get(outcome.case.definition.system)
    if engine is not None:
        engine.forget(outcome.case)
    reason = str(error) or type(error).__name__
    return replace(outcome, status="Failed", reason=reason, change=None)


def _in_full(tick: Tick, case: Case, plan: Plan) -> tuple[Change, Mode]:
    """The membership at an instant of the segment's own."""
    codes = _evaluator(tick, case).members(plan)
    tick.finished[case.segment_id] = lambda: codes
    return _change_to(tick, case, codes), "full"


def _incrementally(tick: Tick, case: Case, plan: Plan) -> tuple[Change, Mode]:
    """The membership at the tick, from the one before where that is known."""
    engine = _engine(tick, case)
    found = engine.move(case, plan)
    tick.finished[case.segment_id] = lambda: engine.codes(case)
    if isinstance(found, Moved):
        entered_at = pl.lit(case.at).cast(membership.INSTANT)
        entered = pl.DataFrame({"user_code": found.entered}, membership.CODES)
        exited = pl.DataFrame({"user_code": found.exited}, membership.CODES)
        change = Change(found.size, entered.with_columns(entered_at=entered_at), exited)
        return change, "incremental"
    return _change_to(tick, case, engine.codes(case)), found


def _change_to(tick: Tick, case: Case, codes: pl.Series) -> Change:
    """The change from who stood before the case's instant to these users."""
    entered_at = pl.lit(case.at).cast(membership.INSTANT)
    members = pl.select(user_code=codes, entered_at=entered_at)
    standing = membership.read_standing(tick.warehouse, case.segment_id, case.at)
    return membership.plan_change(standing, members)


def with_snapshot(tick: Tick, outcome: Outcome) -> Outcome:
    """The outcome with the file of its members, when it has any."""
    if outcome.change is None:
        return outcome
    started = clock.elapsed_s()
    try:
        snapshot = _snapshot(tick, outcome.case, outcome.change)
    except Exception as error:  # noqa: BLE001 - one segment never stops the others
        return _failed(tick, outcome, error)
    seconds = outcome.seconds + clock.elapsed_s() - started
    return replace(outcome, snapshot=snapshot, seconds=seconds)


def _snapshot(tick: Tick, case: Case, change: Change) -> Snapshot:
    before = tick.snapshot_before(case)
    if change.is_empty and before is not None:
        return before
    standing = membership.read_standing(tick.warehouse, case.segment_id, case.at)
    members = membership.members_after(standing, change)
    ids = history_of(tick, case).user_ids.gather(members.get_column("user_code"))
    return snapshots.write_snapshot(
        tick.folder,
        members.with_columns(user_id=ids),
        segment_id=case.segment_id,
        at=case.at,
        before=before,
    )


def _engine(tick: Tick, case: Case) -> Engine:
    system = case.definition.system
    if system not in tick.engines:
        tick.engines[system] = tick.start_engine(_evaluator(tick, case), system)
    return tick.engines[system]


def history_of(tick: Tick, case: Case) -> History:
    """The history of the case's system."""
    system = case.definition.system
    if system not in tick.histories:
        tick.histories[system] = History(tick.warehouse, system)
    return tick.histories[system]


def _evaluator(tick: Tick, case: Case) -> Evaluator:
    system = tick.systems[case.definition.system]
    key = system.name, case.at
    if key not in tick.evaluators:
        tick.evaluators[key] = Evaluator(
            history_of(tick, case),
            Moment(case.at, system.timezone),
            lambda segment_id: _finished(tick, segment_id),
        )
    return tick.evaluators[key]


def _finished(tick: Tick, segment_id: str) -> pl.Series:
    """The finished membership of a segment: this tick's, else the last good one."""
    if segment_id in tick.finished:
        return tick.finished[segment_id]()
    return tick.standing_members(segment_id)
