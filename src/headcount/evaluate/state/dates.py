"""Attributes that satisfy `within_last`: kept is the instant in the value of each user.

Who satisfies the condition changes with the instant of evaluation alone; the instants
change only with a new record.

Source: segments.md §2, "Predicates".
"""

from __future__ import annotations

from typing import TypeGuard

import numpy as np

from headcount.evaluate.instants import EARLIEST_US
from headcount.evaluate.leaves import Scene
from headcount.evaluate.predicates import Moment, instants_to_date, lately
from headcount.rules.compile import AttributeTest, Leaf
from headcount.store.columns.arrays import I64, AnyArray, Mask

DATE = "<i8"
NO_DATE = 0
FIRST_DATE = 1 - EARLIEST_US
"""What is added to an instant, so that every one is above `NO_DATE`."""


def is_dated(leaf: Leaf) -> TypeGuard[AttributeTest]:
    """Whether the leaf asks how long ago an attribute's instant is."""
    return isinstance(leaf, AttributeTest) and leaf.predicate.within_last is not None


def read_dates(leaf: AttributeTest, scene: Scene) -> I64:
    """One number a user of the crowd: `NO_DATE` for whom the leaf can never hold."""
    who, coded = scene.attribute(leaf.attribute)
    instants = instants_to_date(leaf.predicate, coded.values, scene.moment)
    dates = np.full(scene.size, NO_DATE, dtype=np.int64)
    dates[who] = coded.gather((instants + FIRST_DATE).fill_null(NO_DATE))
    return dates


def are_lately(leaf: AttributeTest, dates: AnyArray, moment: Moment) -> Mask:
    """User by user, whether the leaf holds at the moment."""
    start, end = lately(leaf.predicate, moment)
    first = max(start + FIRST_DATE, NO_DATE + 1)
    answer: Mask = (dates >= first) & (dates < end + FIRST_DATE)
    return answer
