"""What a condition is for everybody, found from nothing, several of them at a time.

Source: segments.md §6.1. Results are whole numbers and truths, so they do not depend on
which thread finds what.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from headcount.evaluate.full import Evaluator
from headcount.evaluate.leaves import Scene, leaf_mask
from headcount.evaluate.measures import Column
from headcount.evaluate.predicates import holds_when_missing
from headcount.evaluate.state.counters import Counter, counter_of, scales_for
from headcount.evaluate.state.records import kind_for
from headcount.rules.compile import AttributeTest, Known, Leaf, MemberOf
from headcount.store.columns.arrays import Mask
from headcount.store.columns.crowd import Listed

THREADS = len(os.sched_getaffinity(0))
AHEAD = 2 * THREADS
"""Conditions that are found before they are asked for."""

NOBODY_HAS = np.zeros(1, dtype=np.int64)


@dataclass(frozen=True)
class Fresh:
    """For whom a leaf holds, and whether for one without any event or attribute.

    Where it is counted up, `parts` has the numbers of all users, the first user's code
    and the columns from that one on; `kinds` says how each column can be kept.
    """

    mask: Mask
    blank: bool
    counter: Counter | None = None
    kinds: Sequence[str] = ()
    parts: Sequence[tuple[int, Sequence[Column]]] = ()


def find_fresh(leaf: Leaf, evaluator: Evaluator) -> Fresh:
    """The leaf, asked about everybody."""
    crowds = evaluator.crowds(leaf)
    scenes = [replace(evaluator.scene, crowd=crowd) for crowd in crowds]
    counter = counter_of(leaf, scales_for(leaf, scenes), evaluator.moment)
    if counter is not None:
        counted = _counted(counter, scenes)
        if counted is not None:
            return counted
    return Fresh(evaluator.leaf(leaf), _is_blank(leaf, evaluator.scene))


def _counted(counter: Counter, scenes: Sequence[Scene]) -> Fresh | None:
    """The leaf counted up; None: a number does not fit."""
    parts, masks, kinds = [], [], counter.kinds
    for scene in scenes:
        columns = counter.fresh(scene)
        if columns is None:
            return None
        parts.append((scene.crowd.first, columns))
        masks.append(counter.holds(columns))
        longer = [*map(kind_for, kinds, columns)]
        kinds = [kind for kind in longer if kind is not None]
        if len(kinds) < len(longer):
            return None
    blank = bool(counter.holds([NOBODY_HAS for _ in counter.kinds])[0])
    return Fresh(np.concatenate(masks), blank, counter, kinds, parts)


def _is_blank(leaf: Leaf, scene: Scene) -> bool:
    """Whether the leaf holds for one without any event or attribute."""
    if isinstance(leaf, Known | MemberOf):
        return False
    if isinstance(leaf, AttributeTest):
        return holds_when_missing(leaf.predicate)
    nobody = Listed(np.array([scene.size], dtype=np.uint32))
    return bool(leaf_mask(leaf, replace(scene, crowd=nobody))[0])


@dataclass
class Finder:
    """Finds leaves, and meanwhile those that are likely to be asked for next."""

    evaluator: Evaluator
    _announced: dict[Leaf, Future[Fresh] | None] = field(default_factory=dict)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(THREADS, thread_name_prefix="leaf")

    def announce(self, leaves: Iterable[Leaf]) -> None:
        """These leaves will be asked for, most likely in this order."""
        history = self.evaluator.history
        if not history.has_columns:
            return  # the connection of the store serves one thread
        history.codes_of(())  # what all threads look at is there before they are
        self._announced |= dict.fromkeys(filter(_is_of_events, leaves))

    def find(self, leaf: Leaf) -> Fresh:
        """The leaf, asked about everybody."""
        future = self._announced.pop(leaf, None)
        for other in [*self._announced][:AHEAD]:
            if self._announced[other] is None:
                found = self._pool.submit(find_fresh, other, self.evaluator)
                self._announced[other] = found
        return find_fresh(leaf, self.evaluator) if future is None else future.result()

    def end(self) -> None:
        """Nothing is looked for any more."""
        self._announced = {}
        self._pool.shutdown(cancel_futures=True)


def _is_of_events(leaf: Leaf) -> bool:
    """Whether the columns alone answer."""
    return not isinstance(leaf, AttributeTest | MemberOf | Known)
