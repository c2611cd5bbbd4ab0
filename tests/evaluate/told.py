"""Histories written by hand: what arrives, a tick, and who is in by the oracle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from headcount.store.memory import WHOLE_MACHINE, Memory
from tests import oracle
from tests.evaluate.product import Step, tick_by_tick
from tests.oracle import Definition, Event

NO_NUMBERS = Memory(kept_bytes=0)
"""Only truths may be kept: conditions are asked again of those who were touched."""

MEMORIES = (WHOLE_MACHINE, NO_NUMBERS)


def utc(text: str) -> datetime:
    """The UTC instant that ISO 8601 text without an offset names."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def did(user: str, event: str, at: str, **properties: Any) -> Event:
    """An event of its own, also beside an equal one."""
    number = f"{user} {event} {at} {sorted(properties.items())}"
    return Event(user, event, utc(at), number, properties)


def told(
    rule: Definition,
    *arrivals: tuple[str, Sequence[Event]],
    zone: str = "UTC",
) -> list[str]:
    """Who satisfies the rule after each arrival's tick, as letters: `ab`, then `b`.

    Raises AssertionError where the product says otherwise than the oracle, however
    little it may keep.
    """
    steps = [Step(events, [], utc(at)) for at, events in arrivals]
    expected = expected_members({"it": {"rules": [rule]}}, steps, zone)
    for memory in MEMORIES:
        assert found_members({"it": {"rules": [rule]}}, steps, zone, memory) == expected
    return ["".join(sorted(one["it"])) for one in expected]


def expected_members(
    definitions: dict[str, Definition], steps: Sequence[Step], zone: str
) -> list[dict[str, set[str]]]:
    """The members after each step, as the oracle has them."""
    arrived: list[Event] = []
    expected = []
    for step in steps:
        arrived += step.events
        found = oracle.members(definitions, {"timezone": zone}, arrived, [], step.at)
        expected.append(found)
    return expected


def found_members(
    definitions: dict[str, Definition], steps: Sequence[Step], zone: str, memory: Memory
) -> list[dict[str, set[str]]]:
    """The members after each step, as ticks tell them."""
    with TemporaryDirectory() as folder:
        return [
            *tick_by_tick(
                definitions,
                {"timezone": zone},
                steps,
                folder=Path(folder),
                memory=memory,
            )
        ]
