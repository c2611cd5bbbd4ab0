"""What decided a condition, as short lines for a person.

The shapes are those of `evaluate.evidence`; a fact without words of its own is said by
its name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from headcount.clock import parse_instant
from headcount.evaluate.evidence import Evidence
from headcount.wording import plural, printable, to_words

SHOWN = 5
QUIET = {"known", "match"}  # said by the sentence of the node, unless they are false


def evidence_lines(evidence: Evidence) -> Iterator[str]:
    """One line a fact, events after the figures they explain."""
    if evidence.get("known") is False:
        yield "not a known user at this instant"
    if "value" in evidence:
        yield _value(evidence)
        return
    for name, value in evidence.items():
        if name in QUIET:
            continue
        say = _WORDS.get(name)
        yield from say(value) if say else [f"{name}: {_plain(value)}"]


def _value(evidence: Evidence) -> str:
    if evidence["at"] is None:
        return "never set"
    value = json.dumps(evidence["value"], ensure_ascii=False, default=str)
    return f"{printable(value)} since {_instant(evidence['at'])}"


def _range(bounds: Evidence) -> Iterator[str]:
    start = bounds["start"]
    begins = "the beginning" if start is None else _instant(start)
    yield f"from {begins} to {_instant(bounds['end'])}"


def _count(count: int) -> Iterator[str]:
    yield f"found {plural(count, 'event')}"


def _events(events: Sequence[Evidence]) -> Iterator[str]:
    for event in events[:SHOWN]:
        properties = json.dumps(event["properties"], ensure_ascii=False, default=str)
        told = "" if properties == "{}" else f" {properties}"
        yield printable(f"{_instant(event['at'])} {event['event']}{told}")
    if len(events) > SHOWN:
        yield f"… {len(events) - SHOWN} more (`headcount why --json` shows them)"


def _first_at(at: str | None) -> Iterator[str]:
    yield "never happened" if at is None else f"first at {_instant(at)}"


def _steps(steps: Sequence[Evidence]) -> Iterator[str]:
    for number, step in enumerate(steps, start=1):
        yield f"step {number}: {plural(step['count'], 'event')}"
        yield from (f"  {line}" for line in _events(step["events"]))


def _steps_reached(count: int) -> Iterator[str]:
    yield f"reached step {count}" if count else "reached no step"


def _periods(periods: Sequence[Evidence]) -> Iterator[str]:
    for period in periods:
        (bounds,) = _range(period)
        yield f"{bounds}: {plural(period['count'], 'event')}"


def _segment(segment_id: str) -> Iterator[str]:
    yield f"`headcount why {segment_id} …` tells why"


def _instant(text: str) -> str:
    return to_words(parse_instant(text))


def _plain(value: object) -> str:
    return "none" if value is None else printable(str(value))


_WORDS: dict[str, Callable[[Any], Iterator[str]]] = {
    "range": _range,
    "count": _count,
    "events": _events,
    "first_at": _first_at,
    "steps": _steps,
    "steps_reached": _steps_reached,
    "periods": _periods,
    "segment": _segment,
}
