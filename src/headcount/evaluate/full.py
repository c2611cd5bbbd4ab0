"""The membership of a plan at an instant, from the whole history.

Equal leaves of all plans of a system are computed once. Results do not depend on the
number of threads: everything is integers, exact decimals and sets.

Source: segments.md §2, §6.1.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from operator import and_, or_

import numpy as np
import polars as pl

from headcount.errors import EvaluationError
from headcount.evaluate.leaves import Scene, leaf_mask
from headcount.evaluate.matching import Answers
from headcount.evaluate.predicates import Moment
from headcount.rules.compile import (
    Either,
    Every,
    Known,
    Leaf,
    Negation,
    Node,
    Plan,
    names_of,
    references,
)
from headcount.store.columns.arrays import Mask
from headcount.store.columns.crowd import Crowd, Stretch
from headcount.store.history import History

THREADS = os.cpu_count() or 1
"""Conditions that are found at a time."""


@dataclass
class Evaluator:
    """Evaluates plans of one system at one instant, for every user of the history.

    `members_of` answers references: the user codes of a segment's finished membership,
    or MissingReferenceError.
    """

    history: History
    moment: Moment
    members_of: Callable[[str], pl.Series]
    _masks: dict[Leaf, Mask] = field(default_factory=dict)

    @cached_property
    def scene(self) -> Scene:
        """What leaves are asked of."""
        return Scene(
            self.history,
            self.moment,
            self.members_of,
            self.history.crowd,
            Answers(self.moment),
        )

    def members(self, plan: Plan) -> pl.Series:
        """The codes of the members, ascending."""
        return self.holders(plan.root)

    def holders(self, node: Node) -> pl.Series:
        """The codes of the known users for whom `node` holds, ascending."""
        mask = self.mask(node) & self.leaf(Known())
        return pl.Series(self.scene.crowd.codes[mask], dtype=pl.UInt32)

    def mask(self, node: Node) -> Mask:
        """User by user of the crowd, known or not, whether `node` holds."""
        return holds(node, self.leaf)

    def leaf(self, leaf: Leaf) -> Mask:
        """User by user, whether the leaf holds; found once."""
        if leaf not in self._masks:
            parts = [
                leaf_mask(leaf, replace(self.scene, crowd=crowd))
                for crowd in self.crowds(leaf)
            ]
            self._masks[leaf] = np.concatenate(parts) if len(parts) > 1 else parts[0]
        return self._masks[leaf]

    def crowds(self, leaf: Leaf) -> Sequence[Crowd]:
        """The crowd in as many parts as the memory asks for."""
        crowd = self.scene.crowd
        if not isinstance(crowd, Stretch):
            return [crowd]
        rows = self.history.count_rows(names_of(leaf))
        # Other conditions may be looked at at the same time: see `state/ahead.py`.
        return crowd.split(-(-rows * THREADS // self.history.most_rows))


def holds(node: Node, leaf: Callable[[Leaf], Mask]) -> Mask:
    """User by user, whether `node` holds, where `leaf` answers for leaves."""
    match node:
        case Every(nodes=nodes):
            return reduce(and_, (holds(one, leaf) for one in nodes))
        case Either(nodes=nodes):
            return reduce(or_, (holds(one, leaf) for one in nodes))
        case Negation(node=inner):
            return ~holds(inner, leaf)
        case _:
            return leaf(node)


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
