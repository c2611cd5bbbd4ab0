"""What rules and ranges read as."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcount.definitions.model import Comparison, Definition, Predicate
from headcount.definitions.times import (
    Ago,
    AllTime,
    Between,
    Calendar,
    DateRange,
    Duration,
    Last,
)
from headcount.definitions.yaml_reader import read_yaml
from headcount.rules import phrases
from headcount.rules.ranges import Bounds, resolve
from headcount.rules.words import (
    definition_in_words,
    in_words,
    range_bounds_in_words,
    range_in_words,
)

NEW_YORK = ZoneInfo("America/New_York")
CASES = read_yaml(
    Path(__file__).with_name("cases") / "words.yaml", file="words.yaml"
).tree


def definition(written: dict[str, Any]) -> Definition:
    base = {"id": "s", "name": "S", "system": "shop"}
    return Definition.model_validate(base | written)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["words"])
def test_definition_reads_as_written_down(case: dict[str, Any]) -> None:
    written = {key: case[key] for key in case.keys() - {"words", "names"}}

    words = definition_in_words(definition(written), names=case.get("names"))

    assert words == case["words"]


def test_a_classic_definition_without_rules_reads_as_imported() -> None:
    assert definition_in_words(definition({"classic": True})) == (
        "is on the imported list"
    )


def test_one_rule_reads_with_its_segments_range() -> None:
    rule = definition({"rules": [{"not": {"event": "a"}}]}).rules[0]

    assert in_words(rule) == "never did `a`"
    assert in_words(rule, Calendar("week", previous=True)) == "never did `a` last week"
    assert in_words(rule, Last(Duration(1, "week"))) == (
        "never did `a` in the last 1 week"
    )


def test_every_operator_of_the_model_has_its_words() -> None:
    operators = Predicate.model_fields.keys() - {"ignore_case"}

    assert phrases._PREDICATES.keys() == operators
    assert (
        phrases._NUMBERS.keys()
        == phrases._ZERO.keys()
        == Comparison.model_fields.keys()
    )


@pytest.mark.parametrize("bound", range(-1, 2))
@pytest.mark.parametrize("operator", phrases._OPPOSITES)
def test_an_opposite_holds_for_zero_where_the_comparison_does_not(
    operator: str, bound: int
) -> None:
    comparison = Comparison.model_validate({operator: Decimal(bound)})

    opposite = phrases.opposite_of(comparison)

    assert opposite is not None
    assert phrases.holds_for_zero(opposite) is not phrases.holds_for_zero(comparison)


@pytest.mark.parametrize(
    ("date_range", "words"),
    [
        (AllTime(), "all time"),
        (Last(Duration(30, "day")), "the last 30 days"),
        (Last(Duration(1, "week")), "the last 1 week"),
        (Calendar("week", previous=True), "last week"),
        (Calendar("quarter", previous=False), "this quarter"),
        (Calendar("day", previous=False), "today"),
        (Calendar("day", previous=True), "yesterday"),
        (
            Between(date(2026, 5, 1), date(2026, 5, 14)),
            "from 2026-05-01 through 2026-05-14",
        ),
        (Between(date(2026, 5, 1), None), "since 2026-05-01"),
        (Between(None, date(2026, 5, 14)), "through 2026-05-14"),
        (Between(None, Ago(Duration(7, "day"))), "until 7 days ago"),
        (
            Between(
                Ago(Duration(2, "month")), datetime.fromisoformat("2026-05-02T09:30")
            ),
            "from 2 months ago until 2026-05-02T09:30:00",
        ),
        (Between(None, None), "all time"),
    ],
)
def test_range_reads_alone(date_range: DateRange, words: str) -> None:
    assert range_in_words(date_range) == words


@pytest.mark.parametrize(
    ("date_range", "at", "words"),
    [
        (
            Calendar("week", previous=True),
            "2026-05-20T14:07:00Z",
            "last week: Mon 2026-05-11 00:00 to Mon 2026-05-18 00:00 America/New_York",
        ),
        (
            Last(Duration(1, "week")),
            "2026-05-20T14:07:00Z",
            "the last 1 week: Wed 2026-05-13 10:07 to Wed 2026-05-20 10:07 "
            "America/New_York",
        ),
        (
            Last(Duration(45, "second")),
            "2026-05-20T14:07:00.500000Z",
            "the last 45 seconds: Wed 2026-05-20 10:06:15.500000 "
            "to Wed 2026-05-20 10:07:00.500000 America/New_York",
        ),
        (
            Last(Duration(1, "hour")),
            "2026-11-01T06:30:00Z",
            "the last 1 hour: Sun 2026-11-01 01:30-04:00 to Sun 2026-11-01 01:30-05:00 "
            "America/New_York",
        ),
        (
            AllTime(),
            "2026-05-20T14:07:00Z",
            "all time: the beginning to Wed 2026-05-20 10:07 America/New_York",
        ),
        (
            Between(date(2026, 6, 1), date(2026, 6, 30)),
            "2026-05-20T14:07:00Z",
            "from 2026-06-01 through 2026-06-30: empty at this moment, "
            "begins Mon 2026-06-01 00:00 America/New_York",
        ),
    ],
)
def test_range_reads_with_its_bounds_by_the_local_clocks(
    date_range: DateRange, at: str, words: str
) -> None:
    bounds = resolve(date_range, datetime.fromisoformat(at), NEW_YORK)

    assert range_bounds_in_words(date_range, bounds, NEW_YORK) == words


def test_bounds_at_the_end_of_the_calendar_are_shown_in_utc() -> None:
    end = datetime.fromisoformat("0001-01-01T00:00:00Z")

    assert range_bounds_in_words(AllTime(), Bounds(None, end), NEW_YORK) == (
        "all time: the beginning to Mon 0001-01-01 00:00 America/New_York"
    )


texts = st.text(min_size=1, max_size=4).map(lambda text: text.replace("*", '`"\\'))
numbers = st.decimals(-1000, 1000, places=2)
scalars = st.one_of(texts, numbers, st.booleans())
comparisons = st.dictionaries(
    st.sampled_from(["gt", "gte", "lt", "lte", "eq", "ne"]), numbers, min_size=1
)
ranges = st.sampled_from(
    ["all time", "today", "last week", "last 3 months", {"to": "7 days ago"}]
)
predicates = st.one_of(
    scalars,
    st.lists(scalars, min_size=1, max_size=3),
    st.fixed_dictionaries({"contains": texts, "ignore_case": st.just(True)}),
    st.fixed_dictionaries({"matches": st.sampled_from([r"\d", '"', r"\\", "\n`"])}),
    st.fixed_dictionaries({"is_not": scalars}, optional={"set": st.booleans()}),
)
names = st.lists(texts, min_size=1, max_size=3)
steps = st.fixed_dictionaries(
    {"event": names}, optional={"where": st.dictionaries(texts, predicates, min_size=1)}
)
aggregates = st.builds(lambda numbers, of: numbers | {"of": of}, comparisons, texts)
events = st.builds(
    lambda step, measures: step | measures,
    steps,
    st.fixed_dictionaries(
        {},
        optional={"count": comparisons, "sum": aggregates, "distinct": aggregates}
        | {"date_range": ranges},
    ),
)
sequences = st.fixed_dictionaries(
    {"sequence": st.lists(steps, min_size=2, max_size=3)},
    optional={"same": texts, "within": st.just("3 days"), "date_range": ranges},
)
attributes = st.fixed_dictionaries(
    {"attribute": texts, "in": st.lists(scalars, min_size=1)}
)
rules = st.recursive(
    st.one_of(events, sequences, attributes, st.just({"everyone": True})),
    lambda rule: st.one_of(
        rule.map(lambda inner: {"not": inner}),
        st.lists(rule, min_size=1, max_size=3).map(lambda inner: {"all": inner}),
        st.lists(rule, min_size=1, max_size=3).map(lambda inner: {"any": inner}),
    ),
    max_leaves=5,
)


@given(st.lists(rules, min_size=1, max_size=3), ranges, st.sampled_from(["all", "any"]))
def test_any_definition_reads_as_one_printable_line_with_closed_quotes(
    written: list[Any], date_range: Any, match: str
) -> None:
    words = definition_in_words(
        definition({"rules": written, "date_range": date_range, "match": match})
    )

    assert words.isprintable()
    said = re.sub(r'`(?:\\.|[^`\\])*`|"(?:\\.|[^"\\])*"', "", words)
    assert re.fullmatch(r"[A-Za-z0-9 ,().-]+", said)
    assert said.count("(") == said.count(")")
