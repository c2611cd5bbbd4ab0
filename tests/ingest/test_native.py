from __future__ import annotations

import json

from tests.ingest.landing import AT, Landing, event, lines, record


def test_event_is_read_field_by_field(landing: Landing) -> None:
    landing.load(lines(event("u1", "buy", AT, event_id="e1", properties={"n": 1})))

    assert landing.events() == [("u1", "buy", '{"n":1}')]
    assert landing.ask('SELECT event_id, id_namespace, epoch_us("at") FROM events') == [
        ("e1", "", 1777626000000000)
    ]


def test_missing_and_null_fields_are_equal(landing: Landing) -> None:
    report = landing.load(
        lines(event(), event(event_id=None, properties=None, environment=None))
    )

    assert (report.accepted, report.duplicates) == (1, 1)


def test_attribute_record_unsets_with_null(landing: Landing) -> None:
    landing.load(lines(record("u1", plan=None, tags=["a", 1.0])))

    assert landing.attributes() == [
        ("u1", "plan", "null"),
        ("u1", "tags", '["a",1]'),
    ]


def test_unknown_type_is_rejected(landing: Landing) -> None:
    landing.load(lines(event(type="page"), event("u2", type="event")))

    assert landing.rejects() == [
        (1, "type: found 'page'; wanted 'attributes', or no type for an event")
    ]


def test_unknown_fields_are_ignored_with_a_note(landing: Landing) -> None:
    row = json.loads(record("u2", x=1))

    report = landing.load(
        lines(event(props={"n": 1}), json.dumps({**row, "event": "e"}))
    )

    assert (report.accepted, report.reason) == (2, "ignored: 'event', 'props'")


def test_name_with_odd_characters_is_a_name(landing: Landing) -> None:
    names = ["Überblick", "a b", "x'); DROP TABLE events; --", "\u00a0", "*"]

    landing.load(lines(*(event(name=name) for name in names)))

    assert [name for _, name, _ in landing.events()] == names
