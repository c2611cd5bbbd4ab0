"""What decides a membership, as one short text: equal meaning, equal fingerprint.

Source: segments.md §5, "edited definitions get a new version".
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, assert_never

from headcount.canonical import canonical_json
from headcount.definitions.model import (
    AT_LEAST_ONCE,
    Active,
    All,
    AnyOf,
    Attribute,
    Definition,
    Event,
    Everyone,
    Not,
    Predicate,
    Reference,
    Rule,
    Sequence,
    Step,
)
from headcount.definitions.times import (
    CALENDAR_MONTHS,
    Ago,
    Between,
    DateRange,
    Duration,
    Last,
)
from headcount.definitions.written import as_written


def fingerprint(definition: Definition) -> str:
    """16 hex digits over system, rules, ranges and end; names and targets do not count.

    Two spellings of one meaning (`count: 3` and `count: {eq: 3}`, the segment's range
    and the same one on each condition) give the same digits.
    """
    meaning = {
        "system": definition.system,
        "classic": definition.classic,
        "evaluation_end": as_written(definition.evaluation_end),
        "rule": _joined(definition.match, definition.rules, definition.date_range),
    }
    return blake2b(canonical_json(meaning).encode(), digest_size=8).hexdigest()


def _joined(how: str, rules: Iterable[Rule], default: DateRange) -> Any:
    """All or any of the rules, in no order, each once; one alone is itself."""
    meanings = _unordered(_meaning(rule, default) for rule in rules)
    return meanings[0] if len(meanings) == 1 else {how: meanings}


def _meaning(rule: Rule, default: DateRange) -> Any:
    match rule:
        case Event():
            return _event(rule, default)
        case Sequence():
            return _sequence(rule, default)
        case Attribute():
            return {"attribute": rule.attribute, **_predicate(rule)}
        case Reference() | Everyone():
            return as_written(rule)
        case All():
            return _joined("all", rule.all, default)
        case AnyOf():
            return _joined("any", rule.any, default)
        case Not():
            return {"not": _meaning(rule.not_, default)}
        case _:
            assert_never(rule)


def _event(event: Event, default: DateRange) -> Any:
    has_measure = any(
        getattr(event, measure) is not None
        for measure in ("count", "days", "sum", "avg", "min", "max", "distinct")
    )
    active = event.active
    bare = event.model_copy(update={"active": None, "date_range": None})
    if not has_measure and not event.first and active is None:
        bare = bare.model_copy(update={"count": AT_LEAST_ONCE})
    meaning = {**as_written(bare), **_filter(event)}
    if active is not None:
        return {**meaning, "active": _active(active)}
    return {**meaning, "date_range": _range(event.date_range or default)}


def _active(active: Active) -> Any:
    every = _length(active.every)
    count = as_written(active.count)
    return {**as_written(active), "every": every, "count": count}


def _sequence(sequence: Sequence, default: DateRange) -> Any:
    return {
        "sequence": [_filter(step) for step in sequence.sequence],
        "within": sequence.within and _length(sequence.within),
        "same": sequence.same,
        "date_range": _range(sequence.date_range or default),
    }


def _filter(step: Event | Step) -> dict[str, Any]:
    where = {name: _predicate(predicate) for name, predicate in step.where.items()}
    return {"event": _unordered(step.event), "where": where}


def _predicate(predicate: Predicate) -> dict[str, Any]:
    """`is` is `in` of one; the order inside `in` says nothing."""
    meaning = as_written(predicate)
    for one, many in (("is", "in"), ("is_not", "not_in")):
        if one in meaning and many not in meaning:
            meaning[many] = [meaning.pop(one)]
        if many in meaning:
            meaning[many] = _unordered(meaning[many])
    if predicate.within_last is not None:
        meaning["within_last"] = _length(predicate.within_last)
    return {key: value for key, value in meaning.items() if key != "attribute"}


def _range(date_range: DateRange) -> Any:
    match date_range:
        case Last(duration=duration):
            return {"last": _length(duration)}
        case Between(start=start, end=end):
            return {"from": _edge(start), "to": _edge(end)}
        case _:
            return as_written(date_range)


def _edge(edge: Any) -> Any:
    return (
        {"ago": _length(edge.duration)} if isinstance(edge, Ago) else as_written(edge)
    )


def _length(duration: Duration) -> Any:
    """A day is 24 hours and a year 12 months, whatever they are called."""
    if duration.exact_seconds is not None:
        return {"seconds": duration.exact_seconds}
    return {"months": CALENDAR_MONTHS[duration.unit] * duration.amount}


def _unordered(items: Iterable[Any]) -> list[Any]:
    """The items in one order, each once."""
    by_text = {canonical_json(item): item for item in items}
    return [by_text[text] for text in sorted(by_text)]
