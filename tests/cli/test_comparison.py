"""`diff` and `overlap`, as a program and as a person read them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cli.conftest import Call
from tests.shop import TICK, Shop

from headcount.clock import to_text

EARLIER = TICK - timedelta(minutes=30)
BETWEEN = TICK - timedelta(minutes=20)
LATELY = (
    "name: Lately\nsystem: shop\nrules: [{event: buy, date_range: last 70 minutes}]\n"
)


@pytest.fixture
def changed(call: Call, shop: Shop) -> Shop:
    """Bob and Zoe buy between two ticks; Ann's purchase grows old."""
    shop.define("lately", LATELY)
    call("run", "--at", to_text(EARLIER))
    later = EARLIER + timedelta(minutes=1)
    shop.land("second", ("bob", "buy", later), ("zoe", "buy", later))
    shop.define("lately", LATELY.replace("70", "45"))
    call("run")
    return shop


@pytest.mark.usefixtures("changed")
def test_diff_tells_who_came_and_went(call: Call) -> None:
    document = call("diff", "lately", to_text(EARLIER), to_text(TICK)).document

    assert document == {
        "segment_id": "lately",
        "from": to_text(EARLIER),
        "to": to_text(TICK),
        "from_evaluated_at": to_text(EARLIER),
        "to_evaluated_at": to_text(TICK),
        "members_from": 1,
        "members_to": 2,
        "stayed": 0,
        "entered": [
            {"user_id": user, "entered_at": to_text(TICK)} for user in ("bob", "zoe")
        ],
        "exited": [{"user_id": "ann", "left_at": to_text(TICK)}],
    }


@pytest.mark.usefixtures("changed")
def test_diff_without_end_goes_to_the_newest_evaluation(call: Call) -> None:
    document = call("diff", "buyers", to_text(BETWEEN)).document

    assert document["from_evaluated_at"] == to_text(EARLIER)
    assert document["to"] == to_text(TICK)
    assert document["stayed"] == 1
    assert [one["user_id"] for one in document["entered"]] == ["bob", "zoe"]


@pytest.mark.usefixtures("changed")
def test_diff_of_one_instant_is_empty(call: Call) -> None:
    document = call("diff", "buyers", to_text(TICK), to_text(TICK)).document

    assert (document["stayed"], document["entered"], document["exited"]) == (3, [], [])


@pytest.mark.usefixtures("changed")
@pytest.mark.parametrize(
    ("argv", "kind"),
    [
        (["diff", "nobody", to_text(EARLIER)], "unknown_segment"),
        (["diff", "buyers", to_text(TICK), to_text(EARLIER)], "reversed_instants"),
        (["diff", "buyers", "2026-04-30"], "not_evaluated_then"),
        (["diff", "buyers", "2026-04-30", "2026-04-30"], "not_evaluated_then"),
        (["diff", "buyers", "2026-04-30", "2027-01-01"], "future_instant"),
        (["diff", "buyers", "yesterday"], "usage"),
        (["overlap", "buyers", "nobody"], "unknown_segment"),
        (["overlap", "buyers", "buyers"], "too_few_segments"),
        (["overlap", "buyers", "lately", "--at", "2026-04-30"], "not_evaluated_then"),
    ],
)
def test_what_cannot_be_compared_exits_2(
    call: Call, argv: list[str], kind: str
) -> None:
    answer = call(*argv)

    assert (answer.code, answer.error["kind"]) == (2, kind)


def test_segment_without_evaluation_cannot_be_compared(call: Call) -> None:
    answer = call("diff", "buyers", to_text(TICK))

    assert (answer.code, answer.error["kind"]) == (1, "not_evaluated")


@pytest.mark.usefixtures("changed")
def test_deleted_segment_can_be_compared(call: Call) -> None:
    call("delete", "lately", "--yes")

    document = call("diff", "lately", to_text(EARLIER), to_text(TICK)).document

    assert document["members_from"] == 1


@pytest.mark.usefixtures("changed")
def test_overlap_counts_pairs_and_combinations(call: Call) -> None:
    document = call("overlap", "lately", "buyers").document

    assert (document["at"], document["any"], document["all"]) == (to_text(TICK), 3, 2)
    assert document["segments"] == [
        {"segment_id": "lately", "members": 2, "only": 0},
        {"segment_id": "buyers", "members": 3, "only": 1},
    ]
    assert document["pairs"] == [
        {
            "segment_ids": ["lately", "buyers"],
            "both": 2,
            "share_of_first": 1.0,
            "share_of_second": 0.6667,
            "likeness": 0.6667,
        }
    ]
    assert document["combinations"] == [
        {"segment_ids": ["buyers", "lately"], "members": 2},
        {"segment_ids": ["buyers"], "members": 1},
    ]


@pytest.mark.usefixtures("changed")
def test_overlap_at_past_instant(call: Call) -> None:
    document = call("overlap", "lately", "buyers", "--at", to_text(BETWEEN)).document

    assert (document["any"], document["all"]) == (1, 1)


def test_overlap_of_empty_segments_has_no_shares(call: Call, shop: Shop) -> None:
    for name in ("one", "two"):
        shop.define(name, f"name: {name}\nsystem: shop\nrules: [{{event: fly}}]\n")
    call("run")

    (pair,) = call("overlap", "one", "two").document["pairs"]

    assert (pair["both"], pair["share_of_first"], pair["likeness"]) == (0, None, None)


def test_overlap_of_different_systems_is_refused(call: Call, shop: Shop) -> None:
    text = (shop.folder / "headcount.yaml").read_text(encoding="utf-8")
    more = text.replace("systems:\n", "systems:\n  crm: {timezone: UTC}\n")
    (shop.folder / "headcount.yaml").write_text(more, encoding="utf-8")
    shop.define("theirs", "name: T\nsystem: crm\nrules: [{everyone: true}]\n")
    call("run")

    answer = call("overlap", "buyers", "theirs")

    assert (answer.code, answer.error["kind"]) == (2, "other_system")


@pytest.mark.usefixtures("changed")
def test_pages_fit_a_narrow_terminal(
    call: Call, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    shop.define("lookers", "name: Lookers\nsystem: shop\nrules: [{event: look}]\n")
    call("run")

    changes = call("diff", "lately", to_text(BETWEEN), person=True).out
    common = call("overlap", "lately", "buyers", "lookers", person=True).out

    assert changes.splitlines() == [
        "lately, at 2026-05-01 08:55Z (evaluated 2026-05-01 08:45Z)",
        "and at 2026-05-01 09:15Z",
        "1 → 2 members: 2 entered, 1 left, 0 stayed",
        "+ bob  since 2026-05-01 09:15Z",
        "+ zoe  since 2026-05-01 09:15Z",
        "- ann  left 2026-05-01 09:15Z",
    ]
    assert "3 users in any of them, 1 in all" in common
    assert max(map(len, common.splitlines())) <= 60
