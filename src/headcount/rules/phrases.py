"""The phrases of which rules in words are made: numbers, predicates, names, values.

Whatever an author typed is shown inside backticks (names) or double quotes (text), with
the delimiter, the backslash and every character that does not print escaped, so that no
value can end its quotes early, break the line or turn the direction of the text.

Source: segments.md §2 (comparisons, predicates).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, assert_never

from headcount.canonical import shortest_decimal
from headcount.definitions.model import Comparison, Predicate
from headcount.definitions.times import Duration, duration_text, moment_text

Scalar = bool | Decimal | str
Bound = Decimal | tuple[Decimal, Decimal]

_NUMBERS = {
    "gt": "more than {}",
    "gte": "at least {}",
    "lt": "{less} than {}",
    "lte": "at most {}",
    "eq": "exactly {}",
    "ne": "other than {}",
    "between": "{}",
}
_OPPOSITES = {
    "gt": "lte",
    "gte": "lt",
    "lt": "gte",
    "lte": "gt",
    "eq": "ne",
    "ne": "eq",
}
_SOME = {("gte", Decimal(1)), ("gt", Decimal(0)), ("ne", Decimal(0))}
_NONE = {("eq", Decimal(0)), ("lt", Decimal(1)), ("lte", Decimal(0))}
_ZERO: dict[str, Callable[[Any], bool]] = {
    "gt": lambda bound: bound < 0,
    "gte": lambda bound: bound <= 0,
    "lt": lambda bound: bound > 0,
    "lte": lambda bound: bound >= 0,
    "eq": lambda bound: bound == 0,
    "ne": lambda bound: bound != 0,
    "between": lambda bounds: bounds[0] <= 0 <= bounds[1],
}
_NEGATIVE = {"is_not", "not_in", "not_contains"}


def name_in_words(name: str) -> str:
    """The name of an event, a property or a segment, in backticks."""
    return _quoted(name, "`")


def value_in_words(value: Scalar) -> str:
    """Text in double quotes, a number in its shortest form, `true` or `false` bare."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return shortest_decimal(value)
        case str():
            return _quoted(value, '"')
        case _:
            assert_never(value)


def listed(items: Iterable[str], word: str) -> str:
    """`a`, `a and b`, `a, b and c`; of none, `nothing`."""
    *others, last = tuple(items) or ("nothing",)
    return f"{', '.join(others)} {word} {last}" if others else last


def number_in_words(comparison: Comparison, *, less: str = "less") -> str:
    """What a number must be: `at least 2 and less than 5`, `2 to 5`."""
    words = (
        _NUMBERS[operator].format(_bound(bound), less=less)
        for operator, bound in _operators(comparison, _NUMBERS)
    )
    return listed(words, "and")


def counted_in_words(comparison: Comparison, noun: str) -> str:
    """How many of a thing: `at least 1 day`, `fewer than 3 days`."""
    ones = {(operator, Decimal(1)) for operator in _OPPOSITES}
    plural = "" if _only(comparison, ones) else "s"
    return f"{number_in_words(comparison, less='fewer')} {noun}{plural}"


def times_in_words(count: Comparison) -> str:
    """How often: `at least once`, `fewer than 3 times`."""
    text = counted_in_words(count, "time")
    return f"{text.removesuffix('1 time')}once" if text.endswith(" 1 time") else text


def opposite_of(comparison: Comparison) -> Comparison | None:
    """What holds for exactly the other numbers; None when no one operator says it."""
    match list(_operators(comparison, _NUMBERS)):
        case [(operator, bound)] if operator in _OPPOSITES:
            update = {operator: None, _OPPOSITES[operator]: bound}
            return comparison.model_copy(update=update)
        case _:
            return None


def means_some(count: Comparison) -> bool:
    """Whether the comparison, written in a usual way, asks for one or more."""
    return _only(count, _SOME)


def means_none(count: Comparison) -> bool:
    """Whether the comparison, written in a usual way, asks for none at all."""
    return _only(count, _NONE)


