"""Which rows satisfy a predicate: segments.md §2, "Predicates".

Every operator is a small function from `Values` to a Boolean series without nulls.
What is missing, null, an array or an object fails the positive operators and passes
their negations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from itertools import chain
from operator import and_, or_
from zoneinfo import ZoneInfo

import polars as pl

from headcount.definitions.model import Predicate
from headcount.definitions.values import Scalar
from headcount.evaluate.instants import read_instants
from headcount.rules import ranges
from headcount.rules.micros import to_micros
from headcount.rules.values import Values, compare_numbers, literal_text

TRUTH = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant of evaluation and what `local` means there."""

    at: datetime
    tz: ZoneInfo


def satisfies(predicate: Predicate, values: Values, moment: Moment) -> pl.Series:
    """Row by row, whether every operator of `predicate` holds."""
    lasting = _lasting_tests(predicate, values, moment)
    return reduce(and_, chain(lasting, _lately_test(predicate, values, moment)))


def _lasting_tests(
    predicate: Predicate, values: Values, moment: Moment
) -> Iterator[pl.Series]:
    """The operators whose answer does not change with the instant of evaluation."""
    yield from _equality_tests(predicate, values)
    yield from _text_tests(predicate, values)
    yield from _number_tests(predicate, values)
    yield from _instant_tests(predicate, values, moment)
    if predicate.set_ is not None:
        yield values.is_set if predicate.set_ else ~values.is_set


# ── equality ──────────────────────────────────────────────────────────────────


def _equality_tests(predicate: Predicate, values: Values) -> Iterator[pl.Series]:
    fold = predicate.ignore_case
    if predicate.is_ is not None:
        yield equals(values, predicate.is_, ignore_case=fold)
    if predicate.is_not is not None:
        yield ~equals(values, predicate.is_not, ignore_case=fold)
    if predicate.in_ is not None:
        yield _equals_any(values, predicate.in_, ignore_case=fold)
    if predicate.not_in is not None:
        yield ~_equals_any(values, predicate.not_in, ignore_case=fold)


def _equals_any(
    values: Values, literals: tuple[Scalar, ...], *, ignore_case: bool
) -> pl.Series:
    return reduce(
        or_, (equals(values, one, ignore_case=ignore_case) for one in literals)
    )


def equals(values: Values, literal: Scalar, *, ignore_case: bool = False) -> pl.Series:
    """Row by row, `is`: numbers by value, text as text, `true` as text in any case."""
    if isinstance(literal, bool):
        return _equals_boolean(values, literal)
    if isinstance(literal, Decimal):
        return compare_numbers(values, "eq", literal)
    text, wanted = values.text, literal
    if ignore_case:
        text, wanted = lower_case(text), lower_text(literal)
    same = (text == wanted).fill_null(value=False)
    if lower_text(literal) in TRUTH:
        return same | (
            values.is_boolean & _equals_boolean(values, TRUTH[lower_text(literal)])
        )
    return same


def _equals_boolean(values: Values, literal: Scalar) -> pl.Series:
    return _holds(lower_case(values.text) == literal_text(literal))


# ── text ──────────────────────────────────────────────────────────────────────


def _text_tests(predicate: Predicate, values: Values) -> Iterator[pl.Series]:
    fold = predicate.ignore_case
    text = lower_case(values.text) if fold else values.text
    wanted = lower_text if fold else str
    if predicate.contains is not None:
        yield _holds(text.str.contains(wanted(predicate.contains), literal=True))
    if predicate.not_contains is not None:
        found = text.str.contains(wanted(predicate.not_contains), literal=True)
        yield ~_holds(found)
    if predicate.starts_with is not None:
        yield _holds(text.str.starts_with(wanted(predicate.starts_with)))
    if predicate.ends_with is not None:
        yield _holds(text.str.ends_with(wanted(predicate.ends_with)))
    if predicate.matches is not None:
        # Lower-casing a pattern would turn \S into \s: the engine's own flag instead.
        pattern = f"(?i:{predicate.matches})" if fold else predicate.matches
        yield _holds(values.text.str.contains(pattern, strict=True))


def _holds(answers: pl.Series) -> pl.Series:
    return answers.fill_null(value=False)


def lower_case(text: pl.Series) -> pl.Series:
    """Simple lower case, character by character, as `lower_text` does.

    Full lower case would look at a sigma's neighbours and split the dotted I.
    """
    return (
        text.str.replace_all("Σ", "σ", literal=True)
        .str.replace_all("İ", "i", literal=True)
        .str.to_lowercase()
    )


def lower_text(text: str) -> str:
    """Simple Unicode lower case: one character for one character."""
    return text.replace("Σ", "σ").replace("İ", "i").lower()


# ── numbers and instants ──────────────────────────────────────────────────────


def _number_tests(predicate: Predicate, values: Values) -> Iterator[pl.Series]:
    if predicate.gt is not None:
        yield compare_numbers(values, "gt", predicate.gt)
    if predicate.gte is not None:
        yield compare_numbers(values, "gte", predicate.gte)
    if predicate.lt is not None:
        yield compare_numbers(values, "lt", predicate.lt)
    if predicate.lte is not None:
        yield compare_numbers(values, "lte", predicate.lte)
    if predicate.between is not None:
        low, high = predicate.between
        yield compare_numbers(values, "gte", low) & compare_numbers(values, "lte", high)


def _instant_tests(
    predicate: Predicate, values: Values, moment: Moment
) -> Iterator[pl.Series]:
    if (predicate.before, predicate.after) == (None, None):
        return
    at = read_instants(values, moment.tz)
    if predicate.before is not None:
        yield _holds(at < to_micros(ranges.instant_of(predicate.before, moment.tz)))
    if predicate.after is not None:
        yield _holds(at > to_micros(ranges.instant_of(predicate.after, moment.tz)))


def _lately_test(
    predicate: Predicate, values: Values, moment: Moment
) -> Iterator[pl.Series]:
    if predicate.within_last is not None:
        at = read_instants(values, moment.tz)
        start, end = lately(predicate, moment)
        yield _holds((at >= start) & (at < end))


def lately(predicate: Predicate, moment: Moment) -> tuple[int, int]:
    """What `within_last` means at the moment: [start, end) in microseconds."""
    assert predicate.within_last is not None  # noqa: S101 - the caller asked for it
    start = ranges.before(moment.at, predicate.within_last, moment.tz)
    return to_micros(start), to_micros(moment.at)


def instants_to_date(predicate: Predicate, values: Values, moment: Moment) -> pl.Series:
    """Row by row, the instant that `within_last` is asked of, in microseconds.

    Null where there is none, or where another operator of `predicate` does not hold.
    """
    at = read_instants(values, moment.tz)
    others = [*_lasting_tests(predicate, values, moment)]
    return at if not others else at.set(~reduce(and_, others), None)


def holds_when_missing(predicate: Predicate) -> bool:
    """Whether `predicate` holds for a value that is not there."""
    positive = (
        "is_", "in_", "contains", "starts_with", "ends_with", "matches",
        "gt", "gte", "lt", "lte", "between", "before", "after", "within_last",
    )  # fmt: skip
    if any(getattr(predicate, name) is not None for name in positive):
        return False
    return predicate.set_ is not True
