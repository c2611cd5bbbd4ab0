"""Distinct events, in an order that never goes back, tried against every assignment."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise, permutations
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from headcount.definitions.times import EXACT_SECONDS, AllTime, Duration, Unit
from headcount.evaluate.predicates import Moment
from headcount.evaluate.sequences import can_follow, deadlines
from headcount.rules import ranges
from headcount.rules.compile import Ordered
from headcount.rules.micros import from_micros, to_micros

ZONE = ZoneInfo("Europe/Berlin")
AT = datetime(2024, 5, 1, tzinfo=UTC)

Events = list[tuple[int, set[int]]]

EXACT = st.sampled_from(sorted(EXACT_SECONDS))
STARTS = st.datetimes(timezones=st.just(UTC)).map(to_micros)

EVENTS = st.lists(st.tuples(st.integers(0, 3), st.sets(st.integers(0, 2))), max_size=6)


def brute_force(events: Events, n_steps: int, within: int) -> bool:
    """Whether some choice of distinct events, one a step, is in order and in time."""
    return any(
        all(step in steps for step, (_, steps) in enumerate(chosen))
        and all(a[0] <= b[0] for a, b in pairwise(chosen))
        and chosen[-1][0] - chosen[0][0] <= within
        for chosen in permutations(events, n_steps)
    )


@given(start=STARTS, amount=st.integers(1, 26_000), unit=EXACT)
def test_exact_deadlines_are_those_of_the_calendar(
    start: int, amount: int, unit: Unit
) -> None:
    within = Duration(amount, unit)
    leaf = Ordered((), AllTime(), within, None)
    end = ranges.after(from_micros(start), within, ZONE)

    assert deadlines(pl.Series([start]), leaf, Moment(AT, ZONE))[0] == to_micros(end)


@given(events=EVENTS, n_steps=st.integers(1, 3), within=st.integers(0, 3))
def test_following_is_what_brute_force_finds(
    events: Events, n_steps: int, within: int
) -> None:
    instants: dict[int, list[set[int]]] = {}
    for at, steps in sorted(events, key=lambda event: event[0]):
        instants.setdefault(at, []).append(steps)

    found = can_follow(list(instants.items()), n_steps, lambda start: start + within)

    assert found == brute_force(events, n_steps, within)
