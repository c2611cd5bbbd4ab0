"""Which condition holds people out of a segment, for those who tune its rules.

A tick has no time for it: memberships move on from what changed, while this looks at
every user. It is measured beside the ticks, of the newest membership.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from headcount.definitions import model
from headcount.definitions.load import definition_from_json
from headcount.definitions.model import Definition, Rule
from headcount.definitions.settings import System
from headcount.errors import EvaluationError
from headcount.evaluate.full import Evaluator
from headcount.evaluate.predicates import Moment
from headcount.evaluate.references import stored_members
from headcount.rules.compile import Every, compile_rule
from headcount.rules.words import in_words
from headcount.store import registry
from headcount.store.conditions import ConditionSize, read_measured, record_conditions
from headcount.store.history import History
from headcount.store.registry import Registered
from headcount.store.warehouse import Warehouse


@dataclass(slots=True)
class _Evaluators:
    """One a system and instant; equal conditions of segments are found once."""

    warehouse: Warehouse
    systems: Mapping[str, System]
    registered: Mapping[str, Registered]
    _histories: dict[str, History] = field(default_factory=dict)
    _evaluators: dict[tuple[str, datetime], Evaluator] = field(default_factory=dict)

    def of(self, system: str, at: datetime) -> Evaluator:
        """The evaluator, whose history is read once."""
        if system not in self._histories:
            self._histories[system] = History(self.warehouse, system)
        if (system, at) not in self._evaluators:
            self._evaluators[system, at] = Evaluator(
                self._histories[system],
                Moment(at, self.systems[system].timezone),
                stored_members(self.warehouse, self.registered, at),
            )
        return self._evaluators[system, at]


def measure_conditions(
    warehouse: Warehouse, systems: Mapping[str, System], *, only_new: bool = False
) -> int:
    """The conditions of every segment are measured; returns of how many segments.

    One that was measured at its newest membership is left alone, with `only_new` also
    one whose version was ever measured. So is one that cannot be evaluated: its status
    says why.
    """
    registered = registry.read_registered(warehouse)
    measured = read_measured(warehouse)
    evaluators = _Evaluators(warehouse, systems, registered)
    due = [one for one in registered.values() if _has_conditions(one, systems)]
    done = 0
    for one, at in ((one, one.last_evaluated_at) for one in due):
        known_at = measured.get((one.segment_id, one.version))
        if at is None or known_at == at or (only_new and known_at):
            continue
        version, text = registry.read_version_at(warehouse, one.segment_id, at)
        try:
            evaluator = evaluators.of(one.system, at)
            sizes = condition_sizes(evaluator, definition_from_json(text))
        except EvaluationError:
            continue
        record_conditions(
            warehouse, sizes, segment_id=one.segment_id, version=version, at=at
        )
        done += 1
    return done


def condition_sizes(
    evaluator: Evaluator, definition: Definition
) -> list[ConditionSize]:
    """The size of each condition that all members satisfy, in their order.

    With `match: any` that is one: that any of the rules holds.
    """
    everyone = compile_rule(model.Everyone(everyone=True), definition.date_range)
    rules = list(_required(definition))
    nodes = [compile_rule(rule, definition.date_range) for rule in rules]
    members = len(evaluator.holders(Every((everyone, *nodes))))
    sizes = []
    for place, (rule, node) in enumerate(zip(rules, nodes, strict=True)):
        others = Every((everyone, *nodes[:place], *nodes[place + 1 :]))
        sizes.append(
            ConditionSize(
                in_words(rule, definition.date_range),
                users=len(evaluator.holders(node)),
                kept_out=len(evaluator.holders(others)) - members,
            )
        )
    return sizes


def _has_conditions(one: Registered, systems: Mapping[str, System]) -> bool:
    return one.deleted_at is None and not one.is_classic and one.system in systems


def _required(definition: Definition) -> Iterator[Rule]:
    """The rules that every member satisfies, those inside `all` one by one."""
    if definition.match == "any" and len(definition.rules) > 1:
        yield model.AnyOf(any=definition.rules)
    else:
        for rule in definition.rules:
            yield from _parts(rule)


def _parts(rule: Rule) -> Iterator[Rule]:
    if isinstance(rule, model.All):
        for inner in rule.all:
            yield from _parts(inner)
    else:
        yield rule
