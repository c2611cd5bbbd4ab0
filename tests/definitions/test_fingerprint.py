from __future__ import annotations

from typing import Any

import pytest

from headcount.definitions.fingerprint import fingerprint
from headcount.definitions.model import Definition
from headcount.definitions.yaml_reader import parse_yaml

RULE = "rules: [{event: a}]"


def of(text: str, **keys: Any) -> str:
    tree = parse_yaml(text.encode(), file="a.yaml").tree
    whole = {"id": "a", "name": "A", "system": "crm", **tree, **keys}
    return fingerprint(Definition.model_validate(whole))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{event: a}", "{event: [a]}"),
        ("{event: [a, b]}", "{event: [b, a, b]}"),
        ("{event: a}", "{event: a, count: {gte: 1}}"),
        ("{event: a, count: 3}", "{event: a, count: {eq: 3.0}}"),
        ("{event: a, count: {gte: 3}}", "{count: {gte: '3'}, event: a}"),
        ("{event: a, where: {}}", "{event: a}"),
        ("{event: a, where: {x: 1, y: b}}", "{event: a, where: {y: {is: b}, x: 1.0}}"),
        ("{event: a, where: {x: [b, c]}}", "{event: a, where: {x: {in: [c, b]}}}"),
        ("{event: a, where: {x: b}}", "{event: a, where: {x: [b]}}"),
        ("{attribute: x, is_not: b}", "{attribute: x, not_in: [b]}"),
        ("{attribute: x, is: b}", "{attribute: x, is: b, ignore_case: false}"),
        ("{event: a, date_range: all time}", "{event: a}"),
        ("{event: a, date_range: last 1 day}", "{event: a, date_range: last 24 hours}"),
        (
            "{event: a, date_range: last 1 year}",
            "{event: a, date_range: last 12 months}",
        ),
        (
            "{event: a, date_range: {from: 2 weeks ago, to: 1 week ago}}",
            "{event: a, date_range: {to: 7 days ago, from: 14 days ago}}",
        ),
        (
            "{event: a, date_range: {from: '2026-05-01T09:00:00+02:00'}}",
            "{event: a, date_range: {from: '2026-05-01T07:00:00Z'}}",
        ),
        (
            "{event: a, active: {periods: 3, of: 4, every: 1 week}}",
            "{event: a, active: {periods: 3, of: 4, every: 7 days, count: {gte: 1}}}",
        ),
        (
            "{sequence: [{event: a}, {event: b}], within: 1 day}",
            "{sequence: [{event: [a]}, {event: b, where: {}}], within: 24 hours}",
        ),
        ("{all: [{event: a}]}", "{event: a}"),
        (
            "{any: [{event: a}, {event: b}]}",
            "{any: [{event: b}, {event: a}, {event: a}]}",
        ),
    ],
)
def test_spellings_of_one_meaning_are_one(one: str, other: str) -> None:
    assert of(f"rules: [{one}]") == of(f"rules: [{other}]")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{event: a}", "{event: b}"),
        ("{event: a}", "{event: 'a*'}"),
        ("{event: a, count: 3}", "{event: a, count: {gte: 3}}"),
        ("{event: a, count: 3}", "{event: a, days: 3}"),
        ("{event: a}", "{event: a, days: {gte: 1}}"),
        ("{event: a, where: {x: 1}}", "{event: a, where: {x: '1'}}"),
        ("{event: a, where: {x: true}}", "{event: a, where: {x: 'true'}}"),
        ("{event: a, first: true}", "{event: a}"),
        ("{event: a, date_range: last 1 week}", "{event: a, date_range: last week}"),
        (
            "{event: a, date_range: last 1 month}",
            "{event: a, date_range: last 30 days}",
        ),
        (
            "{event: a, date_range: {from: 2026-05-01}}",
            "{event: a, date_range: {to: 2026-05-01}}",
        ),
        (
            "{event: a, date_range: {from: 2026-05-01}}",
            "{event: a, date_range: {from: 2026-05-01T00:00:00}}",
        ),
        (
            "{event: a, active: {periods: 3, of: 4, every: 7 days}}",
            "{event: a, active: {periods: 3, of: 5, every: 7 days}}",
        ),
        ("{attribute: x, is: b}", "{attribute: x, is: b, ignore_case: true}"),
        ("{attribute: x, is: b}", "{attribute: y, is: b}"),
        ("{attribute: x, set: false}", "{not: {attribute: x, set: false}}"),
        (
            "{sequence: [{event: a}, {event: b}]}",
            "{sequence: [{event: b}, {event: a}]}",
        ),
        ("{sequence: [{event: a}], same: x}", "{sequence: [{event: a}]}"),
        ("{segment: b}", "{segment: c}"),
        ("{all: [{event: a}, {event: b}]}", "{any: [{event: a}, {event: b}]}"),
    ],
)
def test_other_meanings_are_others(one: str, other: str) -> None:
    assert of(f"rules: [{one}]") != of(f"rules: [{other}]")


@pytest.mark.parametrize(
    "keys",
    [
        {"id": "b"},
        {"name": "B"},
        {"description": "what for"},
        {"created_by": "dana"},
        {"destinations": ["walkme"]},
        {"match": "any"},
        {"classic": False},
    ],
)
def test_what_decides_no_membership_does_not_count(keys: dict[str, Any]) -> None:
    assert of(RULE, **keys) == of(RULE)


@pytest.mark.parametrize(
    "keys",
    [
        {"system": "shop"},
        {"evaluation_end": "2027-03-31"},
        {"date_range": "today"},
        {"classic": True},
    ],
)
def test_what_decides_membership_counts(keys: dict[str, Any]) -> None:
    assert of(RULE, **keys) != of(RULE)


def test_the_range_of_the_segment_is_that_of_its_conditions() -> None:
    above = of(
        "date_range: today\nrules: [{event: a}, {event: b, date_range: all time}]"
    )
    below = of("rules: [{event: a, date_range: today}, {event: b}]")

    assert above == below


def test_the_range_says_nothing_of_attributes() -> None:
    assert of("date_range: today\nrules: [{attribute: x, set: true}]") == of(
        "rules: [{attribute: x, set: true}]"
    )


def test_a_fingerprint_is_16_hex_digits_and_stays() -> None:
    assert of(RULE) == "eff0f7c5141385e3"
