"""Why a user is in a segment or not: every node true or false, with what decided it.

For a past or frozen membership the version and the instant that decided it are used.
The tree is computed from today's log: after a late event it may say something else
than the membership that was told then, and both are shown.

Source: interface.md §3, segments.md §5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from headcount.clock import to_text
from headcount.definitions import model
from headcount.definitions.load import definition_from_json
from headcount.definitions.model import Condition
from headcount.definitions.settings import System
from headcount.evaluate.evidence import Evidence, leaf_evidence
from headcount.evaluate.full import Evaluator
from headcount.evaluate.predicates import Moment
from headcount.evaluate.references import stored_members
from headcount.rules.compile import Known, compile_condition, compile_rule
from headcount.rules.words import definition_in_words, in_words
from headcount.store import membership, registry
from headcount.store.catalog import require_user_code
from headcount.store.history import History
from headcount.store.registry import Registered
from headcount.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Node:
    """One rule for one user, with the rules inside it."""

    rule: str
    holds: bool
    evidence: Evidence
    rules: tuple[Node, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The node and everything below it."""
        found: dict[str, Any] = {
            "rule": self.rule,
            "holds": self.holds,
            "evidence": self.evidence,
        }
        if self.rules:
            found["rules"] = [node.to_json() for node in self.rules]
        return found


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why `user_id` is or is not a member at `at`, and what the store says of it."""

    segment_id: str
    user_id: str
    at: datetime
    version: int
    is_member: bool
    entered_at: datetime | None
    tree: Node

    def to_json(self) -> dict[str, Any]:
        """As `why --json` prints it: the root node with the facts about it."""
        entered_at = self.entered_at
        return {
            "segment_id": self.segment_id,
            "user_id": self.user_id,
            "at": to_text(self.at),
            "version": self.version,
            "member": self.is_member,
            "entered_at": None if entered_at is None else to_text(entered_at),
            **self.tree.to_json(),
        }


def explain(
    warehouse: Warehouse,
    segment: Registered,
    user_id: str,
    systems: Mapping[str, System],
    *,
    at: datetime,
) -> Explanation:
    """The truth of every condition of `segment` for `user_id` at `at`; writes nothing.

    Of an expired segment `at` is at most the instant that froze it.
    """
    system = systems[segment.system]
    code = require_user_code(warehouse, system.name, user_id)
    if segment.expired_at is not None:
        at = min(at, segment.expired_at)
    version, text = registry.read_version_at(warehouse, segment.segment_id, at)
    stay = membership.read_stay(warehouse, segment.segment_id, code, at)
    definition = definition_from_json(text)
    if definition.classic:
        tree = Node("is on the imported list", stay is not None, {})
    else:
        tree = _explained(warehouse, definition, Moment(at, system.timezone), code)
    entered_at = stay[0] if stay else None
    return Explanation(
        segment.segment_id, user_id, at, version, stay is not None, entered_at, tree
    )


def _explained(
    warehouse: Warehouse, definition: model.Definition, moment: Moment, code: int
) -> Node:
    history = History(warehouse, definition.system, user_code=code)
    registered = registry.read_registered(warehouse)
    evaluator = Evaluator(
        history, moment, stored_members(warehouse, registered, moment.at)
    )
    explainer = _Explainer(evaluator, definition)
    nodes = tuple(map(explainer.node, definition.rules))
    together = all if definition.match == "all" else any
    is_known = bool(evaluator.leaf(Known())[0])
    return Node(
        definition_in_words(definition),
        is_known and together(node.holds for node in nodes),
        {"known": is_known, "match": definition.match},
        nodes,
    )


@dataclass(frozen=True, slots=True)
class _Explainer:
    evaluator: Evaluator
    definition: model.Definition

    def node(self, rule: model.Rule) -> Node:
        """The node of `rule` for the user, and of every rule inside it."""
        compiled = compile_rule(rule, self.definition.date_range)
        holds = bool(self.evaluator.mask(compiled)[0])
        words = in_words(rule, self.definition.date_range)
        match rule:
            case model.All(all=inner):
                return Node(words, holds, {}, tuple(map(self.node, inner)))
            case model.AnyOf(any=inner):
                return Node(words, holds, {}, tuple(map(self.node, inner)))
            case model.Not(not_=inner):
                return Node(words, holds, {}, (self.node(inner),))
            case _:
                return Node(words, holds, self._evidence(rule))

    def _evidence(self, condition: Condition) -> Evidence:
        leaf = compile_condition(condition, self.definition.date_range)
        return leaf_evidence(leaf, self.evaluator.scene)
