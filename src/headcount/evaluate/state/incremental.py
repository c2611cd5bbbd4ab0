"""The truths of conditions at a tick, from those at the last one and what changed.

Equal to asking every condition about everybody, which is what happens for those that
are new here: a counter is moved, another condition is asked again about the users that
were touched, and the rest keep their answer.

Source: segments.md §6.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, assert_never

import numpy as np

from headcount.evaluate.full import Evaluator, holds
from headcount.evaluate.predicates import Moment
from headcount.evaluate.state.ahead import Ahead
from headcount.evaluate.state.beginnings import Beginnings
from headcount.evaluate.state.changes import Reach
from headcount.evaluate.state.counters import Counter, counter_of
from headcount.evaluate.state.dates import are_lately
from headcount.evaluate.state.fresh import Fresh, find_fresh
from headcount.evaluate.state.home import Kept, State
from headcount.evaluate.state.moved import (
    Asked,
    Counted,
    Everybody,
    Moved,
    Redated,
    find_moved,
)
from headcount.evaluate.state.records import Field
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
    _standing: dict[Leaf, Kept] = field(default_factory=dict)

    def end(self) -> None:
        """Everything that was found is in the state."""
        self._ahead.end()
        self._beginnings.end()

    @property
    def names(self) -> set[str]:
        """The names under which the leaves that were asked for are kept."""
        return {name_of(leaf, self.evaluator.moment) for leaf in self._answers}

    @cached_property
    def _users(self) -> int:
        return len(self.evaluator.scene.crowd)

    @cached_property
    def _beginnings(self) -> Beginnings:
        most = self.evaluator.history.most_waiting_bytes
        return Beginnings(most, is_alone=self.was is None)

    @cached_property
    def _ahead(self) -> Ahead[Leaf, Moved | Fresh]:
        return Ahead(self._seek)

    @cached_property
    def _reach(self) -> Reach:
        assert self.was is not None  # noqa: S101 - something stood before
        return Reach(self.evaluator.scene, self.was, self.state.position)

    def expect(self, asked: Iterable[Leaf]) -> None:
        """These leaves will be asked for: the numbers of new ones share one file.

        Of those that have no room in it only the truth is kept.
        """
        several = [*dict.fromkeys(asked)]
        new = [leaf for leaf in several if self._name(leaf) not in self.state.kept]
        moment = self.evaluator.moment
        counters = (_counter_of_any_scale(leaf, moment) for leaf in new)
        self.state.room.expect([one.kinds for one in counters if one])
        self._announce(several)

    def _announce(self, asked: Iterable[Leaf]) -> None:
        """They are found ahead, where the columns alone answer."""
        history = self.evaluator.history
        if not history.has_columns:
            return  # the connection of the store serves one thread
        history.codes_of(())  # what all threads look at is there before they are
        several = [leaf for leaf in asked if _is_of_events(leaf)]
        for leaf in several:
            self._admit(leaf)
        self._ahead.announce(several)

    def answer(self, leaf: Leaf) -> Answer:
        """The truths of the leaf; found once."""
        if leaf not in self._answers:
            self._answers[leaf] = self._find(leaf)
        return self._answers[leaf]

    def _find(self, leaf: Leaf) -> Answer:
        name = self._name(leaf)
        self._admit(leaf)
        # Until it is whole again nothing is known of it: an error may come between.
        self.state.drop(name)
        try:
            found = self._ahead.ask(leaf)
        finally:
            kept = self._standing.pop(leaf, None)
        if kept is not None and not isinstance(found, Fresh):
            changed = self._move(kept, found)
            if changed is not None:
                self.state.kept[name] = kept
                return Answer(kept.truth, self._users, changed)
        fresh = found if isinstance(found, Fresh) else find_fresh(leaf, self.evaluator)
        return Answer(self._begin(name, fresh).truth, self._users, None)

    def _admit(self, leaf: Leaf) -> None:
        """What is kept of the leaf is known, also of users who are new.

        They have the truth of one without any event or attribute.
        """
        kept = self.state.kept.get(self._name(leaf))
        if kept is None or self.was is None or leaf in self._standing:
            return
        self._standing[leaf] = kept
        if kept.facts["blank"] and self._users > self.state.users:
            new = np.arange(self.state.users, self._users, dtype=np.uint32)
            kept.truth.flip(new)

    def _name(self, leaf: Leaf) -> str:
        return name_of(leaf, self.evaluator.moment)

    # ── found ─────────────────────────────────────────────────────────────────

    def _seek(self, leaf: Leaf) -> Moved | Fresh:
        """What becomes of the leaf; nothing is changed."""
        kept = self._standing.get(leaf)
        moved = None
        if kept is not None:
            moved = find_moved(leaf, kept, self._reach, self.evaluator)
        return find_fresh(leaf, self.evaluator) if moved is None else moved

    # ── moved ─────────────────────────────────────────────────────────────────

    def _move(self, kept: Kept, moved: Moved) -> U32 | None:
        """The users whose truth changed; None when a number is too large."""
        match moved:
            case Counted():
                return self._count(kept, moved)
            case Asked():
                return self._told(kept, moved.users, moved.truths)
            case Everybody():
                return self._compared(kept, moved.mask)
            case Redated():
                return self._redate(kept, moved)
            case _:
                assert_never(moved)

    def _count(self, kept: Kept, moved: Counted) -> U32 | None:
        users, columns = moved.delta.users, []
        for number, added in zip(kept.numbers, moved.delta.columns, strict=True):
            values = number.add(users, added)
            if values is None:
                return None
            columns.append(values)
        return self._told(kept, users, moved.counter.holds(columns))

    def _redate(self, kept: Kept, moved: Redated) -> U32:
        """All instants are looked at: the range moved for everybody."""
        (number,) = kept.numbers
        number.write(moved.users, moved.dates)
        dates = number.all(self._users)
        mask = are_lately(moved.leaf, dates, self.evaluator.moment)
        return self._compared(kept, mask)

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

    def _begin(self, name: str, fresh: Fresh) -> Kept:
        """What was found from nothing is kept."""
        numbers = self._begin_numbers(fresh)
        counter = fresh.counter if numbers else None
        scales = None if counter is None else [*counter.scales]
        facts: Facts = {"scales": scales, "blank": fresh.blank}
        kept = Kept(self.state.room.truth(), numbers, facts)
        kept.truth.fill(fresh.mask)
        self.state.kept[name] = kept
        return kept

    def _begin_numbers(self, fresh: Fresh) -> list[Field]:
        """Where its numbers are kept; none where there is no room."""
        room = self.state.room
        if not fresh.kinds or not (fresh.is_alone or room.has_room(fresh.kinds)):
            return []
        numbers = room.numbers(fresh.kinds, alone=fresh.is_alone)
        for first, columns in fresh.parts:
            self._beginnings.add(numbers, first, columns)
        return numbers

    # ── memberships ───────────────────────────────────────────────────────────

    def members(self, root: Node) -> Mask:
        """User by user, whether the user is a member."""
        mask = holds(root, lambda leaf: self.answer(leaf).mask)
        return mask & self.answer(Known()).mask

    def changes(self, root: Node, standing: Truth) -> tuple[U32, Mask] | None:
        """The users who may differ from `standing`, and whether they are members.

        None when anybody may.
        """
        answers = [
            self.answer(leaf) for leaf in dict.fromkeys([*leaves(root), Known()])
        ]
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


def _is_of_events(leaf: Leaf) -> bool:
    """Whether the columns alone answer."""
    return not isinstance(leaf, AttributeTest | MemberOf | Known)


def _counter_of_any_scale(leaf: Leaf, moment: Moment) -> Counter | None:
    """The leaf's counter: what it keeps does not depend on the decimal places."""
    sums = len(leaf.aggregates) if isinstance(leaf, Measured) else 0
    return counter_of(leaf, [0] * sums, moment)
