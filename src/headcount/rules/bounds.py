"""The resolved UTC bounds of a plan's ranges: what a run records, and `why` shows.

Source: segments.md §3 and §6.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from headcount.clock import to_text
from headcount.rules import ranges
from headcount.rules.compile import (
    ActivePeriods,
    FirstEver,
    Leaf,
    Measured,
    Ordered,
    Plan,
    leaves,
)


@dataclass(frozen=True, slots=True)
class LeafBounds:
    """The bounds of the leaf at `position` among the plan's leaves, left to right."""

    position: int
    bounds: ranges.Bounds

    def to_json(self) -> dict[str, object]:
        """As a run records it; a start of null is the beginning."""
        return {"condition": self.position + 1, **bounds_to_json(self.bounds)}


def plan_bounds(plan: Plan, at: datetime, tz: ZoneInfo) -> list[LeafBounds]:
    """The bounds of every leaf that looks at events, at `at`."""
    found = (
        (position, leaf_bounds(leaf, at, tz))
        for position, leaf in enumerate(leaves(plan.root))
    )
    return [LeafBounds(position, one) for position, one in found if one is not None]


def leaf_bounds(leaf: Leaf, at: datetime, tz: ZoneInfo) -> ranges.Bounds | None:
    """What the leaf's range means at `at`; None for a leaf without one."""
    match leaf:
        case Measured() | FirstEver() | Ordered():
            return ranges.resolve(leaf.date_range, at, tz)
        case ActivePeriods():
            periods = ranges.active_periods(leaf.active, at, tz)
            return ranges.Bounds(periods[-1].start, periods[0].end)
        case _:
            return None


def bounds_to_json(bounds: ranges.Bounds) -> dict[str, object]:
    """`start` and `end` in ISO 8601 UTC; a start of null is the beginning."""
    start = bounds.start
    return {
        "start": None if start is None else to_text(start),
        "end": to_text(bounds.end),
    }
