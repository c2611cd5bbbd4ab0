"""Who is in a segment, worked out slowly: segments.md read aloud, one user at a time.

Nothing here is shared with the package, and nothing is clever: a definition stays the
plain tree its author wrote, time is `datetime`, numbers are fractions, and every
function quotes the sentence it holds to. Where the text leaves a choice, the choice
is named beside the quotation. Product and oracle must name the same users.

Ranges and clocks are in `oracle_time`, what values are and when two are equal in
`oracle_values`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle_time import (
    EPOCH,
    Range,
    bounds,
    edge,
    instant_read,
    instant_written,
    moved,
    seconds,
)
from tests.oracle_values import (
    canonical_json,
    canonical_text,
    looked_up,
    lower,
    number,
)

Definition = Mapping[str, Any]
"""A definition as YAML gives it; dates and instants are text."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a log, in the order it was ingested."""

    user: str
    event: str
    at: datetime
    event_id: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """One attribute record; null unsets a key."""

    user: str
    at: datetime
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Log:
    """Everything a system knows, each event once."""

    zone: ZoneInfo
    definitions: Mapping[str, Definition]
    events: Sequence[Event]
    records: Sequence[Record]


@dataclass(frozen=True, slots=True)
class View:
    """What one condition may look at: the past of one user at one instant."""

    at: datetime
    zone: ZoneInfo
    events: Sequence[Event]
    attributes: Mapping[str, Any]
    is_member: Callable[[str], bool]
    date_range: Range


def members(
    definitions: Mapping[str, Definition],
    system: Mapping[str, Any],
    events: Iterable[Event],
    attributes: Iterable[Record],
    at: datetime,
) -> dict[str, set[str]]:
    """Name the members of every definition at `at`, by its id.

    `system` gives `timezone`; `events` stand in ingest order; records in any order.
    """
    log = Log(
        zone=ZoneInfo(system["timezone"]),
        definitions=definitions,
        events=counted_once(events),
        records=list(attributes),
    )
    users = {event.user for event in log.events}
    users |= {record.user for record in log.records}
    return {
        segment_id: {user for user in users if is_member(log, segment_id, user, at)}
        for segment_id in definitions
    }


# §4 Users and events


def counted_once(events: Iterable[Event]) -> list[Event]:
    """The same `event_id` in the same system a second time is a duplicate.

    "Two events with different ids and equal content are two events; two lines without
    ids and equal content are one. The same id with other content or another user: the
    first in ingest order stays."
    """
    first: dict[object, Event] = {}
    for event in events:
        content = (event.user, event.event, event.at, canonical_json(event.properties))
        first.setdefault(content if event.event_id is None else event.event_id, event)
    return list(first.values())


def is_member(log: Log, segment_id: str, user: str, tick: datetime) -> bool:
    """Membership at a tick, or at the segment's end when that has come.

    "The first tick at or after that instant evaluates one last time at exactly that
    instant; then the segment is Expired, and later events change nothing."
    """
    definition = log.definitions[segment_id]
    at = min(tick, expiry(definition, log.zone) or tick)
    events = [event for event in log.events if event.user == user and event.at < at]
    records = [record for record in log.records if record.user == user]
    view = View(
        at=at,
        zone=log.zone,
        events=events,
        attributes=merged(records, at),
        is_member=lambda other: is_member(log, other, user, at),
        date_range=definition.get("date_range", "all time"),
    )
    together = any if definition.get("match", "all") == "any" else all
    return is_known(events, records, at) and together(
        holds(rule, view) for rule in definition["rules"]
    )


def is_known(events: list[Event], records: list[Record], at: datetime) -> bool:
    """Everyone with an event before T or an attribute record effective before T."""
    return bool(events) or any(record.at < at for record in records)


def merged(records: list[Record], at: datetime) -> dict[str, Any]:
    """The latest `at` before T wins for each top-level key, whatever the arrival order.

    "At the same instant: the greater canonical JSON; an explicit null unsets." Greater
    by code point, so a null beside a text at one instant wins: `n` follows `"`.
    """
    latest: dict[str, tuple[datetime, str, Any]] = {}
    for record in records:
        for key, value in record.attributes.items():
            claim = (record.at, canonical_json(value), value)
            if record.at < at and claim[:2] >= latest.get(key, claim)[:2]:
                latest[key] = claim
    return {key: value for key, (_, _, value) in latest.items() if value is not None}


# §2 Conditions


def holds(rule: Mapping[str, Any], view: View) -> bool:
    """`all`, `any`, `not` nest freely; every other rule is one condition."""
    kind = next(kind for kind in CONDITIONS if kind in rule)
    return CONDITIONS[kind](rule, view)


