from datetime import timedelta

import pytest
from tests.cli.conftest import Call
from tests.shop import TICK, Shop

from headcount.clock import to_text

EARLIER = TICK - timedelta(minutes=30)
ENTRY = to_text(TICK)


def test_list_shows_definition_that_no_tick_has_seen(call: Call) -> None:
    (segment,) = call("list").document["segments"]

    assert segment["status"] == "Pending"
    assert segment["members"] is None


@pytest.mark.usefixtures("ran")
def test_list_shows_rules_in_words_and_counts(call: Call) -> None:
    (segment,) = call("list").document["segments"]

    assert segment["rules"] == "did `buy`"
    assert (segment["members"], segment["entered"], segment["exited"]) == (1, 1, 0)
    assert segment["last_evaluated_at"] == ENTRY


def test_list_at_past_instant_shows_what_was_told_then(call: Call, shop: Shop) -> None:
    call("run", "--at", to_text(EARLIER))
    shop.land("second", ("bob", "buy", EARLIER + timedelta(minutes=1)))
    call("run")

    now, then = call("list"), call("list", "--at", to_text(EARLIER))
    before = call("list", "--at", to_text(EARLIER - timedelta(seconds=1)))

    assert [a.document["segments"][0]["members"] for a in (now, then)] == [2, 1]
    assert before.document["segments"][0]["status"] == "Pending"


def test_members_are_empty_before_first_evaluation(call: Call) -> None:
    answer = call("members", "buyers")

    assert answer.code == 0
    assert answer.document == {"segment_id": "buyers", "at": None, "members": []}


def test_members_are_sorted_with_entry(call: Call, shop: Shop) -> None:
    shop.land("second", ("Zoe", "buy", EARLIER), ("äda", "buy", EARLIER))
    call("run")

    assert call("members", "buyers").document == {
        "segment_id": "buyers",
        "at": ENTRY,
        "members": [
            {"user_id": user, "entered_at": ENTRY} for user in ("Zoe", "ann", "äda")
        ],
    }


def test_members_at_past_instant(call: Call, shop: Shop) -> None:
    call("run", "--at", to_text(EARLIER))
    shop.land("second", ("bob", "buy", EARLIER + timedelta(minutes=1)))
    call("run")

    then = call("members", "buyers", "--at", to_text(EARLIER)).document
    before = call("members", "buyers", "--at", "2026-04-01").document

    assert [one["user_id"] for one in then["members"]] == ["ann"]
    assert (before["at"], before["members"]) == (None, [])


def test_faulty_definition_is_told_where_its_segment_is_asked_for(
    call: Call, shop: Shop
) -> None:
    shop.define("lookers", "name: Lookers\nsystem: shop\nrules: 7\n")

    answer = call("members", "lookers")

    assert answer.code == 2
    assert answer.error["faults"][0]["line"] == 3


@pytest.mark.usefixtures("ran")
def test_show_has_versions_sizes_and_pushes(call: Call) -> None:
    document = call("show", "buyers").document

    assert document["segment_id"] == "buyers"
    assert document["versions"][0]["first_used_at"] == ENTRY
    assert document["sizes"] == [{"at": ENTRY, "members": 1, "entered": 1, "exited": 0}]
    assert document["pushes"] == []


@pytest.mark.usefixtures("ran")
def test_history_tells_sizes_and_stays(call: Call) -> None:
    sizes = call("history", "buyers").document["sizes"]
    stays = call("history", "buyers", "ann").document["stays"]

    assert sizes[0]["members"] == 1
    assert stays == [{"entered_at": ENTRY, "left_at": None, "version": 1}]


@pytest.mark.usefixtures("ran")
def test_history_of_unknown_user_exits_2(call: Call) -> None:
    answer = call("history", "buyers", "Ann")

    assert (answer.code, answer.error["kind"]) == (2, "unknown_user")


def test_history_leaves_out_ticks_without_change(call: Call, shop: Shop) -> None:
    call("run", "--at", to_text(EARLIER))
    call("run")

    lines = call("history", "buyers", person=True).out.splitlines()

    assert lines[2:] == [
        "2026-05-01 08:45Z         1   +1     0",
        "buyers: 2 evaluated ticks, 1 with a change",
    ]


@pytest.mark.usefixtures("ran")
@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["list"], "buyers   Active         1   +1     0"),
        (["show", "buyers"], "users who each did `buy`"),
        (["members", "buyers"], "ann  since 2026-05-01 09:15Z"),
        (["history", "buyers"], "buyers: 1 evaluated tick, 1 with a change"),
        (["history", "buyers", "ann"], "still in"),
        (["history", "buyers", "bob"], "bob: 0 stays in buyers"),
    ],
)
def test_page_fits_a_narrow_terminal(
    call: Call, monkeypatch: pytest.MonkeyPatch, argv: list[str], words: str
) -> None:
    monkeypatch.setenv("COLUMNS", "60")

    answer = call(*argv, person=True)

    assert words in answer.out
    assert max(map(len, answer.out.splitlines())) <= 60
