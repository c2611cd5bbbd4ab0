"""The membership of a plan at an instant, from the whole history.

Equal leaves of all plans of a system are computed once. Results do not depend on the
number of threads: everything is integers, exact decimals and sets.

Source: segments.md §2, §6.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import and_, or_

import polars as pl

from headcount.definitions.model import Definition
from headcount.definitions.settings import System
from headcount.errors import EvaluationError
from headcount.evaluate.leaves import Scene, leaf_mask
from headcount.evaluate.predicates import Moment
from headcount.rules.compile import (
    Either,
    Every,
    Leaf,
    Negation,
    Node,
    Plan,
    compile_definition,
    references,
)
from headcount.store.history import History
from headcount.store.warehouse import Warehouse


@dataclass(slots=True)
class Evaluator:
    """Evaluates plans of one system at one instant.

    `members_of` answers references: the user codes of a segment's finished membership,
    or MissingReferenceError.
    """

    history: History
    moment: Moment
    members_of: Callable[[str], pl.Series]
    _masks: dict[Leaf, pl.Series] = field(default_factory=dict)

    def members(self, plan: Plan) -> pl.Series:
        """The codes of the members, ascending."""
        return self.holders(plan.root)

    def holders(self, node: Node) -> pl.Series:
        """The codes of the known users for whom `node` holds, ascending."""
        mask = self.mask(node) & self.history.known(self.moment.at)
        return mask.arg_true().cast(pl.UInt32)

    def mask(self, node: Node) -> pl.Series:
        """User by user, known or not, whether `node` holds."""
        match node:
            case Every(nodes=nodes):
                return reduce(and_, map(self.mask, nodes))
            case Either(nodes=nodes):
                return reduce(or_, map(self.mask, nodes))
            case Negation(node=inner):
                return ~self.mask(inner)
            case _:
                return self._leaf(node)

    def _leaf(self, leaf: Leaf) -> pl.Series:
        if leaf not in self._masks:
            scene = Scene(self.history, self.moment, self.members_of)
            self._masks[leaf] = leaf_mask(leaf, scene)
        return self._masks[leaf]


class MissingReferenceError(EvaluationError):
    """A rule refers to a segment that has no membership to look at."""

    def __init__(self, segment_id: str) -> None:
        self.segment_id = segment_id
        super().__init__(
            f"it refers to segment {segment_id!r}, which is deleted or was never "
            "evaluated with success"
        )


class TooManyMembersError(EvaluationError):
    """A membership is beyond the system's limit; nothing is cut off."""

    def __init__(self, members: int, limit: int) -> None:
        self.members = members
        self.limit = limit
        super().__init__(
            f"{members} members, over the limit of {limit} users a segment"
        )


def require_within(limit: int | None, members: int) -> None:
    """Return when the membership fits, else raise TooManyMembersError."""
    if limit is not None and members > limit:
        raise TooManyMembersError(members, limit)


def in_dependency_order(plans: Iterable[Plan]) -> list[Plan]:
    """The plans, each after those it refers to; otherwise in the given order.

    Cycles are refused when definitions are read, so there are none here.
    """
    by_id = {plan.segment_id: plan for plan in plans}
    ordered: dict[str, Plan] = {}

    def place(plan: Plan) -> None:
        for segment_id in sorted(references(plan)):
            if segment_id in by_id and segment_id not in ordered:
                place(by_id[segment_id])
        ordered[plan.segment_id] = plan

    for plan in by_id.values():
        if plan.segment_id not in ordered:
            place(plan)
    return list(ordered.values())


def evaluate_definitions(
    warehouse: Warehouse,
    systems: Mapping[str, System],
    definitions: Iterable[Definition],
    *,
    at: datetime,
) -> dict[str, list[str]]:
    """The sorted user ids of each definition at `at`; writes nothing.

    References look at the other definitions given, nowhere else.
    """
    given = {one.id: one for one in definitions}
    finished: dict[str, pl.Series] = {}

    def members_of(segment_id: str) -> pl.Series:
        if segment_id not in finished:
            raise MissingReferenceError(segment_id)
        return finished[segment_id]

    evaluators = {
        name: Evaluator(
            History(warehouse, name), Moment(at, system.timezone), members_of
        )
        for name, system in systems.items()
    }
    ids: dict[str, list[str]] = {}
    for plan in in_dependency_order(map(compile_definition, given.values())):
        evaluator = evaluators[given[plan.segment_id].system]
        codes = evaluator.members(plan)
        finished[plan.segment_id] = codes
        members = evaluator.history.user_ids.gather(codes)
        ids[plan.segment_id] = members.sort().to_list()
    return ids
