from __future__ import annotations

import json

import pytest
from tests.cli.conftest import Call
from tests.shop import Shop

from headcount.store.warehouse import Warehouse


@pytest.fixture
def log(shop: Shop, call: Call) -> None:
    rows = [
        {"user_id": "ann", "event": "buy", "properties": {"n": 1, "of": "tea"}},
        {"user_id": "bob", "event": "buy", "properties": {"n": 2}},
        {"user_id": "bob", "event": "bypass"},
        {"type": "attributes", "user_id": "bob", "attributes": {"plan": "pro"}},
    ]
    stamped = (json.dumps({"timestamp": "2026-05-01T08:00:00Z", **row}) for row in rows)
    shop.land_text("first", *stamped)
    assert call("ingest").code == 0


@pytest.mark.usefixtures("log")
def test_events_tells_names_properties_and_attributes(call: Call) -> None:
    answer = call("events")

    (system,) = answer.document["systems"]
    assert answer.code == 0
    assert [(e["event"], e["count"]) for e in system["events"]] == [
        ("buy", 2),
        ("bypass", 1),
    ]
    assert system["events"][0]["properties"][0] == {
        "name": "n",
        "count": 2,
        "first_at": "2026-05-01T08:00:00Z",
        "last_at": "2026-05-01T08:00:00Z",
        "examples": ["1", "2"],
    }
    assert [a["name"] for a in system["attributes"]] == ["plan"]


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    ("name", "found"), [("buy", ["buy"]), ("b*", ["buy", "bypass"])]
)
def test_events_of_a_name(call: Call, name: str, found: list[str]) -> None:
    (system,) = call("events", name).document["systems"]

    assert [event["event"] for event in system["events"]] == found


@pytest.mark.usefixtures("log")
def test_unknown_event_is_wrong_usage_with_the_nearest(call: Call) -> None:
    answer = call("events", "Buyy")

    assert answer.code == 2
    assert answer.error["kind"] == "unknown_event"
    assert answer.error["nearest"] == "buy"


@pytest.mark.usefixtures("log")
def test_events_reads_well(call: Call) -> None:
    page = call("events", person=True).out
    closely = call("events", "buy", person=True).out

    assert "plan" in page
    assert "n, of" in page
    assert "buy: 2 events, 2026-05-01 08:00Z to 2026-05-01 08:00Z" in closely
    assert '"tea"' in closely


def test_events_before_the_first_ingest(call: Call) -> None:
    assert call("events").document == {"systems": []}
    assert "Nothing was ingested yet" in call("events", person=True).out
    assert call("events", "buy").code == 2


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    "argv", [["check"], ["plan"], ["preview", "segments/new.yaml"]]
)
def test_name_never_seen_is_warned_of_and_stops_nothing(
    call: Call, shop: Shop, argv: list[str]
) -> None:
    shop.define("new", "name: New\nsystem: shop\nrules: [{event: bye}]\n")

    answer = call(*argv)
    told = call(*argv, person=True)

    (warning,) = answer.document["warnings"]
    assert (answer.code, told.code) == (0, 0)
    assert warning["kind"] == "unseen_event"
    assert warning["nearest"] == "buy"
    assert told.err == (
        "warning: new: shop has never seen the event 'bye'; did you mean 'buy'?\n"
    )


@pytest.mark.parametrize(
    "argv", [["check"], ["plan"], ["preview", "segments/new.yaml"]]
)
def test_nothing_is_warned_of_before_there_is_a_store(
    call: Call, shop: Shop, argv: list[str]
) -> None:
    shop.define("new", "name: New\nsystem: shop\nrules: [{event: bye}]\n")

    assert call(*argv).document["warnings"] == []


@pytest.mark.usefixtures("log")
def test_check_does_not_wait_for_a_busy_store(call: Call, shop: Shop) -> None:
    shop.define("new", "name: New\nsystem: shop\nrules: [{event: bye}]\n")

    with Warehouse.open(shop.project.store_path):
        answer = call("check")

    assert (answer.code, answer.document["warnings"]) == (0, [])