def attribute_holds(rule: Mapping[str, Any], view: View) -> bool:
    """The user's latest value compares so."""
    predicate = {name: wanted for name, wanted in rule.items() if name != "attribute"}
    return satisfies(looked_up(view.attributes, rule["attribute"]), predicate, view)


def event_holds(rule: Mapping[str, Any], view: View) -> bool:
    """It happened so in the range; several measures: all must hold.

    "Only events whose properties satisfy every predicate are looked at."
    """
    if rule.get("first"):
        return first_holds(rule, view)
    matching = [event for event in view.events if is_step(event, rule, view)]
    if "active" in rule:
        return active_holds(rule["active"], matching, view)
    counted = [event for event in matching if in_range(event, rule, view)]
    measures = MEASURES.keys() & rule.keys()
    wanted = {name: rule[name] for name in measures} or {"count": {"gte": 1}}
    return all(MEASURES[name](counted, wanted[name], view) for name in wanted)


def is_named(event: Event, names: str | list[str]) -> bool:
    """Events named a, or whose name begins with `wt.`; `"*"` is any event."""
    return any(
        event.event.startswith(name[:-1]) if name.endswith("*") else event.event == name
        for name in ([names] if isinstance(names, str) else names)
    )


def is_step(event: Event, step: Mapping[str, Any], view: View) -> bool:
    """The event has one of the names, and its properties satisfy every predicate."""
    return is_named(event, step["event"]) and all(
        satisfies(looked_up(event.properties, path), predicate, view)
        for path, predicate in step.get("where", {}).items()
    )


def in_range(event: Event, rule: Mapping[str, Any], view: View) -> bool:
    """A condition's own `date_range` replaces the segment's; ranges are half-open."""
    start, end = bounds(rule.get("date_range", view.date_range), view.at, view.zone)
    return start <= event.at < end


def first_holds(rule: Mapping[str, Any], view: View) -> bool:
    """The first event of that name **over all history** lies in the range.

    "Of several names: of any of them; and `where` holds on that first event (of several
    at the same instant: on any)."
    """
    named = [event for event in view.events if is_named(event, rule["event"])]
    earliest = min((event.at for event in named), default=None)
    return any(
        event.at == earliest
        and in_range(event, rule, view)
        and is_step(event, rule, view)
        for event in named
    )


def active_holds(active: Mapping[str, Any], events: list[Event], view: View) -> bool:
    """Period i is [T - (i+1)·7 d, T - i·7 d); enough of them hold such a count.

    The default count is `{gte: 1}`. A period without events has the count 0. Months
    go by the local calendar, always from T.
    """
    every, wanted = active["every"], active.get("count", {"gte": 1})
    edges = [moved(view.at, every, view.zone, -i) for i in range(active["of"] + 1)]
    counts = [
        sum(start <= event.at < end for event in events)
        for end, start in pairwise(edges)
    ]
    busy = sum(compares(Fraction(count), wanted) for count in counts)
    return compares(Fraction(busy), active["periods"])


def sequence_holds(rule: Mapping[str, Any], view: View) -> bool:
    """Distinct events in this order, the later never before the earlier.

    "Same instant allowed, first step inside the range, last step at most `within` after
    the first (inclusive) and before the instant; other events may lie between."
    """
    first, *later = rule["sequence"]
    return any(
        is_step(event, first, view)
        and in_range(event, rule, view)
        and goes_on([event], later, rule, view)
        for event in view.events
    )


def goes_on(
    taken: list[Event],
    steps: list[Mapping[str, Any]],
    rule: Mapping[str, Any],
    view: View,
) -> bool:
    """The steps left can be taken after those taken: every way is tried."""
    if not steps:
        return is_linked(taken, rule.get("same")) and is_within(taken, rule, view)
    return any(
        all(event is not one for one in taken)
        and event.at >= taken[-1].at
        and is_step(event, steps[0], view)
        and goes_on([*taken, event], steps[1:], rule, view)
        for event in view.events
    )


def is_within(taken: list[Event], rule: Mapping[str, Any], view: View) -> bool:
    """Last step at most `within` after the first (inclusive); without it, any time."""
    if "within" not in rule:
        return True
    return taken[-1].at <= moved(taken[0].at, rule["within"], view.zone, 1)


def is_linked(taken: list[Event], path: str | None) -> bool:
    """All steps carry equal values of that property; missing never links."""
    if path is None:
        return True
    values = {canonical_text(looked_up(event.properties, path)) for event in taken}
    return len(values) == 1 and None not in values


