"""`evaluate --from … --to …`: spans that can be told, and those that cannot."""

from __future__ import annotations

import pytest
from tests.cli.conftest import Call
from tests.shop import Shop

SPAN = ("evaluate", "--from", "2026-05-01T08:45:00Z", "--to")


def told(call: Call, *argv: str) -> list[tuple[str, int]]:
    """The ticks that were told, and the members of their one segment."""
    answer = call(*argv)
    assert answer.code == 0
    return [
        (tick["at"], tick["segments"][0]["members"])
        for tick in answer.document["ticks"]
    ]


@pytest.mark.usefixtures("ran")
def test_span_before_the_first_tick_is_filled(call: Call) -> None:
    assert told(call, *SPAN, "2026-05-01T09:15:00Z") == [
        ("2026-05-01T08:45:00Z", 1),
        ("2026-05-01T09:00:00Z", 1),
    ]
    assert told(call, *SPAN, "2026-05-01T09:15:00Z") == []
    assert call("verify").code == 0


@pytest.mark.usefixtures("ran")
def test_span_is_told_again_with_restate_and_present_members_stay(call: Call) -> None:
    present = call("members", "buyers").document

    call(*SPAN, "2026-05-01T09:00:00Z")
    again = told(call, *SPAN, "2026-05-01T09:00:00Z", "--restate", "--full")

    assert len(again) == 2
    assert call("members", "buyers").document == present
    assert call("verify").code == 0


def test_span_from_before_the_first_event_has_nobody_there(call: Call) -> None:
    call("ingest")

    ticks = told(
        call, "evaluate", "--from", "2026-05-01T08:00Z", "--to", "2026-05-01T08:30Z"
    )

    assert [members for _, members in ticks] == [0, 0, 1]


@pytest.mark.usefixtures("ran")
def test_person_reads_each_tick(call: Call) -> None:
    lines = call(*SPAN, "2026-05-01T09:15:00Z", person=True).out.splitlines()

    assert len([line for line in lines if "buyers" in line]) == 2
    assert lines[-1].startswith("2 ticks told, 1 tick left as told before, ")


@pytest.mark.usefixtures("ran")
def test_instants_without_an_offset_are_utc(call: Call) -> None:
    span = ("--from", "2026-05-01T09:00:00", "--to", "2026-05-01T09:00:00")

    assert told(call, "evaluate", *span) == [("2026-05-01T09:00:00Z", 1)]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (
            ["--from", "2026-05-01T09:00:00Z", "--to", "2026-05-01T08:45:00Z"],
            "2026-05-01T09:00:00+00:00 is after 2026-05-01T08:45:00+00:00: "
            "name the earlier first",
        ),
        (
            ["--from", "2026-05-01T09:00:00Z", "--to", "2026-05-01T09:30:00Z"],
            "2026-05-01T09:30:00+00:00 has not come yet (now: "
            "2026-05-01T09:20:00+00:00): name an instant that is not later than now",
        ),
        (
            ["--from", "2026-05-01T08:50:00Z", "--to", "2026-05-01T09:00:00Z"],
            "2026-05-01T08:50:00+00:00 is no tick: name a whole quarter hour, "
            "like 2026-05-01T09:15:00Z",
        ),
        (
            ["--from", "yesterday", "--to", "2026-05-01T09:00:00Z"],
            "'yesterday' is not an ISO 8601 instant, like 2026-05-01T09:15:00Z",
        ),
        (
            ["--from", "2026-05-01T08:45:00Z"],
            "--from and --to go together, and --restate with both",
        ),
        (["--restate"], "--from and --to go together, and --restate with both"),
        (
            [*SPAN[1:], "2026-05-01T09:00:00Z", "--at", "2026-05-01T09:00:00Z"],
            "--at names one tick, --from and --to a span: give one or the other",
        ),
    ],
)
def test_span_that_cannot_be_told_is_refused(
    call: Call, argv: list[str], message: str
) -> None:
    answer = call("evaluate", *argv)

    assert answer.code == 2
    assert answer.error["message"] == message


def test_faulty_definition_exits_2_after_the_others(call: Call, shop: Shop) -> None:
    shop.define("lookers", "name: Lookers\nsystem: shop\nrules: [{evnt: look}]\n")
    call("ingest")

    answer = call(*SPAN, "2026-05-01T09:00:00Z")

    assert answer.code == 2
    assert len(answer.document["ticks"]) == 2
    assert answer.document["faults"][0]["file"] == "segments/lookers.yaml"
