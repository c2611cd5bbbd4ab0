"""Definitions over the whole grammar, and logs that stand at their edges.

Domains are small, so that a condition often holds for some users and not for others:
five event names, a handful of paths, values that are nearly each other. The instants of
a log are drawn from the edges of the ranges that the definitions name, and from one
microsecond on either side of each. Values are drawn in `strategies_values`, definitions
in `strategies_rules`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.oracle import Event, Record, expiry, leaves
from tests.oracle_time import BEGINNING, bounds, edge, moved
from tests.strategies_rules import Moment, moments, projects
from tests.strategies_values import (
    COMMON,
    MICROSECOND,
    ODD_PATHS,
    amounts,
    instants_as_values,
    values,
)

NAMES = ["a", "a", "a", "b", "b", "A", "wt.play"]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One project, its log in ingest order, and the instant it is asked about."""

    zone: str
    at: datetime
    definitions: Mapping[str, Mapping[str, Any]]
    events: Sequence[Event]
    records: Sequence[Record]
    files: int
    """In how many files the log comes."""


# Logs

USERS = ["u1", "U1", "ü", "u 3", "0042"]
QUIET = "quiet"  # has attributes and no event


def edges_of(
    project: Mapping[str, Mapping[str, Any]], moment: Moment
) -> list[datetime]:
    """Every instant at which something in these definitions begins or ends."""
    edges = {moment.at}
    for definition in project.values():
        default = definition.get("date_range", "all time")
        ended = expiry(definition, moment.zone)
        seen_from = min(moment.at, ended or moment.at)
        edges.add(seen_from)
        for leaf in (leaf for rule in definition["rules"] for leaf in leaves(rule)):
            edges.update(leaf_edges(leaf, default, Moment(seen_from, moment.zone)))
    return sorted(edges - {BEGINNING})


def leaf_edges(leaf: Mapping[str, Any], default: Any, moment: Moment) -> list[datetime]:
    """The edges of one condition; a sequence also where its time is over."""
    if "active" in leaf:
        active = leaf["active"]
        return [moment.ago(active["every"], i) for i in range(active["of"] + 1)]
    if "event" not in leaf and "sequence" not in leaf:
        return []
    written = leaf.get("date_range", default)
    start, end = bounds(written, moment.at, moment.zone)
    if isinstance(written, dict) and "to" in written:  # seen before it is cut at T
        end = edge(written["to"], moment.at, moment.zone, ends=True)
    if "within" not in leaf:
        return [start, end]
    within, zone = leaf["within"], moment.zone
    firsts = [moved(moment.ago("90 minutes", i), within, zone, -1) for i in (1, 16)]
    firsts += [start] if start > BEGINNING else []
    return [start, end, *firsts, *(moved(first, within, zone, 1) for first in firsts)]


def instants(edges: Sequence[datetime], moment: Moment) -> list[datetime]:
    """The edges and the microseconds beside them, some ordinary past, some future."""
    beside = [at + i * MICROSECOND for at in edges for i in (0, -1, 1)]
    past = [moment.ago("90 minutes", i) for i in (1, 2, 8, 16, 17, 40)]
    ahead = [moment.at + timedelta(minutes=15), moment.at + timedelta(days=3)]
    return [*beside, *past, *ahead]


KEYS = [
    ["p", "n", "t", "o"],
    ["p", "n", "t"],
    ["p", "n", "o.k"],
    ["p", "o", "o.k"],
    ["p", "n", "o"],
    [],
]


@st.composite
def trees(draw: st.DrawFn, pool: Sequence[datetime], moment: Moment) -> dict[str, Any]:
    """Properties or attributes: the paths of PATHS, some missing, some literal dots."""
    optional: dict[str, st.SearchStrategy[Any]] = {
        "p": values(),
        "n": amounts(),
        "t": instants_as_values(pool, moment.zone),
        "o": st.one_of(
            st.sampled_from([{"k": 1}, {"k": "a"}, {"k": None}, {"k": {"l": 1}}]),
            st.sampled_from([{"k.l": 2}, {"k.l": None, "k": {"l": 3}}, {}, "a"]),
        ),
        "o.k": st.sampled_from(COMMON),
    }
    keys = draw(st.sampled_from(KEYS))
    tree = {key: draw(optional[key]) for key in keys}
    if draw(st.sampled_from([False, False, False, True])):
        tree[draw(st.sampled_from(ODD_PATHS))] = draw(st.sampled_from(COMMON))
    return tree


@st.composite
def events(draw: st.DrawFn, pool: Sequence[datetime], moment: Moment) -> Event:
    """One event; its id none, its own, or one that others carry too."""
    event_id = draw(st.sampled_from([None, None, None, "e1", "e2", "own"]))
    if event_id == "own":
        event_id = f"own-{draw(st.integers(0, 10**6))}"
    return Event(
        user=draw(st.sampled_from(USERS)),
        event=draw(st.sampled_from(NAMES)),
        at=draw(st.sampled_from(pool)),
        event_id=event_id,
        properties=draw(trees(pool, moment)),
    )


@st.composite
def logs(draw: st.DrawFn, pool: Sequence[datetime], moment: Moment) -> list[Event]:
    """Events in ingest order, some of them sent again."""
    drawn = draw(st.lists(events(pool, moment), min_size=15, max_size=36))
    again = draw(st.lists(st.sampled_from(drawn), max_size=3))
    return [*drawn, *again]


@st.composite
def records(draw: st.DrawFn, pool: Sequence[datetime], moment: Moment) -> Record:
    """One attribute record; a null unsets."""
    return Record(
        user=draw(st.sampled_from([*USERS, QUIET])),
        at=draw(st.sampled_from(pool)),
        attributes=draw(trees(pool, moment)),
    )


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """All of it: a moment, a project, and a log at the project's edges."""
    moment = draw(moments())
    project = draw(projects(moment))
    pool = instants(edges_of(project, moment), moment)
    return Scenario(
        zone=moment.zone.key,
        at=moment.at,
        definitions=project,
        events=draw(logs(pool, moment)),
        records=draw(st.lists(records(pool, moment), min_size=3, max_size=10)),
        files=draw(st.sampled_from([1, 1, 2])),
    )