CONDITIONS: Mapping[str, Callable[[Mapping[str, Any], View], bool]] = {
    "all": lambda rule, view: all(holds(inner, view) for inner in rule["all"]),
    "any": lambda rule, view: any(holds(inner, view) for inner in rule["any"]),
    "not": lambda rule, view: not holds(rule["not"], view),
    "everyone": lambda rule, view: True,  # every known user
    "segment": lambda rule, view: view.is_member(rule["segment"]),
    "attribute": attribute_holds,
    "sequence": sequence_holds,
    "event": event_holds,
}


# §2 Measures: what is compared, and how


def local_days(events: list[Event], view: View) -> int:
    """Distinct local calendar days with such an event."""
    return len({event.at.astimezone(view.zone).date() for event in events})


def numbers_of(events: list[Event], path: str) -> list[Fraction]:
    """The property's numbers (and text that is wholly a number)."""
    values = (number(looked_up(event.properties, path)) for event in events)
    return [value for value in values if value is not None]


def values_of(events: list[Event], path: str) -> set[str]:
    """Distinct values of the property, equal as `is` says (missing is not a value)."""
    values = (canonical_text(looked_up(event.properties, path)) for event in events)
    return {value for value in values if value is not None}


def aggregates(
    aggregate: Callable[[list[Fraction]], Fraction],
) -> Callable[[list[Event], Mapping[str, Any], View], bool]:
    """The aggregate compares so, in exact decimals; with none: false."""

    def measure(events: list[Event], wanted: Mapping[str, Any], _: View) -> bool:
        numbers = numbers_of(events, wanted["of"])
        return bool(numbers) and compares(aggregate(numbers), wanted)

    return measure


MEASURES: Mapping[str, Callable[[list[Event], Any, View], bool]] = {
    # "Zero events is the number 0."
    "count": lambda events, wanted, _: compares(Fraction(len(events)), wanted),
    "days": lambda events, wanted, view: compares(
        Fraction(local_days(events, view)), wanted
    ),
    "distinct": lambda events, wanted, _: compares(
        Fraction(len(values_of(events, wanted["of"]))), wanted
    ),
    "sum": aggregates(lambda numbers: sum(numbers, Fraction(0))),
    "avg": aggregates(lambda numbers: sum(numbers, Fraction(0)) / len(numbers)),
    "min": aggregates(min),
    "max": aggregates(max),
}

COMPARISONS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
    "eq": lambda value, bound: value == bound,
    "ne": lambda value, bound: value != bound,
}


def compares(value: Fraction, wanted: Any) -> bool:
    """Several comparisons: all must hold; a bare number means `eq`.

    `between: [low, high]` holds at both ends, as in SQL.
    """
    if not isinstance(wanted, Mapping):
        return value == bound(wanted)
    low, high = wanted.get("between", (value, value))
    return bound(low) <= value <= bound(high) and all(
        COMPARISONS[name](value, bound(limit))
        for name, limit in wanted.items()
        if name in COMPARISONS
    )


def bound(written: Any) -> Fraction:
    """A bound may be a number or text that is wholly a number."""
    limit = written if isinstance(written, Fraction) else number(written)
    if limit is None:
        message = f"a definition that should have been refused: bound {written!r}"
        raise ValueError(message)
    return limit


# §2 Predicates


def satisfies(value: Any, predicate: Any, view: View) -> bool:
    """A scalar means `is`, a list means `in`; several predicates: all must hold."""
    if isinstance(predicate, list):
        predicate = {"in": predicate}
    elif not isinstance(predicate, Mapping):
        predicate = {"is": predicate}
    any_case = predicate.get("ignore_case", False)
    return all(
        operator_holds(name, value, wanted, any_case=any_case, view=view)
        for name, wanted in predicate.items()
        if name != "ignore_case"
    )


def operator_holds(
    name: str, value: Any, wanted: Any, *, any_case: bool, view: View
) -> bool:
    """One operator on one value.

    "Missing or null: `is, in, contains, starts_with, ends_with, matches, gt..lte,
    before, after, within_last` are false; `is_not, not_in, not_contains` are **true**;
    `set: false` is true."
    """
    if name == "set":
        return (value is not None) == bool(wanted)
    if name in NEGATIONS:
        return not operator_holds(
            NEGATIONS[name], value, wanted, any_case=any_case, view=view
        )
    if value is None or isinstance(value, list | Mapping):
        return False  # "Arrays and objects are not comparable: as missing"
    if name in {"before", "after", "within_last"}:
        return time_holds(name, value, wanted, view)
    if name in COMPARISONS or name == "between":
        return number_holds(name, value, wanted)
    return text_holds(name, value, wanted, any_case=any_case)


NEGATIONS = {"is_not": "is", "not_in": "in", "not_contains": "contains"}


