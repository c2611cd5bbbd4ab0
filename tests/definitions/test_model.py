from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from headcount.definitions.model import (
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
    Sequence,
    Target,
    conditions_of,
    kind_of,
)
from headcount.definitions.times import Ago, Between, Duration, Last
from headcount.definitions.yaml_reader import parse_yaml


def definition(text: str) -> Definition:
    tree = parse_yaml(text.encode(), file="a.yaml").tree
    return Definition.model_validate({"id": "a", "name": "A", "system": "crm", **tree})


def rule(text: str) -> Any:
    return definition(f"rules:\n  - {text}\n").rules[0]


def test_scalar_is_and_list_in_where() -> None:
    where = rule(
        "{event: a, where: {x: y, n: 5, l: [1, true, t], m: {gte: '7'}}}"
    ).where

    assert where == {
        "x": Predicate.model_validate({"is": "y"}),
        "n": Predicate.model_validate({"is": Decimal(5)}),
        "l": Predicate.model_validate({"in": (Decimal(1), True, "t")}),
        "m": Predicate(gte=Decimal(7)),
    }


def test_true_stays_a_truth_and_one_a_number() -> None:
    where = rule("{event: a, where: {x: true, y: 1}}").where

    assert where["x"].is_ is True
    assert isinstance(where["y"].is_, Decimal)


def test_one_event_is_a_list_of_one() -> None:
    assert rule("{event: a}").event == ("a",)
    assert rule("{event: [a, 'b.*']}").event == ("a", "b.*")


def test_a_bare_measure_is_equality() -> None:
    event = rule("{event: a, count: 3, days: {gt: 1, between: [1, '2']}}")

    assert event.count == Comparison(eq=Decimal(3))
    assert event.days == Comparison(gt=Decimal(1), between=(Decimal(1), Decimal(2)))


def test_aggregates_name_their_property() -> None:
    event = rule("{event: a, sum: {of: amount, gte: 10.50}}")

    assert event.sum == Aggregate(of="amount", gte=Decimal("10.50"))


def test_active_counts_at_least_once_by_itself() -> None:
    active = rule("{event: a, active: {periods: 3, of: 4, every: 7 days}}").active

    assert (active.of, active.every) == (4, Duration(7, "day"))
    assert active.count == Comparison(gte=Decimal(1))


def test_instants_are_utc_and_local_ones_naive() -> None:
    moments = rule(
        "{attribute: since, before: 2026-05-01T09:00:00+02:00, after: 2026-05-01T09:00}"
    )

    assert moments.before == datetime(2026, 5, 1, 7, tzinfo=UTC)
    assert moments.after == datetime(2026, 5, 1, 9)  # noqa: DTZ001 - local is naive


def test_dates_stay_dates_quoted_or_not() -> None:
    moments = rule('{attribute: since, before: "2026-05-01", after: 2026-05-02}')

    assert (type(moments.before), type(moments.after)) == (date, date)


def test_ranges_are_parsed() -> None:
    whole = definition(
        "date_range: last 2 weeks\n"
        "rules: [{event: a, date_range: {from: 14 days ago, to: 2026-05-01}}]\n"
    )

    assert whole.date_range == Last(Duration(2, "week"))
    assert whole.rules[0].date_range == Between(  # type: ignore[union-attr]
        Ago(Duration(14, "day")), date(2026, 5, 1)
    )


def test_destinations_are_targets() -> None:
    whole = definition(
        "rules: [event: a]\ndestinations: [walkme, {appcues: {remote_id: -Mv-o}}]\n"
    )

    assert whole.destinations == (
        Target(name="walkme"),
        Target(name="appcues", remote_id="-Mv-o"),
    )


@pytest.mark.parametrize(
    ("text", "model", "kind"),
    [
        ("{event: a}", Event, "event"),
        ("{sequence: [{event: a}]}", Sequence, "sequence"),
        ("{attribute: a, set: true}", Attribute, "attribute"),
        ("{segment: a}", Reference, "segment"),
        ("{everyone: true}", Everyone, "everyone"),
        ("{all: [{event: a}]}", All, "all"),
        ("{any: [{event: a}]}", AnyOf, "any"),
        ("{not: {event: a}}", Not, "not"),
    ],
)
def test_the_key_says_the_kind(text: str, model: type, kind: str) -> None:
    assert type(rule(text)) is model
    assert kind_of(rule(text)) == kind


def test_conditions_are_the_leaves_at_any_depth() -> None:
    whole = definition(
        "rules:\n"
        "  - any: [{event: a}, {not: {all: [{segment: s}, {everyone: true}]}}]\n"
        "  - sequence: [{event: b}, {event: c}]\n"
    )

    kinds = [kind_of(condition) for condition in conditions_of(whole.rules)]

    assert kinds == ["event", "segment", "everyone", "sequence"]


def test_a_definition_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        definition("rules: [event: a]\n").name = "B"  # type: ignore[misc]


@pytest.mark.parametrize("length", [1, 128])
def test_names_of_every_length_are_taken(length: int) -> None:
    assert definition(f"name: {'x' * length}\nrules: [event: a]\n").name


@pytest.mark.parametrize(
    ("key", "text"),
    [("name", "x" * 129), ("id", "x" * 65), ("id", "é"), ("created_by", "a\tb")],
)
def test_names_that_do_not_fit_are_refused(key: str, text: str) -> None:
    tree = {"id": "a", "name": "A", "system": "crm", "classic": True, key: text}

    with pytest.raises(ValidationError):
        Definition.model_validate(tree)


def test_a_pattern_of_513_characters_is_refused() -> None:
    assert rule(f"{{attribute: a, matches: {'x' * 512}}}").matches

    with pytest.raises(ValidationError, match="at most 512"):
        rule(f"{{attribute: a, matches: {'x' * 513}}}")
