"""The truths of conditions at a tick, from those at the last one and what changed.

Equal to asking every condition about everybody, which is what happens for those that
are new here: a counter is moved, another condition is asked again about the users that
were touched, and the rest keep their answer.

Source: segments.md §6.1.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from headcount.evaluate.full import Evaluator, holds
from headcount.evaluate.leaves import leaf_mask
from headcount.evaluate.predicates import Moment
from headcount.evaluate.state.changes import Reach
from headcount.evaluate.state.counters import Counter, counter_of, scales_for
from headcount.evaluate.state.home import Kept, State
from headcount.evaluate.state.touched import touched_users
from headcount.rules.compile import Known, Leaf, MemberOf, Node, leaves
from headcount.store.columns.arrays import U32, Mask
from headcount.store.columns.crowd import Listed

TRUTH = "|u1"
NOBODY = np.empty(0, dtype=np.uint32)
MOST_SUM = 2**62


@dataclass(frozen=True)
class Truth:
    """Who satisfies a leaf now, user by user, and for whom that changed.

    `changed` None: nothing is known of before.
    """

    mask: Mask
    changed: U32 | None


@dataclass
class Incremental:
    """The leaves and memberships of one system, moved to the evaluator's instant.

    `state` is changed in place, leaf by leaf as they are asked for; `was` is the
    instant it stood at, None for a new one. Whoever holds it has called `begin`.
    """

    evaluator: Evaluator
    state: State
    was: Moment | None
    _truths: dict[Leaf, Truth] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """The names under which the leaves that were asked for are kept."""
        return {name_of(leaf, self.evaluator.moment) for leaf in self._truths}

    @cached_property
    def _users(self) -> int:
        return len(self.evaluator.scene.crowd)

    @cached_property
    def _reach(self) -> Reach:
        return Reach(self.evaluator.scene, self.state.position)

    def truth(self, leaf: Leaf) -> Truth:
        """The truths of the leaf; found once."""
        if leaf not in self._truths:
            self._truths[leaf] = self._find(leaf)
        return self._truths[leaf]

    def _find(self, leaf: Leaf) -> Truth:
        name = name_of(leaf, self.evaluator.moment)
        kept = self.state.kept.get(name)
        # Until it is whole again nothing is known of it: an error may come between.
        self.state.drop(name)
        if kept is None or self.was is None:
            return self._afresh(leaf, name)
        changed = self._move(leaf, kept, self.was)
        if changed is None:
            return self._afresh(leaf, name)
        self.state.kept[name] = kept
        return Truth(self._mask(kept), changed)

    def _mask(self, kept: Kept) -> Mask:
        truths: Mask = kept.arrays.columns[0][: self._users].view(np.bool_)
        return truths

    # ── moved ─────────────────────────────────────────────────────────────────

    def _move(self, leaf: Leaf, kept: Kept, was: Moment) -> U32 | None:
        """The users whose truth changed; None when it has to be found afresh."""
        self._admit(kept)
        if isinstance(leaf, Known | MemberOf):
            return self._compared(kept, self.evaluator.leaf(leaf))
        scales = kept.facts["scales"]
        if scales is not None:
            counter = counter_of(leaf, scales)
            return None if counter is None else self._count(counter, kept, was)
        crowd = touched_users(leaf, self._reach, was)
        if crowd is None:
            return self._compared(kept, self.evaluator.leaf(leaf))
        return self._asked_again(leaf, kept, crowd)

    def _admit(self, kept: Kept) -> None:
        """Users who are new have the truth of one without any event or attribute."""
        new = np.arange(self.state.users, self._users, dtype=np.uint32)
        if len(new) and kept.facts["blank"]:
            self._set(kept, new, np.ones(len(new), dtype=np.bool_))

    def _count(self, counter: Counter, kept: Kept, was: Moment) -> U32 | None:
        delta = counter.delta(self._reach, was)
        if delta is None:
            return None
        columns = []
        for i, added in enumerate(delta.columns, start=1):
            values = kept.arrays.columns[i][delta.users].astype(np.int64) + added
            if len(values) and np.abs(values).max() > MOST_SUM:
                return None
            kept.checksum += kept.arrays.set(i, delta.users, values)
            columns.append(values)
        return self._told(kept, delta.users, counter.holds(columns))

    def _asked_again(self, leaf: Leaf, kept: Kept, crowd: Listed) -> U32:
        if not len(crowd):
            return NOBODY
        scene = replace(self.evaluator.scene, crowd=crowd)
        return self._told(kept, crowd.codes, leaf_mask(leaf, scene))

    def _compared(self, kept: Kept, mask: Mask) -> U32:
        users = np.flatnonzero(mask != self._mask(kept)).astype(np.uint32)
        self._set(kept, users, mask[users])
        return users

    def _told(self, kept: Kept, users: U32, truths: Mask) -> U32:
        """The truths of the users are these; returns those who had another."""
        changed = truths != self._mask(kept)[users]
        flipped: U32 = users[changed]
        self._set(kept, flipped, truths[changed])
        return flipped

    def _set(self, kept: Kept, users: U32, truths: Mask) -> None:
        kept.checksum += kept.arrays.set(0, users, truths.astype(np.int64))

    # ── afresh ────────────────────────────────────────────────────────────────

    def _afresh(self, leaf: Leaf, name: str) -> Truth:
        """The leaf is asked about everybody, and kept."""
        scenes = [
            replace(self.evaluator.scene, crowd=crowd)
            for crowd in self.evaluator.crowds(leaf)
        ]
        counter = counter_of(leaf, scales_for(leaf, scenes))
        parts = [counter.fresh(scene) if counter else None for scene in scenes]
        whole = [part for part in parts if part is not None]
        if counter is None or len(whole) < len(parts):
            mask = self.evaluator.leaf(leaf)
            self._keep(name, [], {"scales": None, "blank": self._blank(leaf)}, [mask])
            return Truth(mask, None)
        columns = [np.concatenate(several) for several in zip(*whole, strict=True)]
        mask = counter.holds(columns)
        facts = {"scales": list(counter.scales), "blank": self._blank(leaf)}
        self._keep(name, counter.kinds, facts, [mask, *columns])
        return Truth(mask, None)

    def _blank(self, leaf: Leaf) -> bool:
        """Whether the leaf holds for one without any event or attribute."""
        if isinstance(leaf, Known | MemberOf):
            return False
        nobody = Listed(np.array([self._users], dtype=np.uint32))
        scene = replace(self.evaluator.scene, crowd=nobody)
        return bool(leaf_mask(leaf, scene)[0])

    def _keep(
        self, name: str, kinds: list[str], facts: dict[str, Any], columns: list[Any]
    ) -> None:
        kept = self.state.keep(name, [TRUTH, *kinds], facts)
        for i, column in enumerate(columns):
            kept.checksum += kept.arrays.fill(i, column)

    # ── memberships ───────────────────────────────────────────────────────────

    def members(self, root: Node) -> Mask:
        """User by user, whether the user is a member."""
        mask = holds(root, lambda leaf: self.truth(leaf).mask)
        return mask & self.truth(Known()).mask

    def changes(self, root: Node, standing: Mask) -> tuple[U32, Mask] | None:
        """The users who may differ from `standing`, and whether they are members.

        None when anybody may.
        """
        truths = [self.truth(leaf) for leaf in {*leaves(root), Known()}]
        changed = [truth.changed for truth in truths]
        if any(users is None for users in changed):
            return None
        users = np.unique(np.concatenate([NOBODY, *filter(_is_some, changed)]))
        is_member = holds(root, lambda leaf: self.truth(leaf).mask[users])
        is_member = is_member & self.truth(Known()).mask[users]
        differs = is_member != standing[users]
        return users[differs], is_member[differs]


def _is_some(users: U32 | None) -> bool:
    return users is not None


def name_of(leaf: Leaf, moment: Moment) -> str:
    """A name for what is kept of the leaf: another meaning has another name."""
    text = f"{moment.tz.key} {leaf!r}"
    return f"leaf {hashlib.sha256(text.encode()).hexdigest()}"