def equals(value: Any, literal: Any, *, any_case: bool) -> bool:
    """A number compares numerically; text as text; `true` never equals 1.

    "A number in the definition compares numerically with numbers and with text that is
    wholly a number; text compares as text with a number's shortest decimal form; `true`
    equals the text `true` in any case." The last one in both directions.
    """
    if isinstance(literal, bool) or isinstance(value, bool):
        if not all(isinstance(side, bool | str) for side in (literal, value)):
            return False
        return (
            str(canonical_text(literal)).lower() == str(canonical_text(value)).lower()
        )
    if not isinstance(literal, str):
        return number(value) == number(literal)
    text = str(canonical_text(value))
    return lower(text) == lower(literal) if any_case else text == literal


def text_holds(name: str, value: Any, wanted: Any, *, any_case: bool) -> bool:
    """`ignore_case`: simple Unicode lower case on both sides, with `is` and `in` too.

    The other operators look at the value's text: a number's is its shortest decimal
    form, a boolean's `true` or `false`.
    """
    if name in {"is", "in"}:
        choices = wanted if name == "in" else [wanted]
        return any(equals(value, choice, any_case=any_case) for choice in choices)
    text = str(canonical_text(value))
    if name == "matches":
        flags = re.IGNORECASE if any_case else re.NOFLAG
        return re.search(wanted, text, flags) is not None
    if any_case:
        text, wanted = lower(text), lower(wanted)
    return TEXT_OPERATORS[name](text, wanted)


TEXT_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "starts_with": lambda text, part: text.startswith(part),
    "ends_with": lambda text, part: text.endswith(part),
}


def number_holds(name: str, value: Any, wanted: Any) -> bool:
    """`gt gte lt lte between` are numeric: what is no number compares as nothing."""
    known = number(value)
    return known is not None and compares(known, {name: wanted})


def time_holds(name: str, value: Any, wanted: str, view: View) -> bool:
    """`before`, `after` (both strict), `within_last: 7 days` (`[T - 7 d, T)`).

    "A date alone is the local midnight that begins it. What cannot be read is treated
    as missing."
    """
    known = instant_read(value, view.zone)
    if known is None:
        return False
    if name == "within_last":
        start = seconds(moved(view.at, wanted, view.zone, -1))
        return start <= known < seconds(view.at)
    limit = seconds(instant_written(wanted, view.zone))
    return known < limit if name == "before" else known > limit


# §3 Expiry


def expiry(definition: Definition, zone: ZoneInfo) -> datetime | None:
    """A segment expires at its `evaluation_end`, or when all its ranges have ended.

    "If every condition of it is an event or sequence condition with a fixed end [...],
    at the latest of these ends; the earlier of the two."
    """
    default = definition.get("date_range", "all time")
    ends = [
        fixed_end(leaf, default, zone)
        for rule in definition["rules"]
        for leaf in leaves(rule)
    ]
    over = [] if None in ends else [max(end for end in ends if end is not None)]
    if "evaluation_end" in definition:
        over.append(edge(definition["evaluation_end"], EPOCH, zone, ends=True))
    return min(over, default=None)


def leaves(rule: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every condition, at any depth."""
    inner = rule.get("all") or rule.get("any") or [rule.get("not")]
    if inner == [None]:
        return [rule]
    return [leaf for one in inner for leaf in leaves(one)]


def fixed_end(
    leaf: Mapping[str, Any], default: Range, zone: ZoneInfo
) -> datetime | None:
    """The end of a fixed range; "a sequence: that end plus `within`, else never"."""
    written = leaf.get("date_range", default)
    is_timed = "sequence" in leaf or ("event" in leaf and "active" not in leaf)
    to = "ago" if isinstance(written, str) else written.get("to", "ago")
    if not is_timed or to.endswith("ago"):
        return None
    end = edge(to, EPOCH, zone, ends=True)
    if "sequence" not in leaf:
        return end
    return moved(end, leaf["within"], zone, 1) if "within" in leaf else None


# What to print when the product says something else


def first_difference(
    found: Mapping[str, set[str]],
    expected: Mapping[str, set[str]],
    *,
    definitions: Mapping[str, Definition],
    events: Iterable[Event],
    attributes: Iterable[Record],
) -> str | None:
    """Tell the first user on whom the two disagree, with all that decides it."""
    for segment_id, wanted in expected.items():
        for user in sorted(wanted ^ found[segment_id]):
            verdict = "missing" if user in wanted else "too many"
            lines = [f"{segment_id}: {user!r} is {verdict}", "definitions:"]
            lines += [f"  {key}: {raw}" for key, raw in definitions.items()]
            lines += [f"  {event}" for event in events if event.user == user]
            lines += [f"  {record}" for record in attributes if record.user == user]
            return "\n".join(lines)
    return None
