import json
from datetime import timedelta

import pytest
from tests.cli.conftest import Call
from tests.shop import BUYERS, NOW, TICK, Shop

from headcount.clock import to_text
from headcount.evaluate.evidence_words import evidence_lines
from headcount.pipeline import run_tick


@pytest.mark.usefixtures("ran")
def test_why_gives_the_tree_with_evidence(call: Call, shop: Shop) -> None:
    document = call("why", "buyers", "ann").document

    (condition,) = document["rules"]
    assert (document["member"], document["holds"]) == (True, True)
    assert document["entered_at"] == to_text(TICK)
    assert condition["holds"] is True
    assert condition["evidence"]["count"] == 1
    assert condition["evidence"]["events"][0]["event"] == "buy"


@pytest.mark.usefixtures("ran")
def test_why_not_tells_what_was_found(call: Call, shop: Shop) -> None:
    document = call("why", "buyers", "bob").document

    assert (document["member"], document["holds"]) == (False, False)
    assert document["rules"][0]["evidence"]["count"] == 0


@pytest.mark.usefixtures("ran")
def test_why_of_unknown_user_exits_2(call: Call, shop: Shop) -> None:
    answer = call("why", "buyers", "Ann")

    assert answer.code == 2
    assert answer.error["kind"] == "unknown_user"


def test_why_before_first_evaluation_says_so(call: Call) -> None:
    answer = call("why", "buyers", "ann")

    assert answer.code == 1
    assert answer.error["kind"] == "not_evaluated"


def test_page_marks_each_condition(call: Call, shop: Shop) -> None:
    shop.define("buyers", BUYERS.replace("[{event: buy}]", "[{not: {event: buy}}]"))
    run_tick(shop.project, at=TICK, now=NOW)

    lines = call("why", "buyers", "ann", person=True).out.splitlines()

    assert lines[0] == "ann is not in buyers at 2026-05-01 09:15Z (version 1)"
    assert lines[1:3] == ["✗ never did `buy`", "└── ✓ did `buy`"]
    assert lines[-1] == "    └── 2026-05-01 08:15Z buy"


def test_page_keeps_the_root_that_says_something_else(call: Call, shop: Shop) -> None:
    """Nobody unknown is a member, also where the only rule holds for nobody at all."""
    shop.define("buyers", BUYERS.replace("[{event: buy}]", "[{not: {event: buy}}]"))
    shop.land("later", ("zoe", "look", TICK + timedelta(minutes=2)))
    run_tick(shop.project, at=TICK, now=NOW)

    lines = call("why", "buyers", "zoe", person=True).out.splitlines()

    assert lines[1:3] == [
        "✗ never did `buy`",
        "├── not a known user at this instant",
    ]
    assert "└── ✓ never did `buy`" in lines


@pytest.mark.parametrize(
    ("evidence", "lines"),
    [
        ({"known": False, "match": "all"}, ["not a known user at this instant"]),
        ({"value": None, "at": None}, ["never set"]),
        (
            {"value": "trial", "at": "2026-05-01T09:00:00Z"},
            ['"trial" since 2026-05-01 09:00Z'],
        ),
        (
            {"range": {"start": None, "end": "2026-05-01T09:00:00Z"}, "count": 2},
            ["from the beginning to 2026-05-01 09:00Z", "found 2 events"],
        ),
        ({"first_at": None}, ["never happened"]),
        ({"sum of amount": "12.50", "days": 3}, ["sum of amount: 12.50", "days: 3"]),
        (
            {"steps_reached": 1, "steps": [{"count": 1, "events": []}]},
            ["reached step 1", "step 1: 1 event"],
        ),
        (
            {
                "periods": [
                    {
                        "start": "2026-04-24T09:00:00Z",
                        "end": "2026-05-01T09:00:00Z",
                        "count": 0,
                    }
                ]
            },
            ["from 2026-04-24 09:00Z to 2026-05-01 09:00Z: 0 events"],
        ),
    ],
)
def test_evidence_is_said_in_short_lines(
    evidence: dict[str, object], lines: list[str]
) -> None:
    assert list(evidence_lines(evidence)) == lines


def test_evidence_shows_few_events_and_how_many_more() -> None:
    event = {"event": "buy", "at": "2026-05-01T09:00:00Z", "properties": {"n": 1}}

    lines = list(evidence_lines({"events": [event] * 7}))

    assert lines[0] == "2026-05-01 09:00Z buy " + json.dumps({"n": 1})
    assert lines[5:] == ["… 2 more (`headcount why --json` shows them)"]
