"""Days with an event, moved by the days that something came to or left."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from tests.evaluate.told import did, told, utc

from headcount.evaluate.state.apart import MOST_APART, by_day

LATELY = "last 3 days"


def days(wanted: Any, date_range: str = LATELY, **more: Any) -> dict[str, Any]:
    return {"event": "buy", "days": wanted, "date_range": date_range, **more}


def test_late_event_on_a_day_already_counted_adds_nothing() -> None:
    found = told(
        days({"gte": 2}),
        ("2024-05-10T00:00", [did("a", "buy", "2024-05-09T10:00")]),
        ("2024-05-10T00:15", [did("a", "buy", "2024-05-09T11:00")]),
        ("2024-05-10T00:30", [did("a", "buy", "2024-05-08T11:00")]),
    )

    assert found == ["", "", "a"]


def test_day_leaves_with_its_last_event() -> None:
    bought = ["2024-05-07T12:00", "2024-05-07T12:20", "2024-05-08T12:00"]
    found = told(
        days({"gte": 2}),
        ("2024-05-10T12:00", [did("a", "buy", at) for at in bought]),
        ("2024-05-10T12:15", []),
        ("2024-05-10T12:30", []),
    )

    assert found == ["a", "a", ""]


def test_day_is_local() -> None:
    bought = ["2024-05-09T21:59", "2024-05-09T22:00"]  # midnight in Berlin
    found = told(
        days(2),
        ("2024-05-10T00:00", [did("a", "buy", bought[0])]),
        ("2024-05-10T00:15", [did("a", "buy", bought[1])]),
        ("2024-05-10T00:30", [did("b", "buy", at) for at in ("2024-05-09", bought[0])]),
        zone="Europe/Berlin",
    )

    assert found == ["", "a", "a"]


def test_days_at_which_clocks_are_turned() -> None:
    ends = ["2024-03-30T23:00", "2024-03-31T21:59", "2024-03-31T22:00"]
    late = ["2024-10-26T22:00", "2024-10-27T00:30", "2024-10-27T22:59"]
    for bought in (ends, late):
        at = utc(bought[-1]).replace(hour=23)
        ticks = [at + timedelta(minutes=15 * n) for n in range(1, 4)]
        found = told(
            days({"gte": 2}),
            *(
                (f"{tick:%Y-%m-%dT%H:%M}", [did("a", "buy", one)])
                for tick, one in zip(ticks, bought, strict=True)
            ),
            zone="Europe/Berlin",
        )

        assert found == ["", "", "a" if bought is ends else ""]


def test_day_that_begins_before_the_clocks_go_back_to_the_day_before() -> None:
    # At 00:01 on the 29th clocks went back to 23:01 on the 28th.
    bought = ["2006-10-29T02:30:30", "2006-10-29T03:15", "2006-10-29T03:45"]
    found = told(
        days({"gte": 2}),
        ("2006-10-29T12:00", [did("a", "buy", bought[0])]),
        ("2006-10-29T12:15", [did("a", "buy", bought[2])]),
        ("2006-10-29T12:30", [did("a", "buy", bought[1])]),
        zone="America/St_Johns",
    )

    assert found == ["", "", "a"]


def test_ticks_may_be_skipped() -> None:
    each_day = [f"2024-05-{day:02}T10:00" for day in range(5, 18)]
    found = told(
        days({"gte": 3}),
        ("2024-05-07T12:00", [did("a", "buy", at) for at in each_day[:3]]),
        ("2024-05-07T15:00", [did("b", "buy", each_day[2])]),
        (
            "2024-05-14T22:00",
            [
                *(did("b", "buy", at) for at in each_day),
                *(did("c", "buy", at) for at in each_day[-3:]),
            ],
        ),
        ("2024-05-17T12:00", []),
    )

    assert found == ["a", "a", "b", "bc"]


def test_late_events_on_many_days_far_apart() -> None:
    far = [f"2024-{month:02}-{day:02}" for month in range(1, 5) for day in (1, 3, 4)]
    found = told(
        days({"gte": len(far)}, "all time"),
        ("2024-05-10T00:00", [did("a", "buy", far[0]), did("b", "buy", far[3])]),
        ("2024-05-10T00:15", [did("a", "buy", at) for at in far[1:-1]]),
        (
            "2024-05-10T00:30",
            [*(did("b", "buy", at) for at in far), did("a", "buy", far[-1])],
        ),
    )

    assert found == ["", "", "ab"]


def test_users_who_are_new_have_no_days() -> None:
    found = told(
        days({"lt": 2}),
        ("2024-05-10T00:00", [did("a", "buy", "2024-05-09")]),
        (
            "2024-05-10T00:15",
            [
                did("b", "look", "2024-05-09"),
                did("c", "buy", "2024-05-08"),
                did("c", "buy", "2024-05-09"),
            ],
        ),
    )

    assert found == ["a", "ab"]


def test_days_beside_other_measures_and_a_predicate() -> None:
    rule = days(
        {"gte": 2}, count={"lte": 3}, sum={"of": "v", "gte": 3}, where={"v": [1, 2]}
    )
    found = told(
        rule,
        (
            "2024-05-10T00:00",
            [did("a", "buy", "2024-05-09", v=2), did("a", "buy", "2024-05-08", v=3)],
        ),
        ("2024-05-10T00:15", [did("a", "buy", "2024-05-08T01:00", v=1)]),
        ("2024-05-10T00:30", [did("a", "buy", "2024-05-08T02:00", v=1)]),
        ("2024-05-10T00:45", [did("a", "buy", "2024-05-08T03:00", v=1)]),
    )

    assert found == ["", "a", "a", ""]


def test_sum_that_needs_more_places_beside_days() -> None:
    found = told(
        days({"gte": 1}, sum={"of": "v", "gt": 1}),
        ("2024-05-10T00:00", [did("a", "buy", "2024-05-09", v=1)]),
        ("2024-05-10T00:15", [did("a", "buy", "2024-05-09", v=Decimal("0.125"))]),
    )

    assert found == ["", "a"]


def test_each_day_is_in_one_group() -> None:
    days = np.array([9, -2, 9, 9, 4, 4, 5, 7, 7, 8, 8, 9])

    groups = [(own.tolist(), rows.tolist()) for own, rows in by_day(days)]

    assert [own for own, _ in groups] == [[9], [4], [7], [8], [-2, 5]]
    assert len(groups) == MOST_APART + 1
    for own, rows in groups:
        assert rows == [day in own for day in days.tolist()]


def test_nothing_is_in_no_group() -> None:
    assert not [*by_day(np.empty(0, dtype=np.int64))]
