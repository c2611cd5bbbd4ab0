"""What an edit of the definitions would do: exact, and it writes nothing.

Source: interface.md §3 (`plan`), segments.md §5.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

import polars as pl

from headcount.clock import to_text
from headcount.definitions.load import Loaded
from headcount.definitions.settings import System
from headcount.errors import EvaluationError, Fault
from headcount.evaluate.full import Evaluator, in_dependency_order, require_within
from headcount.evaluate.predicates import Moment
from headcount.evaluate.references import stored_members
from headcount.evaluate.registration import Case, plan_registration, status_of
from headcount.rules.compile import Plan, compile_definition
from headcount.store import membership, registry
from headcount.store.history import History
from headcount.store.registry import Registered
from headcount.store.warehouse import Warehouse

Edit = Literal["new", "changed", "reworded", "unchanged", "orphaned", "refused"]


@dataclass(frozen=True, slots=True)
class SegmentProposal:
    """What would become of one segment; `reason` says why one is refused or fails.

    `entered` and `exited` are whole, sorted lists of user ids.
    """

    segment_id: str
    system: str
    edit: Edit
    status: str
    reason: str | None
    members: int | None
    would_have: int | None
    entered: tuple[str, ...]
    exited: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a tick at `at` with these definitions would make of every segment."""

    at: datetime
    segments: tuple[SegmentProposal, ...]
    faults: tuple[Fault, ...]

    def to_json(self) -> dict[str, Any]:
        """As `plan --json` prints it."""
        return {
            "at": to_text(self.at),
            "segments": [asdict(one) for one in self.segments],
            "faults": [asdict(one) for one in self.faults],
        }


def propose(
    warehouse: Warehouse,
    loaded: Loaded,
    systems: Mapping[str, System],
    *,
    at: datetime,
    only: Collection[str] | None = None,
) -> Proposal:
    """Each segment's membership under `loaded` at `at`, beside the one it has.

    `only` names the segments that are asked about, None: all; references of these see
    the finished memberships of the others.

    A segment whose own file is unchanged may still change: through a reference, or
    through events that came after its last tick.
    """
    registered = registry.read_registered(warehouse)
    registration = plan_registration(loaded, registered, systems, at=at)
    refused = {one.segment_id: one.fault for one in registration.refusals}
    proposer = _Proposer(warehouse, systems, registered, {}, {})
    by_id = {
        case.segment_id: case
        for case in registration.cases
        if only is None or case.segment_id in only
    }
    todo = [case for case in by_id.values() if case.todo == "evaluate"]
    plans = in_dependency_order(compile_definition(case.definition) for case in todo)
    evaluated = {
        plan.segment_id: proposer.evaluated(by_id[plan.segment_id], plan)
        for plan in plans
    }
    segments = tuple(
        _refused(found, refused.get(segment_id))
        for segment_id, case in by_id.items()
        if (found := evaluated.get(segment_id) or _kept(case))
    )
    faults = (*loaded.faults, *refused.values())
    return Proposal(at, segments, faults)


@dataclass(slots=True)
class _Proposer:
    """Evaluates cases in dependency order; references see what was proposed before."""

    warehouse: Warehouse
    systems: Mapping[str, System]
    registered: Mapping[str, Registered]
    proposed: dict[str, pl.Series]
    evaluators: dict[tuple[str, datetime], Evaluator]

    def evaluated(self, case: Case, plan: Plan) -> SegmentProposal:
        """The proposal for one segment; a failure is its status and reason."""
        evaluator = self._evaluator(case)
        current = membership.read_current(self.warehouse, case.segment_id)
        limit = self.systems[case.definition.system].limits.users
        try:
            codes = evaluator.members(plan)
            require_within(limit, len(codes))
        except EvaluationError as error:
            return _proposal(case, "Failed", str(error))
        self.proposed[case.segment_id] = codes
        ids = evaluator.history.user_ids
        entered = ids.gather(codes.filter(~codes.is_in(current.implode())))
        exited = ids.gather(current.filter(~current.is_in(codes.implode())))
        return replace(
            _proposal(case, "Expired" if case.is_last else "Active", None),
            would_have=len(codes),
            entered=tuple(entered.sort()),
            exited=tuple(exited.sort()),
        )

    def _evaluator(self, case: Case) -> Evaluator:
        system = self.systems[case.definition.system]
        key = system.name, case.at
        if key not in self.evaluators:
            stored = stored_members(self.warehouse, self.registered, case.at)

            def members_of(segment_id: str) -> pl.Series:
                found = self.proposed.get(segment_id)
                return stored(segment_id) if found is None else found

            self.evaluators[key] = Evaluator(
                History(self.warehouse, system.name),
                Moment(case.at, system.timezone),
                members_of,
            )
        return self.evaluators[key]


def _kept(case: Case) -> SegmentProposal:
    """The proposal for a segment whose membership a tick would not touch."""
    return _proposal(case, status_of(case), case.reason)


def _proposal(case: Case, status: str, reason: str | None) -> SegmentProposal:
    members = case.registered.members if case.registered is not None else None
    edit: Edit = "unchanged" if case.edit == "none" else case.edit
    return SegmentProposal(
        segment_id=case.segment_id,
        system=case.definition.system,
        edit="orphaned" if case.is_orphaned else edit,
        status=status,
        reason=reason,
        members=members,
        would_have=members,
        entered=(),
        exited=(),
    )


def _refused(proposal: SegmentProposal, fault: Fault | None) -> SegmentProposal:
    if fault is None:
        return proposal
    return replace(proposal, edit="refused", reason=str(fault))