def holds_for_zero(comparison: Comparison) -> bool:
    """Whether the number 0 compares so."""
    return all(_ZERO[op](bound) for op, bound in _operators(comparison, _ZERO))


def predicate_in_words(predicate: Predicate) -> str:
    """What follows the name of a property: `at least 10`, `equal to "a" or "b"`."""
    operators = list(_operators(predicate, _PREDICATES))
    words = listed((_PREDICATES[name](value) for name, value in operators), "and")
    notes = ["ignoring case"] if predicate.ignore_case else []
    if all(name in _NEGATIVE for name, _ in operators):
        notes.append("or missing")
    return f"{words} ({', '.join(notes)})" if notes else words


def presence_of(predicate: Predicate) -> bool | None:
    """What `set` says when it says all there is to say, else None."""
    match list(_operators(predicate, _PREDICATES)):
        case [("set_", bool() as is_set)]:
            return is_set
        case _:
            return None


def _equal_to(value: Scalar) -> str:
    return f"equal to {value_in_words(value)}"


def _one_of(values: Iterable[Scalar]) -> str:
    return f"equal to {listed(map(value_in_words, values), 'or')}"


def _other_than(value: Scalar) -> str:
    return f"other than {value_in_words(value)}"


def _none_of(values: Iterable[Scalar]) -> str:
    return f"other than {listed(map(value_in_words, values), 'and')}"


def _text_after(words: str) -> Callable[[str], str]:
    return lambda text: f"{words} {value_in_words(text)}"


def _matching(pattern: str) -> str:
    """The pattern as typed when that is safe: doubled backslashes are hard to read."""
    plain = pattern.isprintable() and '"' not in pattern
    return f'matching "{pattern}"' if plain else f"matching {value_in_words(pattern)}"


def _than(operator: str) -> Callable[[Decimal], str]:
    return lambda bound: _NUMBERS[operator].format(_bound(bound), less="less")


def _from_to(bounds: tuple[Decimal, Decimal]) -> str:
    return f"from {_bound(bounds)}"


def _before(value: date | datetime) -> str:
    return f"before {moment_text(value)}"


def _after(value: date | datetime) -> str:
    """A date means the midnight that begins it, so that day itself is after it."""
    start = "" if isinstance(value, datetime) else "the start of "
    return f"after {start}{moment_text(value)}"


def _within_last(duration: Duration) -> str:
    return f"within the last {duration_text(duration)}"


_PREDICATES: dict[str, Callable[[Any], str]] = {
    "is_": _equal_to,
    "is_not": _other_than,
    "in_": _one_of,
    "not_in": _none_of,
    "contains": _text_after("containing"),
    "not_contains": _text_after("not containing"),
    "starts_with": _text_after("starting with"),
    "ends_with": _text_after("ending with"),
    "matches": _matching,
    "gt": _than("gt"),
    "gte": _than("gte"),
    "lt": _than("lt"),
    "lte": _than("lte"),
    "between": _from_to,
    "set_": lambda is_set: "set" if is_set else "missing",
    "before": _before,
    "after": _after,
    "within_last": _within_last,
}


def _operators(
    node: Comparison | Predicate, known: Iterable[str]
) -> Iterator[tuple[str, Any]]:
    for name in known:
        value = getattr(node, name)
        if value is not None:
            yield name, value


def _only(comparison: Comparison, operators: set[tuple[str, Decimal]]) -> bool:
    match list(_operators(comparison, _NUMBERS)):
        case [only]:
            return only in operators
        case _:
            return False


def _bound(bound: Bound) -> str:
    match bound:
        case Decimal():
            return shortest_decimal(bound)
        case (low, high):
            return f"{shortest_decimal(low)} to {shortest_decimal(high)}"


def _quoted(text: str, delimiter: str) -> str:
    return delimiter + "".join(_shown(char, delimiter) for char in text) + delimiter


def _shown(char: str, delimiter: str) -> str:
    if char in {delimiter, "\\"}:
        return f"\\{char}"
    return char if char.isprintable() else char.encode("unicode_escape").decode()
