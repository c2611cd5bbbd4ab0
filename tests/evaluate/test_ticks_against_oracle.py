"""Tick by tick, product and oracle name the same users: late, again, ahead or not.

The log of a scenario arrives in parts, with a tick after each; some ticks are skipped.
After every tick each membership is what the oracle makes of all that has arrived,
however little memory there is.
Segments that end are left out: what arrives after their end changes nothing, and the
golden cases of `expiry.yaml` say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from headcount.store.memory import WHOLE_MACHINE, Memory
from tests import oracle
from tests.evaluate.product import Step, tick_by_tick
from tests.strategies import Scenario, scenarios

TWO_ROWS = Memory(400, kept_bytes=2**30)
"""Two events may be looked at at a time: every condition is asked of parts."""

ONE_NUMBER = Memory(kept_bytes=8 * 1024)
"""One sum, or two counts, may be kept of users: other conditions are asked again."""

QUARTER = timedelta(minutes=15)
BACK = [0, 1, 4, 26, 96, 7 * 96]  # quarters of an hour between ticks


@st.composite
def histories(draw: st.DrawFn) -> tuple[Scenario, list[Step]]:
    """A scenario without segments that end, its log in parts, and their ticks."""
    scenario = draw(scenarios())
    lasting = without_end(scenario.definitions, ZoneInfo(scenario.zone))
    number, at = draw(st.integers(2, 4)), scenario.at
    steps: list[Step] = []
    for part in reversed(range(number)):
        events, records = scenario.events[part::number], scenario.records[part::number]
        steps.insert(0, Step(events, records, at))
        at -= draw(st.sampled_from(BACK)) * QUARTER
    return replace(scenario, definitions=lasting), steps


def without_end(
    definitions: Mapping[str, Mapping[str, Any]], zone: ZoneInfo
) -> dict[str, Mapping[str, Any]]:
    """The definitions that never expire and refer to none that does."""
    ending = {key for key, raw in definitions.items() if oracle.expiry(raw, zone)}
    while grown := {
        key
        for key, raw in definitions.items()
        if key not in ending
        for leaf in (leaf for rule in raw["rules"] for leaf in oracle.leaves(rule))
        if leaf.get("segment") in ending
    }:
        ending |= grown
    return {key: raw for key, raw in definitions.items() if key not in ending}


@settings(max_examples=max(20, settings().max_examples // 2))
@given(histories(), st.sampled_from([WHOLE_MACHINE, TWO_ROWS, ONE_NUMBER]))
def test_every_tick_agrees_with_oracle(
    history: tuple[Scenario, list[Step]], memory: Memory
) -> None:
    scenario, steps = history
    system = {"timezone": scenario.zone}

    arrived = Step([], [], scenario.at)
    with TemporaryDirectory() as folder:
        told = tick_by_tick(
            scenario.definitions, system, steps, folder=Path(folder), memory=memory
        )
        for step, found in zip(steps, told, strict=True):
            arrived = Step(
                [*arrived.events, *step.events],
                [*arrived.records, *step.records],
                step.at,
            )
            asked = (scenario.definitions, system, arrived.events, arrived.records)
            expected = oracle.members(*asked, step.at)
            assert found == expected, oracle.first_difference(
                found,
                expected,
                definitions=scenario.definitions,
                events=arrived.events,
                attributes=arrived.records,
            )
