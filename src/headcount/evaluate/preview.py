"""The Calculate button: the exact size of a definition, without storing anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from headcount import clock
from headcount.definitions.model import Definition, conditions_of
from headcount.definitions.settings import System
from headcount.evaluate.full import Evaluator
from headcount.evaluate.predicates import Moment
from headcount.evaluate.references import stored_members
from headcount.rules.compile import compile_definition, leaves
from headcount.rules.words import in_words
from headcount.store import registry
from headcount.store.history import History
from headcount.store.warehouse import Warehouse

SAMPLE = 10


@dataclass(frozen=True, slots=True)
class ConditionSize:
    """How many known users satisfy one condition alone."""

    rule: str
    members: int


@dataclass(frozen=True, slots=True)
class Preview:
    """The size of a definition, of each of its conditions, and some members."""

    at: datetime
    members: int
    conditions: tuple[ConditionSize, ...]
    sample: tuple[str, ...]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """As `preview --json` prints it (interface.md §3)."""
        return asdict(self) | {"at": clock.to_text(self.at)}


def preview(
    warehouse: Warehouse,
    definition: Definition,
    systems: Mapping[str, System],
    *,
    at: datetime,
) -> Preview:
    """What a tick at `at` would find; writes nothing.

    A condition inside `not` is sized as it stands, without the `not`. References look
    at memberships in the store. The sample is the first members by id.
    """
    started = clock.elapsed_s()
    system = systems[definition.system]
    registered = registry.read_registered(warehouse)
    history = History(warehouse, system.name)
    moment = Moment(at, system.timezone)
    evaluator = Evaluator(history, moment, stored_members(warehouse, registered, at))
    plan = compile_definition(definition)
    codes = evaluator.members(plan)
    conditions = zip(conditions_of(definition.rules), leaves(plan.root), strict=True)
    sizes = tuple(
        ConditionSize(
            in_words(condition, definition.date_range),
            len(evaluator.holders(leaf)),
        )
        for condition, leaf in conditions
    )
    sample = tuple(history.first_ids(codes, SAMPLE))
    seconds = round(clock.elapsed_s() - started, 6)
    return Preview(at, len(codes), sizes, sample, seconds)
