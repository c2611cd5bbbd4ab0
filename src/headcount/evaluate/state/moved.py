"""What becomes of a condition that was known at the last tick: found, not yet kept.

Source: segments.md §6.1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from headcount.evaluate.full import Evaluator
from headcount.evaluate.state.changes import Reach
from headcount.evaluate.state.counters import Counter, counter_of
from headcount.evaluate.state.dates import is_dated, read_dates
from headcount.evaluate.state.delta import Delta
from headcount.evaluate.state.home import Kept
from headcount.evaluate.state.touched import asked_again
from headcount.rules.compile import AttributeTest, Known, Leaf, MemberOf
from headcount.store.columns.arrays import I64, U32, Mask


@dataclass(frozen=True)
class Counted:
    """What is added to the leaf's numbers."""

    counter: Counter
    delta: Delta


@dataclass(frozen=True)
class Asked:
    """For whom of some users, ascending, the leaf holds; for others as before."""

    users: U32
    truths: Mask


@dataclass(frozen=True)
class Everybody:
    """For whom the leaf holds."""

    mask: Mask


@dataclass(frozen=True)
class Redated:
    """The instants that some users have now; for others as before."""

    leaf: AttributeTest
    users: U32
    dates: I64


Moved = Counted | Asked | Everybody | Redated


def find_moved(
    leaf: Leaf, kept: Kept, reach: Reach, evaluator: Evaluator
) -> Moved | None:
    """What becomes of the leaf since the last tick; None: it has to be found afresh."""
    if isinstance(leaf, Known | MemberOf):
        return Everybody(evaluator.leaf(leaf))
    if is_dated(leaf):
        crowd = reach.listed(leaf.attribute)
        scene = replace(evaluator.scene, crowd=crowd)
        return Redated(leaf, crowd.codes, read_dates(leaf, scene))
    scales = kept.facts["scales"]
    if scales is not None:
        counter = counter_of(leaf, scales, evaluator.moment)
        delta = counter and counter.delta(reach, kept.numbers)
        return Counted(counter, delta) if counter and delta else None
    found = asked_again(leaf, reach, kept.truth)
    return Everybody(evaluator.leaf(leaf)) if found is None else Asked(*found)
