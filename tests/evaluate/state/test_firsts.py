"""The first event over all history, moved by what came and where the range went."""

from __future__ import annotations

from typing import Any

from tests.evaluate.told import did, told

LATELY = "last 2 days"


def first(date_range: str = LATELY, **where: Any) -> dict[str, Any]:
    return {"event": "buy", "first": True, "date_range": date_range, "where": where}


def test_later_event_is_no_first() -> None:
    found = told(
        first(v=1),
        ("2024-05-10T00:00", [did("a", "buy", "2024-05-09", v=2)]),
        ("2024-05-10T00:15", [did("a", "buy", "2024-05-10", v=1)]),
    )

    assert found == ["", ""]


def test_late_event_before_the_first_takes_its_place() -> None:
    found = told(
        first(v=1),
        (
            "2024-05-10T00:00",
            [did("a", "buy", "2024-05-09", v=1), did("b", "buy", "2024-05-09", v=2)],
        ),
        (
            "2024-05-10T00:15",
            [
                did("a", "buy", "2024-05-08T12:00", v=2),
                did("b", "buy", "2024-05-08T12:00", v=1),
            ],
        ),
        ("2024-05-10T00:30", [did("b", "buy", "2024-03-01", v=1)]),
    )

    assert found == ["a", "b", ""]


def test_of_events_at_the_first_instant_any_may_match() -> None:
    tie = "2024-05-09T12:00"
    found = told(
        first(v=1),
        ("2024-05-10T00:00", [did("a", "buy", tie, v=2), did("b", "buy", tie, v=1)]),
        ("2024-05-10T00:15", [did("a", "buy", tie, v=3), did("b", "buy", tie, v=2)]),
        ("2024-05-10T00:30", [did("a", "buy", tie, v=1), did("c", "buy", tie, v=2)]),
        ("2024-05-10T00:45", [did("c", "buy", tie, v=1), did("c", "buy", tie, v=3)]),
    )

    assert found == ["b", "b", "ab", "abc"]


def test_event_dated_ahead_is_the_first_when_due() -> None:
    ahead = [did("a", "buy", "2024-05-10T00:05", v=1), did("b", "look", "2024-05-01")]
    before = did("b", "buy", "2024-05-10T00:05", v=1)
    found = told(
        first(v=1),
        ("2024-05-10T00:00", ahead),
        ("2024-05-10T00:05", [before]),
        ("2024-05-10T00:15", [did("b", "buy", "2024-05-10T00:04", v=2)]),
    )

    assert found == ["", "", "a"]


def test_two_dated_ahead_become_due_one_after_the_other() -> None:
    found = told(
        first(v=1),
        (
            "2024-05-10T00:00",
            [
                did("a", "buy", "2024-05-10T00:20", v=1),
                did("a", "buy", "2024-05-10T00:05", v=2),
                did("b", "buy", "2024-05-10T00:20", v=2),
                did("b", "buy", "2024-05-10T00:05", v=1),
            ],
        ),
        ("2024-05-10T00:15", []),
        ("2024-05-10T00:30", []),
    )

    assert found == ["", "b", "b"]


def test_first_crosses_the_edges_of_the_range() -> None:
    between = first("yesterday")
    found = told(
        between,
        ("2024-05-10T12:00", [did("a", "buy", "2024-05-10T06:00")]),
        ("2024-05-11T00:00", []),
        ("2024-05-11T00:15", []),
        ("2024-05-12T00:00", []),
    )

    assert found == ["", "a", "a", ""]


def test_end_of_the_range_is_outside() -> None:
    found = told(
        first("yesterday"),
        ("2024-05-10T12:00", [did("a", "look", "2024-05-09")]),
        ("2024-05-10T12:15", [did("a", "buy", "2024-05-10")]),
        ("2024-05-11T00:00", []),
        ("2024-05-12T00:00", []),
    )

    assert found == ["", "", "a", ""]


def test_edge_is_the_first_instant_of_the_range() -> None:
    found = told(
        first(),
        ("2024-05-10T00:00", [did("a", "buy", "2024-05-09")]),
        ("2024-05-11T00:00", []),
        ("2024-05-11T00:15", []),
    )

    assert found == ["a", "a", ""]


def test_ticks_may_be_skipped() -> None:
    found = told(
        first(v=1),
        ("2024-05-10T00:00", [did("a", "buy", "2024-05-09", v=1)]),
        ("2024-05-10T03:00", [did("b", "buy", "2024-05-10T00:10", v=1)]),
        (
            "2024-05-17T07:00",
            [did("c", "buy", "2024-05-16", v=1), did("d", "buy", "2024-05-12", v=1)],
        ),
    )

    assert found == ["a", "ab", "c"]


def test_first_of_several_names() -> None:
    found = told(
        {"event": ["buy", "re*"], "first": True, "where": {"v": 1}},
        ("2024-05-10T00:00", [did("a", "buy", "2024-05-09", v=1)]),
        ("2024-05-10T00:15", [did("a", "rent", "2024-05-08", v=2)]),
        ("2024-05-10T00:30", [did("a", "return", "2024-05-07", v=1)]),
    )

    assert found == ["a", "", "a"]


def test_first_that_lies_in_the_past_by_the_instant_is_asked_about_everybody() -> None:
    found = told(
        first("all time", until={"within_last": "1 day"}),
        ("2024-05-10T00:00", [did("a", "buy", "2024-05-09", until="2024-05-09T12:00")]),
        ("2024-05-10T12:00", []),
        ("2024-05-10T12:15", []),
    )

    assert found == ["a", "a", ""]


def test_instants_at_the_ends_of_the_calendar() -> None:
    found = told(
        first("all time", v=1),
        ("2024-05-10T00:00", [did("a", "buy", "2024-05-09", v=1)]),
        ("2024-05-10T00:15", [did("a", "buy", "0001-01-02", v=2)]),
        ("2024-05-10T00:30", [did("b", "buy", "0001-01-01", v=1)]),
        ("2024-05-10T00:45", [did("c", "buy", "9999-12-31T23:59", v=1)]),
    )

    assert found == ["a", "", "b", "b"]
