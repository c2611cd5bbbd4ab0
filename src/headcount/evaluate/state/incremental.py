"""The truths of conditions at a tick, from those at the last one and what changed.

Equal to asking every condition about everybody, which is what happens for those that
are new here: a counter is moved, another condition is asked again about the users that
were touched, and the rest keep their answer.

Source: segments.md §6.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from headcount.evaluate.full import Evaluator, holds
from headcount.evaluate.predicates import Moment
from headcount.evaluate.state.beginnings import Beginnings
from headcount.evaluate.state.changes import Reach
from headcount.evaluate.state.counters import Counter, counter_of
from headcount.evaluate.state.dates import DATE, are_lately, is_dated, read_dates
from headcount.evaluate.state.fresh import Finder, Fresh
from headcount.evaluate.state.home import Kept, State
from headcount.evaluate.state.records import Field
from headcount.evaluate.state.touched import asked_again
from headcount.evaluate.state.truths import Truth
from headcount.rules.compile import (
    AttributeTest,
    Known,
    Leaf,
    Measured,
    MemberOf,
    Node,
    leaves,
)
from headcount.store.columns.arrays import U32, Mask
from headcount.store.columns.distinct import distinct

Facts = dict[str, Any]
NOTHING = np.zeros(1, dtype=np.int64)
NOBODY = np.empty(0, dtype=np.uint32)


@dataclass(frozen=True)
class Answer:
    """Who of the `users` satisfies a leaf now, and for whom that changed.

    `changed` None: nothing is known of before.
    """

    truth: Truth
    users: int
    changed: U32 | None

    @property
    def mask(self) -> Mask:
        """User by user, whether the leaf holds."""
        return self.truth.all(self.users)


@dataclass
class Incremental:
    """The leaves and memberships of one system, moved to the evaluator's instant.

    `state` is changed in place, leaf by leaf as they are asked for; `was` is the
    instant it stood at, None for a new one. Whoever holds it has called `begin`.
    """

    evaluator: Evaluator
    state: State
    was: Moment | None
    _answers: dict[Leaf, Answer] = field(default_factory=dict)
    _beginnings: Beginnings = field(default_factory=Beginnings)

    def end(self) -> None:
        """Everything that was found is in the state."""
        self._finder.end()
        self._beginnings.end()

    @property
    def names(self) -> set[str]:
        """The names under which the leaves that were asked for are kept."""
        return {name_of(leaf, self.evaluator.moment) for leaf in self._answers}

    @cached_property
    def _users(self) -> int:
        return len(self.evaluator.scene.crowd)

    @cached_property
    def _finder(self) -> Finder:
        return Finder(self.evaluator)

    @cached_property
    def _reach(self) -> Reach:
        return Reach(self.evaluator.scene, self.state.position)

    def expect(self, asked: Iterable[Leaf]) -> None:
        """These leaves will be asked for: the numbers of new ones share one file.

        Of those that have no room in it only the truth is kept.
        """
        new = dict.fromkeys(
            leaf for leaf in asked if self._name(leaf) not in self.state.kept
        )
        moment = self.evaluator.moment
        counters = (_counter_of_any_scale(leaf, moment) for leaf in new)
        self.state.room.expect([one.kinds for one in counters if one])
        self._finder.announce(new)

    def answer(self, leaf: Leaf) -> Answer:
        """The truths of the leaf; found once."""
        if leaf not in self._answers:
            self._answers[leaf] = self._find(leaf)
        return self._answers[leaf]

    def _find(self, leaf: Leaf) -> Answer:
        name = self._name(leaf)
        kept = self.state.kept.get(name)
        # Until it is whole again nothing is known of it: an error may come between.
        self.state.drop(name)
        if kept is not None and self.was is not None:
            changed = self._move(leaf, kept, self.was)
            if changed is not None:
                self.state.kept[name] = kept
                return Answer(kept.truth, self._users, changed)
        return Answer(self._afresh(leaf, name).truth, self._users, None)

    def _name(self, leaf: Leaf) -> str:
        return name_of(leaf, self.evaluator.moment)

    # ── moved ─────────────────────────────────────────────────────────────────

    def _move(self, leaf: Leaf, kept: Kept, was: Moment) -> U32 | None:
        """The users whose truth changed; None when it has to be found afresh."""
        self._admit(kept)
        if isinstance(leaf, Known | MemberOf):
            return self._compared(kept, self.evaluator.leaf(leaf))
        if is_dated(leaf):
            return self._redated(leaf, kept, was)
        scales = kept.facts["scales"]
        if scales is not None:
            counter = counter_of(leaf, scales, self.evaluator.moment)
            return None if counter is None else self._count(counter, kept, was)
        found = asked_again(leaf, self._reach, was, kept.truth)
        if found is None:
            return self._compared(kept, self.evaluator.leaf(leaf))
        return self._told(kept, *found)

    def _admit(self, kept: Kept) -> None:
        """Users who are new have the truth of one without any event or attribute."""
        if kept.facts["blank"] and self._users > self.state.users:
            new = np.arange(self.state.users, self._users, dtype=np.uint32)
            kept.truth.flip(new)

    def _count(self, counter: Counter, kept: Kept, was: Moment) -> U32 | None:
        delta = counter.delta(self._reach, was, kept.numbers)
        if delta is None:
            return None
        columns = []
        for number, added in zip(kept.numbers, delta.columns, strict=True):
            values = number.add(delta.users, added)
            if values is None:
                return None
            columns.append(values)
        return self._told(kept, delta.users, counter.holds(columns))

    def _redated(self, leaf: AttributeTest, kept: Kept, was: Moment) -> U32:
        """The instants of users with new records are read; then all are looked at."""
        (number,) = kept.numbers
        crowd = self._reach.listed(leaf.attribute, was.at)
        scene = replace(self.evaluator.scene, crowd=crowd)
        number.write(crowd.codes, read_dates(leaf, scene))
        dates = number.all(self._users)
        return self._compared(kept, are_lately(leaf, dates, self.evaluator.moment))

    def _compared(self, kept: Kept, mask: Mask) -> U32:
        users = np.flatnonzero(mask != kept.truth.all(self._users)).astype(np.uint32)
        kept.truth.flip(users)
        return users

    def _told(self, kept: Kept, users: U32, truths: Mask) -> U32:
        """The truths of the users are these; returns those who had another."""
        flipped: U32 = users[truths != kept.truth.of(users)]
        kept.truth.flip(flipped)
        return flipped

    # ── afresh ────────────────────────────────────────────────────────────────

    def _afresh(self, leaf: Leaf, name: str) -> Kept:
        """The leaf is asked about everybody, and kept."""
        if is_dated(leaf):
            return self._dated(leaf, name)
        fresh = self._finder.find(leaf)
        facts: Facts = {"scales": None, "blank": fresh.blank}
        numbers = self._counted(fresh)
        if fresh.counter and numbers:
            facts["scales"] = [*fresh.counter.scales]
        return self._keep(name, fresh.mask, numbers, facts)

    def _counted(self, fresh: Fresh) -> list[Field]:
        """Where its numbers are kept; none where there is no room."""
        if not fresh.kinds or not self.state.room.has_room(fresh.kinds):
            return []
        numbers = self.state.room.numbers(fresh.kinds)
        for first, columns in fresh.parts:
            self._beginnings.add(numbers, first, columns)
        return numbers

    def _dated(self, leaf: AttributeTest, name: str) -> Kept:
        dates = read_dates(leaf, self.evaluator.scene)
        numbers = self.state.room.numbers([DATE], alone=True)
        self._beginnings.add(numbers, self.evaluator.scene.crowd.first, [dates])
        mask = are_lately(leaf, dates, self.evaluator.moment)
        return self._keep(name, mask, numbers, {"scales": None, "blank": False})

    def _keep(self, name: str, mask: Mask, numbers: list[Field], facts: Facts) -> Kept:
        kept = Kept(self.state.room.truth(), numbers, facts)
        kept.truth.fill(mask)
        self.state.kept[name] = kept
        return kept

    # ── memberships ───────────────────────────────────────────────────────────

    def members(self, root: Node) -> Mask:
        """User by user, whether the user is a member."""
        mask = holds(root, lambda leaf: self.answer(leaf).mask)
        return mask & self.answer(Known()).mask

    def changes(self, root: Node, standing: Truth) -> tuple[U32, Mask] | None:
        """The users who may differ from `standing`, and whether they are members.

        None when anybody may.
        """
        answers = [self.answer(leaf) for leaf in {*leaves(root), Known()}]
        changed = [one.changed for one in answers if one.changed is not None]
        if len(changed) < len(answers):
            return None
        users = distinct(np.concatenate([NOBODY, *changed]))
        is_member = holds(root, lambda leaf: self.answer(leaf).truth.of(users))
        is_member = is_member & self.answer(Known()).truth.of(users)
        differs = is_member != standing.of(users)
        return users[differs], is_member[differs]


def name_of(leaf: Leaf, moment: Moment) -> str:
    """A name for what is kept of the leaf: another meaning has another name."""
    text = f"{moment.tz.key} {leaf!r}"
    return f"leaf {hashlib.sha256(text.encode()).hexdigest()}"


def _counter_of_any_scale(leaf: Leaf, moment: Moment) -> Counter | None:
    """The leaf's counter: what it keeps does not depend on the decimal places."""
    sums = len(leaf.aggregates) if isinstance(leaf, Measured) else 0
    return counter_of(leaf, [0] * sums, moment)
