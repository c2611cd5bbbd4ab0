"""Rules in words: what a definition asks of a user, as one plain English sentence.

The sentence goes on from "users who each …". Names stand in backticks, text in double
quotes, and what only narrows a condition in parentheses, so nothing reads two ways.
When all conditions share one date range the first of them says it for all (all time
goes without saying); otherwise each says its own.

Source: segments.md §2 (conditions), §3 (ranges).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, assert_never

from headcount.definitions.model import (
    Active,
    Aggregate,
    All,
    AnyOf,
    Attribute,
    Comparison,
    Definition,
    Event,
    Everyone,
    Not,
    Predicate,
    Reference,
    Rule,
    Sequence,
    Step,
    conditions_of,
)
from headcount.definitions.times import AllTime, DateRange, duration_text
from headcount.rules.phrases import (
    counted_in_words,
    holds_for_zero,
    listed,
    means_none,
    means_some,
    name_in_words,
    number_in_words,
    opposite_of,
    predicate_in_words,
    presence_of,
    times_in_words,
)
from headcount.rules.range_words import (
    is_over_early,
    range_bounds_in_words,
    range_in_words,
    range_phrase,
)

__all__ = [
    "definition_in_words",
    "in_words",
    "range_bounds_in_words",
    "range_in_words",
]

ALL_TIME = AllTime()
AT_LEAST_ONCE = Comparison(gte=Decimal(1))


def definition_in_words(
    definition: Definition, *, names: Mapping[str, str] | None = None
) -> str:
    """What the rules of `definition` ask of a user; `names` maps segment id to name."""
    if not definition.rules:
        return "is on the imported list"
    word = "and" if definition.match == "all" else "or"
    speech = _speech(definition.rules, definition.date_range, names)
    return _sentence(definition.rules, word, speech)


def in_words(
    rule: Rule,
    default_range: DateRange = ALL_TIME,
    *,
    names: Mapping[str, str] | None = None,
) -> str:
    """What one rule asks of a user, where its segment's range is `default_range`."""
    return _sentence((rule,), "and", _speech((rule,), default_range, names))


@dataclass(frozen=True, slots=True)
class _Speech:
    """What the words of a condition depend on besides the condition itself."""

    default_range: DateRange
    names: Mapping[str, str]
    shared: DateRange | None  # the one range of all conditions, when there is one
    opener: Event | Sequence | None  # the condition that says the shared range


def _speech(
    rules: tuple[Rule, ...], default: DateRange, names: Mapping[str, str] | None
) -> _Speech:
    dated = [
        condition
        for condition in conditions_of(rules)
        if isinstance(condition, Sequence)
        or (isinstance(condition, Event) and condition.active is None)
    ]
    ranges = {condition.date_range or default for condition in dated}
    shared = ranges.pop() if len(ranges) == 1 else None
    sequences = any(isinstance(condition, Sequence) for condition in dated)
    if shared is None or (sequences and is_over_early(shared)):
        return _Speech(default, names or {}, shared=None, opener=None)
    opener = None if shared == ALL_TIME else dated[0]
    return _Speech(default, names or {}, shared=shared, opener=opener)


def _when(condition: Event | Sequence, speech: _Speech) -> str:
    """The range with a space before it; empty where another condition says it."""
    if speech.shared is not None and condition is not speech.opener:
        return ""
    date_range = condition.date_range or speech.default_range
    if isinstance(condition, Sequence) and is_over_early(date_range):
        return f" starting {range_in_words(date_range)}"
    return f" {range_phrase(date_range)}"


def _sentence(rules: tuple[Rule, ...], word: str, speech: _Speech) -> str:
    match rules:
        case (All(all=inner),):
            return _sentence(inner, "and", speech)
        case (AnyOf(any=inner),):
            return _sentence(inner, "or", speech)
        case _:
            return _joined(rules, word, speech)


def _joined(rules: tuple[Rule, ...], word: str, speech: _Speech) -> str:
    if not rules:
        return "is any known user" if word == "and" else "is no known user"
    clauses: list[str] = []
    for rule in rules:
        clause = _clause(rule, speech)
        if clauses and clauses[-1].startswith(("did ", "never ")):
            clause = _without_did(clause)
        clauses.append(clause)
    *others, last = clauses
    comma = "," if len(others) > 1 else ""
    return f"{', '.join(others)}{comma} {word} {last}" if others else last


def _without_did(clause: str) -> str:
    """`never did x` after another deed is `never x`."""
    shorter = clause.removeprefix("never did ")
    return clause if shorter == clause else f"never {shorter}"


def _clause(rule: Rule, speech: _Speech, *, negated: bool = False) -> str:
    match rule:
        case Event() | Sequence():
            return _deed(rule, speech, negated=negated)
        case Attribute():
            return _attribute(rule, negated=negated)
        case Reference():
            return _reference(rule, speech, negated=negated)
        case Everyone():
            return "is no known user" if negated else "is any known user"
        case All() | AnyOf():
            return _group(rule, speech, negated=negated)
        case Not():
            return _clause(rule.not_, speech, negated=not negated)
        case _:
            assert_never(rule)


