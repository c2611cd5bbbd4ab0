"""The product asked as the oracle is: the same arguments in, the same sets out.

Everything in between is what users run: definitions go through YAML, events through
NDJSON and ingest, memberships through ticks. The ticks are the instants at which some
segment ends, in order, and then the one that is asked about, so that a reference to a
segment and the segment it stands in are seen at the same instant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from headcount.definitions.load import Loaded, load_definitions
from headcount.definitions.settings import Limits, Settings, Source, System
from headcount.evaluate.tick import evaluate_tick
from headcount.ingest.sources import ingest_sources
from headcount.rules.ranges import expiry
from headcount.store import membership
from headcount.store.memory import WHOLE_MACHINE, Memory
from headcount.store.warehouse import Warehouse
from tests.oracle import Definition, Event, Record

SYSTEM = "system"
NO_LIMITS = Limits(segments=None, users=None, conditions=None)
INSTANT_KEYS = {"from", "to", "before", "after", "evaluation_end"}
INSTANT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d[^ ]*)?$")


class RefusedError(Exception):
    """The product did not take what the oracle was asked about."""


@dataclass(frozen=True, slots=True)
class Step:
    """What arrives before a tick, and the instant of the tick."""

    events: Sequence[Event]
    records: Sequence[Record]
    at: datetime


def evaluate_with_product(
    definitions: Mapping[str, Definition],
    system: Mapping[str, Any],
    events: Iterable[Event],
    attributes: Iterable[Record],
    *,
    at: datetime,
    folder: Path,
    files: int = 1,
) -> dict[str, set[str]]:
    """Name the members of every definition at `at`, as `oracle.members` does.

    The log comes in so many `files`, each going on where the one before ended.
    """
    settings = settings_of(system)
    loaded = load(definitions, settings, folder / "segments")
    with Warehouse.in_memory() as warehouse:
        lines = [*map(event_line, events), *map(record_line, attributes)]
        write_log(lines, folder, files=files)
        ingest(warehouse, settings, folder)
        for tick in ticks_until(at, loaded, settings.systems[SYSTEM].timezone):
            evaluate(warehouse, loaded, settings, folder=folder, at=tick)
        return members_at(warehouse, definitions, at)


def tick_by_tick(
    definitions: Mapping[str, Definition],
    system: Mapping[str, Any],
    steps: Iterable[Step],
    *,
    folder: Path,
    memory: Memory = WHOLE_MACHINE,
) -> Iterator[dict[str, set[str]]]:
    """Name the members after each step, in one store that goes on living."""
    settings = settings_of(system)
    loaded = load(definitions, settings, folder / "segments")
    with Warehouse.in_memory() as warehouse:
        warehouse.memory = memory
        for number, step in enumerate(steps):
            lines = [*map(event_line, step.events), *map(record_line, step.records)]
            write_file(lines, folder / f"log-{number}.ndjson")
            ingest(warehouse, settings, folder)
            evaluate(warehouse, loaded, settings, folder=folder, at=step.at)
            yield members_at(warehouse, definitions, step.at)


def members_at(
    warehouse: Warehouse, segment_ids: Iterable[str], at: datetime
) -> dict[str, set[str]]:
    """Name the members of each segment at `at`, as the store has them."""
    return {
        segment_id: set(
            membership.read_members(warehouse, segment_id, at)["user_id"].to_list()
        )
        for segment_id in segment_ids
    }


def settings_of(system: Mapping[str, Any]) -> Settings:
    """One system without limits, and one source that takes events of any date."""
    zone = ZoneInfo(system["timezone"])
    source = Source("log", SYSTEM, "log-*.ndjson", "native", max_ahead=None)
    return Settings({SYSTEM: System(SYSTEM, zone, limits=NO_LIMITS)}, (source,), {})


def load(
    definitions: Mapping[str, Definition], settings: Settings, folder: Path
) -> Loaded:
    """The definitions, written to files and read back; a fault raises."""
    folder.mkdir(parents=True)
    for segment_id, definition in definitions.items():
        text = as_yaml({"name": segment_id, "system": SYSTEM, **definition})
        (folder / f"{segment_id}.yaml").write_text(text, encoding="utf-8")
    loaded = load_definitions(folder, settings)
    if loaded.faults:
        raise RefusedError("\n".join(map(str, loaded.faults)))
    return loaded


def write_log(lines: Sequence[str], folder: Path, *, files: int) -> None:
    """The lines stand in files, in order."""
    size = len(lines) // files + 1
    for number in range(files):
        part = lines[number * size : (number + 1) * size]
        write_file(part, folder / f"log-{number}.ndjson")


def write_file(lines: Iterable[str], path: Path) -> None:
    """The lines stand in one file, each ended."""
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def ingest(warehouse: Warehouse, settings: Settings, folder: Path) -> None:
    """The log is in the store; a file or a row that is refused raises."""
    report = ingest_sources(warehouse, settings, folder, now=datetime.now(UTC))
    if report.refused or report.rejected:
        raise RefusedError(json.dumps(report.to_json()))


def ticks_until(at: datetime, loaded: Loaded, zone: ZoneInfo) -> list[datetime]:
    """The instants before `at` at which a segment ends, and `at`."""
    ends = [expiry(one.definition, zone) for one in loaded.definitions]
    return sorted({end for end in ends if end is not None and end < at} | {at})


def evaluate(
    warehouse: Warehouse,
    loaded: Loaded,
    settings: Settings,
    *,
    folder: Path,
    at: datetime,
) -> None:
    """The tick at `at` is done; a segment that failed raises."""
    report = evaluate_tick(
        warehouse, loaded, settings.systems, folder=folder / "snapshots", at=at, now=at
    )
    failed = [one for one in report.segments if one.status == "Failed"]
    if failed or report.faults:
        raise RefusedError("\n".join(map(str, (*failed, *report.faults))))


def event_line(event: Event) -> str:
    """An event as NDJSON, its numbers in the form they were given."""
    line = {
        "user_id": event.user,
        "event": event.event,
        "timestamp": event.at.isoformat(),
        "properties": event.properties,
    }
    if event.event_id is not None:
        line["event_id"] = event.event_id
    return as_json(line)


def record_line(record: Record) -> str:
    """An attribute record as NDJSON."""
    return as_json(
        {
            "type": "attributes",
            "user_id": record.user,
            "timestamp": record.at.isoformat(),
            "attributes": record.attributes,
        }
    )


def as_json(value: Any) -> str:
    """JSON in which a decimal keeps its digits, its zeros and its exponent."""
    if isinstance(value, Mapping):
        items = (f"{as_json(key)}: {as_json(inner)}" for key, inner in value.items())
        return "{" + ", ".join(items) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_json, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


def as_yaml(value: Any, key: str = "") -> str:
    """YAML in flow style: JSON, but numbers without exponents and instants bare."""
    if isinstance(value, Mapping):
        items = (f"{quoted(name)}: {as_yaml(value[name], name)}" for name in value)
        return "{" + ", ".join(items) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_yaml, value)) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    if not isinstance(value, str):
        return as_json(value)
    return value if key in INSTANT_KEYS and INSTANT.match(value) else quoted(value)


def quoted(text: str) -> str:
    """A YAML scalar in double quotes, in ASCII: YAML knows no surrogate pairs."""
    escaped = (
        json.dumps(one)[1:-1] if one.isascii() else f"\\U{ord(one):08x}" for one in text
    )
    return '"' + "".join(escaped) + '"'
