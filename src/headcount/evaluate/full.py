"""The membership of a plan at an instant, from the whole history.

Equal leaves of all plans of a system are computed once. Results do not depend on the
number of threads: everything is integers, exact decimals and sets.

Source: segments.md §2, §6.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

    `memberships` holds the user codes of finished segments, for references; whoever
    evaluates in dependency order adds to it.
    """

    history: History
    moment: Moment
    memberships: dict[str, pl.Series] = field(default_factory=dict)
    _masks: dict[Leaf, pl.Series] = field(default_factory=dict)

    def members(self, plan: Plan) -> pl.Series:
        """The codes of the members, ascending.

        Raises EvaluationError when a referenced segment has no membership.
        """
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
            scene = Scene(self.history, self.moment, self._members_of)
            self._masks[leaf] = leaf_mask(leaf, scene)
        return self._masks[leaf]

    def _members_of(self, segment_id: str) -> pl.Series:
        try:
            return self.memberships[segment_id]
        except KeyError:
            raise MissingReferenceError(segment_id) from None


class MissingReferenceError(EvaluationError):
    """A rule refers to a segment that has no membership to look at."""

    def __init__(self, segment_id: str) -> None:
        self.segment_id = segment_id
        super().__init__(
            f"it refers to segment {segment_id!r}, which is deleted or was never "
            "evaluated with success"
        )


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
    definitions = list(definitions)
    evaluators = {
        name: Evaluator(History(warehouse, name), Moment(at, system.timezone))
        for name, system in systems.items()
    }
    system_of = {one.id: one.system for one in definitions}
    members: dict[str, list[str]] = {}
    for plan in in_dependency_order(map(compile_definition, definitions)):
        evaluator = evaluators[system_of[plan.segment_id]]
        codes = evaluator.members(plan)
        evaluator.memberships[plan.segment_id] = codes
        ids = evaluator.history.user_ids.gather(codes)
        members[plan.segment_id] = ids.sort().to_list()
    return members
