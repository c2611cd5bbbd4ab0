"""`ingest --retract`: what a person sees, and the tick that follows."""

from __future__ import annotations

from datetime import timedelta

import duckdb
from tests.cli.conftest import Call
from tests.shop import TICK, Shop

HOUR_AGO = TICK - timedelta(hours=1)


def members(call: Call) -> list[str]:
    return [one["user_id"] for one in call("members", "buyers").document["members"]]


def published(shop: Shop) -> list[tuple[str, str]]:
    with duckdb.connect(str(shop.folder / "analytics.duckdb"), read_only=True) as con:
        query = "SELECT user_id, source_file FROM events ORDER BY ALL"
        return con.execute(query).fetchall()


def test_next_run_tells_the_newest_tick_again(call: Call, shop: Shop) -> None:
    shop.land("wrong", ("eve", "buy", HOUR_AGO), ("dan", "buy", HOUR_AGO))
    shop.land("x-more", ("dan", "buy", HOUR_AGO))
    assert call("run", "--no-push").code == 0
    assert members(call) == ["ann", "dan", "eve"]

    answer = call("ingest", "--retract", "landing/wrong.ndjson")
    assert call("run", "--no-push").code == 0

    assert answer.code == 0
    assert (answer.document["status"], answer.document["events"]) == ("retracted", 2)
    assert members(call) == ["ann", "dan"]
    assert published(shop) == [
        ("ann", "landing/first.ndjson"),
        ("bob", "landing/first.ndjson"),
        ("dan", "landing/x-more.ndjson"),
    ]


def test_person_reads_what_went_and_what_came_back(call: Call, shop: Shop) -> None:
    shop.land("again", ("ann", "buy", HOUR_AGO), ("eve", "look", HOUR_AGO))
    call("ingest")

    page = call("ingest", "--retract", "landing/again.ndjson", person=True).out

    assert page.splitlines() == [
        "landing/again.ndjson: 2 events and 0 attribute values taken out; "
        "the next tick shows it",
        "landing/first.ndjson: 1 event, 0 values came back, which the file had told "
        "first",
    ]


def test_unknown_file_is_wrong_usage(call: Call) -> None:
    call("ingest")

    answer = call("ingest", "--retract", "landing/frist.ndjson")

    assert answer.code == 2
    assert answer.error["nearest"] == "landing/first.ndjson"


def test_missing_file_that_is_needed_is_a_failure(call: Call, shop: Shop) -> None:
    shop.land("twin", ("ann", "buy", HOUR_AGO), ("eve", "look", HOUR_AGO))
    call("ingest")
    (shop.folder / "landing" / "twin.ndjson").unlink()

    answer = call("ingest", "--retract", "landing/first.ndjson")

    assert answer.code == 1
    assert answer.error["kind"] == "retraction_blocked"
    assert answer.error["path"] == "landing/twin.ndjson"
