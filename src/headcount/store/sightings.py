"""The catalogue: which events, properties and attributes a log holds, since when.

Source: interface.md §3 (`events`). It is kept in the transaction that adds rows, so it
is right at every commit; whoever takes rows out again counts anew. No history is read
to answer from it. Examples are canonical JSON text, the first values in ingest order,
cut where they are long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from headcount.store.warehouse import Warehouse

EXAMPLES = 10  # first values that are kept; often they repeat
CHARACTERS = 80  # of an example
MOST_PROPERTIES = 1_000  # of one event name: ids used as keys would be endless


@dataclass(frozen=True, slots=True)
class SeenAttribute:
    """A top-level key: of attributes, or of one event's properties."""

    name: str
    count: int
    first_at: datetime
    last_at: datetime
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event name of a system, and its properties by name."""

    event: str
    count: int
    first_at: datetime
    last_at: datetime
    properties: tuple[SeenAttribute, ...]


@dataclass(frozen=True, slots=True)
class SeenSystem:
    """What the log of one system holds, by name."""

    system: str
    events: tuple[SeenEvent, ...]
    attributes: tuple[SeenAttribute, ...]


def see_rows(warehouse: Warehouse, *, system_code: int, from_position: int) -> None:
    """The catalogue counts the rows from `from_position` on; it did not before."""
    since = {"system_code": system_code, "from_position": from_position}
    examples = {"examples": EXAMPLES}
    cut = {**examples, "characters": CHARACTERS}
    warehouse.execute("sightings/see_events", since)
    warehouse.execute("sightings/gather_properties", since | examples)
    most = {"most": MOST_PROPERTIES}
    warehouse.execute("sightings/see_properties", since | cut | most)
    warehouse.execute("sightings/see_attributes", since | cut)


def see_anew(warehouse: Warehouse, *, system_code: int) -> None:
    """The catalogue of a system is what its rows say, after some were taken out.

    Reads the system's whole history.
    """
    for name in ("events", "properties", "attributes"):
        warehouse.execute(f"sightings/forget_{name}", {"system_code": system_code})
    see_rows(warehouse, system_code=system_code, from_position=0)


def read_seen(warehouse: Warehouse) -> tuple[SeenSystem, ...]:
    """The whole catalogue, by system; a system without any row is left out."""
    properties: dict[tuple[str, str], list[SeenAttribute]] = {}
    for system, event, *row in warehouse.rows("sightings/properties"):
        properties.setdefault((system, event), []).append(_attribute(row))
    events: dict[str, list[SeenEvent]] = {}
    for system, event, count, first_at, last_at in warehouse.rows("sightings/events"):
        own = tuple(properties.get((system, event), ()))
        one = SeenEvent(event, count, first_at, last_at, own)
        events.setdefault(system, []).append(one)
    attributes: dict[str, list[SeenAttribute]] = {}
    for system, *row in warehouse.rows("sightings/attributes"):
        attributes.setdefault(system, []).append(_attribute(row))
    return tuple(
        SeenSystem(
            system, tuple(events.get(system, ())), tuple(attributes.get(system, ()))
        )
        for system in sorted(events.keys() | attributes.keys())
    )


def read_attribute_names(warehouse: Warehouse, system: str) -> set[str]:
    """The top-level keys that attributes of the system have had."""
    rows = warehouse.rows("sightings/attributes")
    return {key for seen_in, key, *_ in rows if seen_in == system}


def _attribute(row: Sequence[Any]) -> SeenAttribute:
    name, count, first_at, last_at, examples = row
    return SeenAttribute(name, count, first_at, last_at, tuple(dict.fromkeys(examples)))