def _group(group: All | AnyOf, speech: _Speech, *, negated: bool) -> str:
    rules, word = (group.all, "and") if isinstance(group, All) else (group.any, "or")
    if len(rules) == 1:
        return _clause(rules[0], speech, negated=negated)
    text = _joined(rules, word, speech)
    return f"not ({text})" if negated else f"({text})"


def _reference(rule: Reference, speech: _Speech, *, negated: bool) -> str:
    name = name_in_words(speech.names.get(rule.segment, rule.segment))
    return f"is not in segment {name}" if negated else f"is in segment {name}"


def _attribute(rule: Attribute, *, negated: bool) -> str:
    name = name_in_words(rule.attribute)
    is_set = presence_of(rule)
    if is_set is not None:
        return f"has {'no' if is_set is negated else 'a'} value for {name}"
    verb = "does not have" if negated else "has"
    return f"{verb} {name} {predicate_in_words(rule)}"


def _deed(rule: Event | Sequence, speech: _Speech, *, negated: bool) -> str:
    when = _when(rule, speech)
    match rule:
        case Sequence():
            return _sequence(rule, when, negated=negated)
        case Event(active=Active() as active):
            return _active(rule, active, negated=negated)
        case Event(first=True):
            return _first(rule, when, negated=negated)
        case Event():
            return _measured(rule, when, negated=negated)
        case _:
            assert_never(rule)


def _sequence(rule: Sequence, when: str, *, negated: bool) -> str:
    verb = "never did" if negated else "did"
    steps = " then ".join(_what(step) for step in rule.sequence)
    within = f" within {duration_text(rule.within)}" if rule.within else ""
    same = f" with the same {name_in_words(rule.same)}" if rule.same is not None else ""
    return f"{verb} {steps}{within}{same}{when}"


def _first(rule: Event, when: str, *, negated: bool) -> str:
    verb = "did not do" if negated else "did"
    that = f" (that one {_where(rule.where)})" if rule.where else ""
    return f"{verb} {_named(rule.event)} for the first time{that}{when}"


def _active(rule: Event, active: Active, *, negated: bool) -> str:
    verb, periods = _verb_and_number(active.periods, negated=negated)
    number = number_in_words(periods, less="fewer")
    last = f"the last {active.of} periods of {duration_text(active.every)}"
    return f"{verb} {_what(rule)} {times_in_words(active.count)} in {number} of {last}"


def _measured(rule: Event, when: str, *, negated: bool) -> str:
    what = _what(rule)
    verb, measures = _verb_and_measures(rule, negated=negated)
    match measures:
        case [("count" | "days", number)] if means_some(number):
            return f"{verb} {what}{when}"
        case [("count" | "days", number)] if means_none(number):
            return f"never did {what}{when}"
    words = " and ".join(_MEASURES[name](measure) for name, measure in measures)
    none = " (or not at all)" if verb == "did" and _may_be_absent(measures) else ""
    return f"{verb} {what} {words}{none}{when}"


def _verb_and_measures(
    rule: Event, *, negated: bool
) -> tuple[str, list[tuple[str, Comparison]]]:
    given = ((name, getattr(rule, name)) for name in _MEASURES)
    measures = [(name, measure) for name, measure in given if measure is not None]
    match measures or [("count", AT_LEAST_ONCE)]:
        case [(name, number)] if name in _FROM_ZERO:
            verb, number = _verb_and_number(number, negated=negated)
            return verb, [(name, number)]
        case several:
            return ("did not do" if negated else "did"), several


def _verb_and_number(number: Comparison, *, negated: bool) -> tuple[str, Comparison]:
    """`not at least 3` is said as `fewer than 3` where one operator can say it."""
    if not negated:
        return "did", number
    opposite = opposite_of(number)
    return ("did not do", number) if opposite is None else ("did", opposite)


def _may_be_absent(measures: list[tuple[str, Comparison]]) -> bool:
    """Whether a user without any such event satisfies all the measures."""
    return all(name in _FROM_ZERO and holds_for_zero(n) for name, n in measures)


def _of(words: str) -> Callable[[Aggregate], str]:
    """How a statistic of a property is said; `words` name the statistic."""
    return lambda aggregate: (
        f"with {words} {name_in_words(aggregate.of)} of {number_in_words(aggregate)}"
    )


def _distinct(aggregate: Aggregate) -> str:
    number = number_in_words(aggregate, less="fewer")
    return f"with {number} different {name_in_words(aggregate.of)} values"


_MEASURES: dict[str, Callable[[Any], str]] = {
    "count": times_in_words,
    "days": lambda days: f"on {counted_in_words(days, 'day')}",
    "sum": _of("a total"),
    "avg": _of("an average"),
    "min": _of("a smallest"),
    "max": _of("a largest"),
    "distinct": _distinct,
}
# Without an event these are the number 0; the others have no value and are false.
_FROM_ZERO = {"count", "days", "distinct"}


def _what(event: Event | Step) -> str:
    where = f" ({_where(event.where)})" if event.where else ""
    return f"{_named(event.event)}{where}"


def _named(events: tuple[str, ...]) -> str:
    names = ("anything" if name == "*" else name_in_words(name) for name in events)
    return listed(names, "or")


def _where(where: Mapping[str, Predicate]) -> str:
    parts = (
        f"{name_in_words(name)} {predicate_in_words(predicate)}"
        for name, predicate in where.items()
    )
    return f"with {listed(parts, 'and')}"
