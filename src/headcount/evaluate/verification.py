"""Current memberships against a full evaluation of what their last tick saw.

Source: segments.md §6.1. A tick saw the events up to its ingest position and no others:
what came since counts from the next tick on and is no difference. Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from headcount.definitions.load import definition_from_json
from headcount.definitions.settings import System
from headcount.errors import EvaluationError
from headcount.evaluate.full import Evaluator
from headcount.evaluate.predicates import Moment
from headcount.evaluate.references import stored_members
from headcount.rules.compile import compile_definition
from headcount.store import membership, registry
from headcount.store.hindsight import seen_until
from headcount.store.history import History
from headcount.store.registry import Registered
from headcount.store.verification import Check, Difference
from headcount.store.warehouse import Warehouse

MOST_NAMED = 10
"""Users of one segment that are named; all are counted."""


class _Told(NamedTuple):
    """A segment's last tick, and what its run saw."""

    segment_id: str
    at: datetime
    position: int
    is_retracted: bool


@dataclass(frozen=True, slots=True)
class _Sight:
    """The store, and its log as a run at `at` saw it."""

    warehouse: Warehouse
    seen: Warehouse
    systems: Mapping[str, System]
    registered: Mapping[str, Registered]
    at: datetime
    folder: Path


def verify_memberships(
    warehouse: Warehouse, systems: Mapping[str, System]
) -> list[Check]:
    """Each Active segment against its full evaluation at its last tick.

    Where rows that the tick saw were retracted since, it cannot be repeated: a note
    says so, and the next tick tells the membership anew.
    """
    told = [_Told(*row) for row in warehouse.rows("verify/evaluated_segments")]
    registered = registry.read_registered(warehouse)
    found: list[Difference] = []
    same = [one for one in told if not one.is_retracted]
    same.sort(key=lambda one: (one.position, one.at))
    for (position, at), group in groupby(same, lambda one: (one.position, one.at)):
        with seen_until(warehouse, position) as seen, TemporaryDirectory() as folder:
            sight = _Sight(warehouse, seen, systems, registered, at, Path(folder))
            found += _compare(sight, [one.segment_id for one in group])
    left_out = ", ".join(one.segment_id for one in told if one.is_retracted)
    note = f"rows retracted since their last tick: {left_out}" if left_out else None
    return [Check.of("memberships", found, note=note)]


def _compare(sight: _Sight, segment_ids: Iterable[str]) -> Iterator[Difference]:
    """How the stored memberships differ from what the rules say."""
    members_of = stored_members(sight.warehouse, sight.registered, sight.at)
    evaluators: dict[str, Evaluator] = {}
    for segment_id in segment_ids:
        one = sight.registered[segment_id]
        system = sight.systems.get(one.system)
        if system is None:
            wanted = f"the system {one.system!r} of the segment"
            yield Difference("headcount.yaml", "no such system", wanted)
            continue
        if one.system not in evaluators:
            # From the store's own rows: the columns are among what is verified.
            folder = sight.folder / one.system
            folder.mkdir()
            history = History(sight.seen, one.system, columns_folder=folder)
            moment = Moment(sight.at, system.timezone)
            evaluators[one.system] = Evaluator(history, moment, members_of)
        yield from _compare_one(sight, one, evaluators[one.system])


def _compare_one(
    sight: _Sight, one: Registered, evaluator: Evaluator
) -> Iterator[Difference]:
    try:
        # A backfill may have taken an edit since, that no tick has used yet.
        _, text = registry.read_version_at(sight.warehouse, one.segment_id, sight.at)
        plan = compile_definition(definition_from_json(text))
        evaluated = set(evaluator.members(plan))
    except EvaluationError as error:
        yield Difference(one.segment_id, f"it cannot be evaluated: {error}", "members")
        return
    stored = set(membership.read_current(sight.warehouse, one.segment_id))
    ids = evaluator.history.user_ids
    for codes, found, wanted in (
        (stored - evaluated, "a member", "the rules do not hold"),
        (evaluated - stored, "no member", "the rules hold"),
    ):
        named = sorted(ids.gather(sorted(codes)).to_list())[:MOST_NAMED]
        for user_id in named:
            yield Difference(f"{one.segment_id}, {user_id}", found, wanted)
        if len(codes) > MOST_NAMED:
            rest = f"{len(codes) - MOST_NAMED} more users"
            yield Difference(f"{one.segment_id}, {rest}", found, wanted)
