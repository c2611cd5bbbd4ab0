from __future__ import annotations

import json
from typing import Any

import pytest

from tests.ingest.landing import AT, Landing, lines


@pytest.fixture(autouse=True)
def _format(landing: Landing) -> None:
    landing.set(format="segment")


def call(kind: str, **fields: Any) -> str:
    whole = {"type": kind, "userId": "u1", "timestamp": AT, **fields}
    return json.dumps({key: value for key, value in whole.items() if value is not None})


def test_track_is_an_event(landing: Landing) -> None:
    landing.load(
        lines(call("track", event="Order Done", messageId="m1", properties={"n": 1}))
    )

    assert landing.events() == [("u1", "Order Done", '{"n":1}')]
    assert landing.ask("SELECT event_id FROM events") == [("m1",)]


def test_page_and_screen_are_events_with_their_name_as_a_property(
    landing: Landing,
) -> None:
    landing.load(
        lines(
            call("page", name="Home", category="Docs", properties={"url": "/"}),
            call("page", properties={"name": "Own"}, name="Other"),
            call("screen"),
        )
    )

    assert landing.events() == [
        ("u1", "page", '{"category":"Docs","name":"Home","url":"/"}'),
        ("u1", "page", '{"name":"Own"}'),
        ("u1", "screen", "{}"),
    ]


def test_track_of_an_event_called_page_keeps_its_properties(landing: Landing) -> None:
    landing.load(lines(call("track", event="page", name="x")))

    assert landing.events() == [("u1", "page", "{}")]


def test_identify_sets_and_unsets_attributes(landing: Landing) -> None:
    row = {"type": "identify", "userId": "u1", "timestamp": AT}

    landing.load(lines(json.dumps({**row, "traits": {"plan": "pro", "role": None}})))

    assert landing.attributes() == [("u1", "plan", '"pro"'), ("u1", "role", "null")]
    assert landing.events() == []


def test_anonymous_call_is_rejected_unless_kept(landing: Landing) -> None:
    row = call("track", event="a", userId=None, anonymousId="anon-1")
    landing.load(lines(row))
    assert landing.rejects() == [(1, "userId: found nothing; wanted text or a number")]

    landing.set(anonymous="keep")
    landing.load(lines(row, call("track", event="b")), "2")

    assert [user for user, _, _ in landing.events()] == ["anon-1", "u1"]


def test_group_and_alias_are_rejected_but_are_no_drift(landing: Landing) -> None:
    rows = [call("group", groupId=str(n)) for n in range(150)]

    report = landing.load(lines(*rows, call("alias", previousId="x"), call("screen")))

    assert (report.status, report.accepted, report.rejected) == ("loaded", 1, 151)
    assert landing.rejects()[-1] == (
        151,
        "type: found 'alias'; wanted track, identify, page or screen "
        "(nothing else tells of users)",
    )


def test_unknown_call_is_rejected(landing: Landing) -> None:
    landing.load(lines(call("delete")))

    assert landing.rejects() == [
        (1, "type: found 'delete'; wanted track, identify, page or screen")
    ]


def test_original_timestamp_stands_in_for_a_missing_one(landing: Landing) -> None:
    landing.load(lines(call("screen", timestamp=None, originalTimestamp=AT)))

    assert [at.isoformat() for at in landing.instants()] == [
        "2026-05-01T09:00:00+00:00"
    ]
