"""One system at one tick: memberships moved from the last tick to this one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from headcount.evaluate.full import Evaluator
from headcount.evaluate.outcome import Mode
from headcount.evaluate.predicates import Moment
from headcount.evaluate.registration import Case
from headcount.evaluate.state.answers import read_answers, write_answers
from headcount.evaluate.state.home import Kept, State, new_state, open_state
from headcount.evaluate.state.incremental import Incremental
from headcount.rules.compile import Plan, leaves
from headcount.rules.micros import from_micros, to_micros
from headcount.store.columns.arrays import U32
from headcount.store.tokens import read_token
from headcount.store.warehouse import Warehouse


@dataclass(frozen=True)
class Moved:
    """What a tick makes of a membership that was known: codes, and the size then."""

    entered: U32
    exited: U32
    size: int


@dataclass
class Engine:
    """The conditions and memberships of one system, on their way to a tick."""

    state: State
    incremental: Incremental
    members: dict[str, Kept] = field(default_factory=dict)
    """The membership at this tick, by the name it is kept under."""

    def move(self, case: Case, plan: Plan) -> Moved | Mode:
        """What becomes of the membership; without a known one before, only the mode.

        The membership is `codes` afterwards.
        """
        name = _name(case)
        kept = self.state.kept.get(name)
        self.state.drop(name)
        changes = (
            None if kept is None else self.incremental.changes(plan.root, kept.truth)
        )
        if kept is None or changes is None:
            mask = self.incremental.members(plan.root)
            kept = Kept(self.state.room.truth(), [], {"members": int(mask.sum())})
            kept.truth.fill(mask)
            self._keep(name, kept)
            return "full"
        users, is_member = changes
        kept.truth.flip(users)
        entered, exited = users[is_member], users[~is_member]
        kept.facts["members"] += len(entered) - len(exited)
        self._keep(name, kept)
        if not self._is_next(case):
            return "incremental"
        return Moved(entered, exited, kept.facts["members"])

    def _keep(self, name: str, kept: Kept) -> None:
        self.state.kept[name] = self.members[name] = kept

    def _is_next(self, case: Case) -> bool:
        """Whether the state holds what the store says of the segment before now."""
        before, was = case.registered, self.incremental.was
        return (
            before is not None
            and was is not None
            and before.last_evaluated_at == was.at < case.at
        )

    def codes(self, case: Case) -> pl.Series:
        """The codes of the members, ascending."""
        found = np.flatnonzero(self.members[_name(case)].truth.all(self._users))
        return pl.Series(found, dtype=pl.UInt32)

    def forget(self, case: Case) -> None:
        """The segment failed: nothing is kept of its membership."""
        self.state.drop(_name(case))

    def end(self, token: str) -> None:
        """The state counts for the tick that committed `token`."""
        self.incremental.end()
        moment = self.incremental.evaluator.moment
        self.state.at_us = to_micros(moment.at)
        self.state.position = self.incremental.evaluator.history.columns.position
        self.state.users = self._users
        used = self.incremental.names | self.members.keys()
        for name in self.state.kept.keys() - used:
            self.state.drop(name)
        write_answers(
            self.state.room.folder,
            self.incremental.evaluator.scene.answers.lasting,
            self.incremental.evaluator.history.columns,
        )
        self.state.end(token)

    @property
    def _users(self) -> int:
        return len(self.incremental.evaluator.scene.crowd)


def start_engine(
    warehouse: Warehouse,
    evaluator: Evaluator,
    system: str,
    plans: Iterable[Plan],
    *,
    full: bool,
) -> Engine:
    """An engine for plans at the evaluator's instant, with the state of before.

    With `full`, or where that state cannot be used, everything is found anew.
    """
    code = evaluator.history.system_code
    folder = warehouse.derived_folder / "state" / f"{code}"
    token = None if full else read_token(warehouse, system)
    return resume_engine(evaluator, plans, folder, token)


def resume_engine(
    evaluator: Evaluator, plans: Iterable[Plan], folder: Path, token: str | None
) -> Engine:
    """An engine for plans at the evaluator's instant, with the state in `folder`.

    Without a token, or where the state cannot be used, everything is found anew.
    """
    history = evaluator.history
    users, most = len(evaluator.scene.crowd), history.most_kept_bytes
    position = history.columns.position
    state = open_state(folder, token, users=users, position=position, most_bytes=most)
    if state is None or not _leads_to(state, evaluator):
        state = new_state(folder, users=users, most_bytes=most)
        was = None
    else:
        was = Moment(from_micros(state.at_us), evaluator.moment.tz)
        answers = read_answers(folder, history.columns)
        evaluator.scene.answers.lasting.update(answers)
    state.begin()
    incremental = Incremental(evaluator, state, was)
    incremental.expect(leaf for plan in plans for leaf in leaves(plan.root))
    return Engine(state, incremental)


def _leads_to(state: State, evaluator: Evaluator) -> bool:
    """Whether the state is of before, and what came since is there on its own."""
    runs = evaluator.history.columns.runs
    return state.at_us <= to_micros(evaluator.moment.at) and not any(
        run.after < state.position < run.upto for run in runs
    )


def _name(case: Case) -> str:
    """A name for what is kept of the membership: another version has another."""
    return f"segment {case.segment_id} {case.version}"
