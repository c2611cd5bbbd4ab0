"""What decided a leaf for one user: the events, or the attribute and its time.

Every leaf kind has one small function. Events are shown oldest first, at most SHOWN of
them; the number found is always exact.

Source: interface.md §3 (`why`).
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, assert_never

import polars as pl

from headcount.canonical import shortest_decimal
from headcount.clock import to_text
from headcount.evaluate.leaves import (
    Scene,
    active_rows,
    first_rows,
    local_day,
    measured_rows,
)
from headcount.evaluate.matching import matching, property_values
from headcount.evaluate.sequences import furthest_step, read_steps
from headcount.evaluate.values import exact_number
from headcount.rules import ranges
from headcount.rules.bounds import bounds_to_json, leaf_bounds
from headcount.rules.compile import (
    ActivePeriods,
    AttributeTest,
    FirstEver,
    Known,
    Leaf,
    Measured,
    MemberOf,
    Ordered,
)
from headcount.rules.micros import from_micros
from headcount.store.history import parse_exactly, property_column

SHOWN = 20

Evidence = dict[str, Any]


def leaf_evidence(leaf: Leaf, scene: Scene) -> Evidence:
    """What decided `leaf` for the one user that the scene's history is narrowed to."""
    match leaf:
        case Measured():
            found = _measured(leaf, scene)
        case FirstEver():
            found = _first_ever(leaf, scene)
        case ActivePeriods():
            found = _active_periods(leaf, scene)
        case Ordered():
            found = _ordered(leaf, scene)
        case AttributeTest():
            found = _attribute(leaf, scene)
        case MemberOf():
            found = {"segment": leaf.segment_id}
        case Known():
            found = {}
        case _:
            assert_never(leaf)
    bounds = leaf_bounds(leaf, scene.moment.at, scene.moment.tz)
    return found if bounds is None else {"range": bounds_to_json(bounds), **found}


def _events(rows: pl.DataFrame, scene: Scene) -> list[Evidence]:
    """The events of `rows` as a person reads them, oldest first."""
    shown = rows.sort("at", "position").head(SHOWN).get_column("position")
    return [
        {
            "event_id": event_id,
            "event": event,
            "at": to_text(at),
            "properties": json.loads(properties),
        }
        for event_id, event, at, properties in scene.history.read_details(shown)
    ]


def _measured(leaf: Measured, scene: Scene) -> Evidence:
    rows = measured_rows(leaf, scene)
    found: Evidence = {"count": rows.height}
    if leaf.days is not None:
        found["days"] = rows.select(local_day(scene.moment).n_unique()).item()
    for name, aggregate in leaf.aggregates:
        found[f"{name} of {aggregate.of}"] = _aggregate(name, rows, aggregate.of)
    return {**found, "events": _events(rows, scene)}


def _aggregate(name: str, rows: pl.DataFrame, path: str) -> int | str | None:
    """The aggregate of one user's values; None where there is no number."""
    values = property_values(rows, path)
    if name == "distinct":
        return values.text.drop_nulls().n_unique()
    texts = values.text.filter(values.number.is_not_null()).to_list()
    numbers = [exact_number(text) for text in texts]
    if not numbers:
        return None
    if name in {"min", "max"}:
        return shortest_decimal(min(numbers) if name == "min" else max(numbers))
    total = sum(numbers, Decimal(0))
    return shortest_decimal(total / len(numbers) if name == "avg" else total)


def _first_ever(leaf: FirstEver, scene: Scene) -> Evidence:
    rows = first_rows(leaf, scene)
    if rows.is_empty():
        return {"first_at": None, "events": []}
    return {
        "first_at": to_text(from_micros(rows.get_column("at")[0])),
        "matching": matching(rows, leaf.where, scene.moment).height,
        "events": _events(rows, scene),
    }


def _active_periods(leaf: ActivePeriods, scene: Scene) -> Evidence:
    rows = active_rows(leaf, scene)
    moment = scene.moment
    periods = ranges.active_periods(leaf.active, moment.at, moment.tz)
    counts = dict(rows.group_by("period").len().iter_rows())
    return {
        "periods": [
            {**bounds_to_json(bounds), "count": counts.get(len(periods) - i, 0)}
            for i, bounds in enumerate(periods)
        ],
        "events": _events(rows, scene),
    }


def _ordered(leaf: Ordered, scene: Scene) -> Evidence:
    steps = read_steps(leaf, scene.history, scene.moment)
    return {
        "steps_reached": furthest_step(steps, leaf, scene.moment),
        "steps": [
            {"count": step.height, "events": _events(step, scene)} for step in steps
        ],
    }


def _attribute(leaf: AttributeTest, scene: Scene) -> Evidence:
    found = scene.history.read_attribute(leaf.attribute, scene.moment.at)
    if found.is_empty():
        return {"value": None, "at": None}
    value = parse_exactly(found.get_column(property_column(leaf.attribute))[0])
    return {"value": value, "at": to_text(from_micros(found.get_column("at")[0]))}
