"""Few users, few instants, and edges everywhere: every tick is as the oracle says.

The scenarios of all kinds (`test_ticks_against_oracle.py`) seldom have two events at
one instant, a length exactly kept, or a day whose last event leaves. Here most do.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evaluate.product import Step
from tests.evaluate.told import MEMORIES, expected_members, found_members, utc
from tests.oracle import Definition, Event

from headcount.store.memory import Memory

STEPS = [{"event": "x", "where": {"v": [1, 2]}}, {"event": "y"}]
LATELY = "last 3 days"

RULES: dict[str, dict[str, Any]] = {
    "first": {"event": "x", "first": True, "date_range": LATELY},
    "first-where": {"event": ["x", "y"], "first": True, "where": {"v": 1}},
    "first-day": {
        "event": "x",
        "first": True,
        "where": {"v": {"is_not": 2}},
        "date_range": "yesterday",
    },
    "days": {"event": "x", "days": {"gte": 2}, "date_range": LATELY},
    "days-few": {"event": "*", "days": {"lt": 3}, "date_range": "this week"},
    "days-ever": {"event": "*", "days": 3, "where": {"v": [1, 2]}},
    "days-and": {
        "event": "*",
        "days": {"gte": 2},
        "count": {"lte": 5},
        "sum": {"of": "v", "gte": 4},
        "date_range": {"from": "3 days ago", "to": "6 hours ago"},
    },
    "kinds": {"event": "x", "distinct": {"of": "v", "gte": 2}, "date_range": LATELY},
    "kinds-few": {"event": "x", "distinct": {"of": "v", "lt": 2}, "date_range": LATELY},
    "kinds-some": {"event": "*", "distinct": {"of": "v", "ne": 2}},
    "kinds-days": {
        "event": "*",
        "distinct": {"of": "v", "gt": 1},
        "days": {"gt": 1},
        "date_range": LATELY,
    },
    "order": {"sequence": STEPS, "date_range": LATELY},
    "order-soon": {"sequence": STEPS, "date_range": LATELY, "within": "6 hours"},
    "order-same": {"sequence": STEPS, "within": "1 day", "same": "v"},
    "order-twice": {
        "sequence": [{"event": "x"}, {"event": ["x", "y"]}, {"event": "x"}],
        "date_range": "yesterday",
        "within": "12 hours",
    },
    "order-month": {"sequence": STEPS, "date_range": LATELY, "within": "1 month"},
}
DEFINITIONS: dict[str, Definition] = {
    name: {"rules": [rule]} for name, rule in RULES.items()
}

ZONES = {
    # From an hour before a midnight at which the clocks were turned.
    "UTC": "2024-05-05T23:00",
    "Europe/Berlin": "2024-03-30T22:00",
    "America/St_Johns": "2006-10-29T01:30",  # back from 00:01
    "Pacific/Apia": "2011-12-29T09:00",  # a day that does not exist
}
FORWARD = [0, 1, 1, 4, 12, 24, 96, 700]  # quarters of an hour


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, list[Step]]:
    """A zone, and what arrives before each of some ticks."""
    zone = draw(st.sampled_from(sorted(ZONES)))
    start, steps = utc(ZONES[zone]), []
    at = start + timedelta(days=3)
    instants = [start + timedelta(hours=hours) for hours in [*range(0, 85, 6), 1, 2]]
    for number in range(draw(st.integers(2, 6))):
        at += draw(st.sampled_from(FORWARD)) * timedelta(minutes=15)
        near = [at - timedelta(hours=hours) for hours in (0, 6, 24, 72, 78)]
        arrived = [
            Event(
                draw(st.sampled_from("abc")),
                draw(st.sampled_from("xxyz")),
                draw(st.sampled_from([*instants, *near])),
                f"{number} {i}",
                {"v": draw(st.integers(1, 3))},
            )
            for i in range(draw(st.integers(0, 8)))
        ]
        steps.append(Step(arrived, [], at))
    return zone, steps


@settings(max_examples=max(20, settings().max_examples // 2))
@given(histories(), st.sampled_from(MEMORIES))
def test_every_tick_is_as_the_oracle_says(
    history: tuple[str, list[Step]], memory: Memory
) -> None:
    zone, steps = history

    found = found_members(DEFINITIONS, steps, zone, memory)

    assert found == expected_members(DEFINITIONS, steps, zone)
