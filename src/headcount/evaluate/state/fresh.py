"""What a condition is for everybody, found from nothing.

Source: segments.md §6.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from headcount.evaluate.full import Evaluator
from headcount.evaluate.leaves import Scene, leaf_mask
from headcount.evaluate.measures import Column
from headcount.evaluate.predicates import holds_when_missing
from headcount.evaluate.state.counters import Counter, counter_of, scales_for
from headcount.evaluate.state.dates import DATE, are_lately, is_dated, read_dates
from headcount.evaluate.state.records import kind_for
from headcount.rules.compile import AttributeTest, Known, Leaf, MemberOf
from headcount.store.columns.arrays import Mask
from headcount.store.columns.crowd import Listed

NOBODY_HAS = np.zeros(1, dtype=np.int64)


@dataclass(frozen=True)
class Fresh:
    """For whom a leaf holds, and whether for one without any event or attribute.

    Where it is counted up, `parts` has the numbers of all users, the first user's code
    and the columns from that one on; `kinds` says how each column can be kept, and
    `is_alone` that all of one are read at a time.
    """

    mask: Mask
    blank: bool
    counter: Counter | None = None
    kinds: Sequence[str] = ()
    parts: Sequence[tuple[int, Sequence[Column]]] = ()
    is_alone: bool = False


def find_fresh(leaf: Leaf, evaluator: Evaluator) -> Fresh:
    """The leaf, asked about everybody."""
    if is_dated(leaf):
        return _dated(leaf, evaluator.scene)
    crowds = evaluator.crowds(leaf)
    scenes = [replace(evaluator.scene, crowd=crowd) for crowd in crowds]
    counter = counter_of(leaf, scales_for(leaf, scenes), evaluator.moment)
    if counter is not None:
        counted = _counted(counter, scenes)
        if counted is not None:
            return counted
    return Fresh(evaluator.leaf(leaf), _is_blank(leaf, evaluator.scene))


def _dated(leaf: AttributeTest, scene: Scene) -> Fresh:
    dates = read_dates(leaf, scene)
    mask = are_lately(leaf, dates, scene.moment)
    parts = [(scene.crowd.first, [dates])]
    return Fresh(mask, blank=False, kinds=[DATE], parts=parts, is_alone=True)


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
