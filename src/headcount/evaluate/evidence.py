"""What decided a leaf for one user: the events, or the attribute and its time.

Every leaf kind has one small function. Events are shown oldest first, at most SHOWN of
them; the number found is always exact.

Source: interface.md §3 (`why`).
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, assert_never

import numpy as np
import numpy.typing as npt
import polars as pl

from headcount.canonical import parse_canonical, shortest_decimal
from headcount.clock import to_text
from headcount.evaluate.leaves import (
    Scene,
    active_rows,
    first_rows,
    measured_rows,
    period_of,
    read_steps,
)
from headcount.evaluate.matching import matching
from headcount.evaluate.measures import local_days
from headcount.evaluate.sequences import furthest_step
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
from headcount.rules.values import exact_number
from headcount.store.columns.rows import Coded

SHOWN = 20

I64 = npt.NDArray[np.int64]

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


def _events(ids: I64, at: I64, scene: Scene) -> list[Evidence]:
    """The events of these ids as a person reads them, oldest first."""
    shown = pl.Series(ids[np.lexsort((ids, at))][:SHOWN])
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
    rows = measured_rows(leaf, scene, ids=True)
    found: Evidence = {"count": len(rows)}
    if leaf.days is not None:
        found["days"] = len(set(local_days(rows, scene.moment).tolist()))
    for name, aggregate in leaf.aggregates:
        coded = rows.properties[aggregate.of]
        found[f"{name} of {aggregate.of}"] = _aggregate(name, coded)
    return {**found, "events": _events(rows.ids, rows.at, scene)}


def _aggregate(name: str, coded: Coded) -> int | str | None:
    """The aggregate of one user's values; None where there is no number."""
    if name == "distinct":
        return coded.texts().drop_nulls().n_unique()
    is_number = coded.gather(coded.values.number.is_not_null()).astype(np.bool_)
    numbers = [exact_number(text) for text in coded.filter(is_number).texts()]
    if not numbers:
        return None
    if name in {"min", "max"}:
        return shortest_decimal(min(numbers) if name == "min" else max(numbers))
    total = sum(numbers, Decimal(0))
    return shortest_decimal(total / len(numbers) if name == "avg" else total)


def _first_ever(leaf: FirstEver, scene: Scene) -> Evidence:
    rows = first_rows(leaf, scene, ids=True)
    if not len(rows):
        return {"first_at": None, "events": []}
    return {
        "first_at": to_text(from_micros(int(rows.at[0]))),
        "matching": len(matching(rows, leaf.where, scene.answers)),
        "events": _events(rows.ids, rows.at, scene),
    }


def _active_periods(leaf: ActivePeriods, scene: Scene) -> Evidence:
    rows = active_rows(leaf, scene, ids=True)
    moment = scene.moment
    periods = ranges.active_periods(leaf.active, moment.at, moment.tz)
    counts = np.bincount(period_of(leaf, rows, moment), minlength=len(periods))
    return {
        "periods": [
            {**bounds_to_json(bounds), "count": count}
            for bounds, count in zip(periods, counts[::-1].tolist(), strict=True)
        ],
        "events": _events(rows.ids, rows.at, scene),
    }


def _ordered(leaf: Ordered, scene: Scene) -> Evidence:
    steps = read_steps(leaf, scene)
    return {
        "steps_reached": furthest_step(steps, leaf, scene.moment),
        "steps": [
            {
                "count": frame.height,
                "events": _events(
                    frame.get_column("position").to_numpy(),
                    frame.get_column("at").to_numpy(),
                    scene,
                ),
            }
            for frame in (step.frame() for step in steps)
        ],
    }


def _attribute(leaf: AttributeTest, scene: Scene) -> Evidence:
    found = scene.history.read_attribute(leaf.attribute, scene.moment.at, scene.crowd)
    if found.is_empty():
        return {"value": None, "at": None}
    value = parse_canonical(found.get_column("value")[0])
    return {"value": value, "at": to_text(from_micros(found.get_column("at")[0]))}
