"""Who is told of what, who is not, and that nobody is told twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from tests.sync.noticing import TEMPLATE, TICK, Bell

from headcount.definitions.settings import Filling
from headcount.definitions.times import Duration
from headcount.standins.process import StandIn
from headcount.store.warehouse import Warehouse

SYSTEMS = ("bcf4c7f5-682b-4aa6-875a-0fc9bdfa21ca", TEMPLATE)
MANY = tuple(f"u{number:03}" for number in range(101))


@pytest.fixture
def bell(workstation: StandIn) -> Iterator[Bell]:
    with Warehouse.in_memory() as store:
        yield Bell(partial(nullcontext, store), workstation)


def test_members_of_the_first_tick_are_not_told(bell: Bell) -> None:
    push = bell.tick("ann")

    assert (push.status, push.added, push.requests) == ("notified", 0, 0)
    assert not bell.is_due
    assert bell.told == {}


def test_members_of_the_first_tick_are_told_when_asked(bell: Bell) -> None:
    bell.options["first"] = "notify"

    assert bell.tick("ann").added == 1
    assert bell.tick("ann").requests == 0
    assert bell.told == {"ann": 1}


def test_first_tick_told_again_tells_nobody(bell: Bell) -> None:
    bell.tick("ann")

    bell.tick_again("ann", "bob")

    assert bell.told == {}


def test_who_enters_is_told_once(bell: Bell) -> None:
    bell.tick("ann")
    push = bell.tick("ann", "bob", "cid")
    for _ in range(2):
        assert bell.tick("ann", "bob", "cid").requests == 0

    assert (push.status, push.added, push.requests) == ("notified", 2, 1)
    assert bell.told == {"bob": 1, "cid": 1}


def test_who_leaves_is_told_where_asked(bell: Bell) -> None:
    bell.options["on"] = ("exited",)
    bell.tick("ann", "bob")
    bell.tick("ann", "cid")
    bell.tick("ann")

    assert bell.told == {"bob": 1, "cid": 1}


def test_who_left_and_came_back_was_not_told_to_have_left(bell: Bell) -> None:
    bell.options["on"] = ("exited",)
    bell.tick("bob")
    bell.options["path"] = "/elsewhere"
    assert bell.tick().status == "failed"
    del bell.options["path"]

    bell.tick("bob")

    assert bell.told == {}


@pytest.mark.parametrize(
    ("again", "times"),
    [
        ("always", 2),
        ("never", 1),
        (Duration(30, "minute"), 2),
        (Duration(1, "hour"), 1),
    ],
)
def test_who_comes_back_is_told_again_as_set(
    bell: Bell, again: Any, times: int
) -> None:
    bell.options["again"] = again
    for members in ((), ("bob",), (), ("bob",), ("bob",), ("bob",), ("bob",)):
        bell.tick(*members)

    assert bell.told == {"bob": times}
    assert not bell.is_due


def test_tick_told_again_tells_only_who_is_new(bell: Bell) -> None:
    bell.tick()
    bell.tick("bob")

    assert bell.tick_again("bob", "cid").added == 1
    assert bell.tick_again("bob", "cid").requests == 0
    assert bell.told == {"bob": 1, "cid": 1}


def test_entering_that_was_taken_back_counts_for_the_next(bell: Bell) -> None:
    bell.tick()
    bell.tick("bob")
    bell.tick_again()
    bell.tick("bob")
    bell.tick("bob")
    assert bell.told == {"bob": 1}

    bell.tick()
    bell.tick("bob")

    assert bell.told == {"bob": 2}


def test_who_enters_by_an_edit_is_not_told(bell: Bell) -> None:
    bell.tick("ann")
    bell.tick("ann", "bob", version=2)
    bell.tick("ann", "bob", "cid", version=2)

    assert bell.told == {"cid": 1}


def test_who_enters_by_an_edit_is_told_when_asked(bell: Bell) -> None:
    bell.tick("ann")
    bell.options["first"] = "notify"

    bell.tick("ann", "bob", version=2)

    assert bell.told == {"ann": 1, "bob": 1}


def test_who_could_not_be_told_in_time_is_not_told(bell: Bell) -> None:
    bell.options |= {"within": Duration(30, "minute"), "path": "/elsewhere"}
    bell.tick()
    assert bell.tick("bob").status == "failed"
    bell.tick("bob")
    assert bell.is_due
    bell.tick("bob", "cid")
    del bell.options["path"]

    bell.push()

    assert bell.told == {"cid": 1}


def test_calls_hold_a_hundred_users_of_one_system_each(bell: Bell) -> None:
    bell.options["system_id"] = SYSTEMS
    bell.tick()

    push = bell.tick(*MANY)

    assert (push.added, push.requests) == (202, 4)
    told = [(one["systemId"], len(one["endUsersIds"])) for one in bell.shown]
    assert sorted(told) == sorted(
        (system.replace("-", ""), users) for system in SYSTEMS for users in (1, 100)
    )


def test_too_many_at_once_wait_until_they_may_be_told(bell: Bell) -> None:
    bell.options["most"] = 100
    bell.tick()

    push = bell.tick(*MANY)

    assert (push.status, push.requests) == ("held", 0)
    assert "would tell 101 users at once, more than `most: 100`" in str(push.reason)
    assert bell.is_due
    bell.options["most"] = 101
    assert bell.push().added == 101
    assert set(bell.told.values()) == {1}


def test_audience_is_told_in_one_call_a_tick(bell: Bell) -> None:
    bell.options["audience_ids"] = (TEMPLATE,)
    bell.tick()
    bell.tick(*MANY)
    bell.tick(*MANY)

    told = [(one["audiencesIds"], one["endUsersIds"]) for one in bell.shown]
    assert told == [([TEMPLATE], [])]


def test_nobody_is_told_after_the_end(bell: Bell) -> None:
    bell.options["end"] = date(2026, 5, 1)
    bell.tick()

    assert bell.tick("bob").requests == 0
    assert not bell.is_due


def test_who_lacks_an_attribute_is_rejected_until_it_comes(bell: Bell) -> None:
    bell.options["overrides"] = (("PLAN", Filling("attribute", "plan")),)
    bell.tick()

    push = bell.tick("bob")

    assert (push.status, push.rejected, push.requests) == ("notified", 1, 0)
    assert bell.rows("SELECT user_id, reason FROM sync_rejects") == [
        ("bob", "has no attribute plan")
    ]
    assert not bell.is_due
    bell.options["overrides"] = (("PLAN", Filling("attribute", "plan", "free")),)
    assert bell.is_due
    assert bell.push().added == 1
    assert bell.shown[0]["override"] == [{"key": "PLAN", "value": "free"}]
    assert bell.rows("FROM sync_rejects") == []


@pytest.mark.parametrize("fault", ["500-after", "lost-reply", "html", "truncated"])
def test_lost_answer_tells_nobody_twice(bell: Bell, fault: str) -> None:
    bell.tick()
    bell.standin.order(fault)

    push = bell.tick("bob")
    bell.tick("bob", "cid")

    assert push.status == "notified"
    assert push.reason == "in a call without an answer, perhaps not told: 1"
    assert bell.told == {"bob": 1, "cid": 1}


def test_lost_request_may_leave_somebody_untold(bell: Bell) -> None:
    bell.tick()
    bell.standin.order("lost-request")

    bell.tick("bob")
    bell.tick("bob", "cid")

    assert bell.told == {"cid": 1}


@pytest.mark.parametrize(
    ("fault", "times"), [("lost-reply", 2), ("lost-request", 1), ("500-before", 1)]
)
def test_unanswered_call_is_repeated_when_told_to(
    bell: Bell, fault: str, times: int
) -> None:
    bell.options["unanswered"] = "repeat"
    bell.tick()
    bell.standin.order(fault)

    assert bell.tick("bob").status == "notified"
    assert bell.told == {"bob": times}
    assert not bell.is_due


@pytest.mark.parametrize("fault", ["429-seconds", "429-date", "expired-token"])
def test_call_that_surely_told_nobody_is_made_again(bell: Bell, fault: str) -> None:
    bell.tick()
    bell.standin.order(fault)

    assert bell.tick("bob").status == "notified"
    assert bell.told == {"bob": 1}


def test_calls_after_an_unanswered_one_wait_for_the_next_push(bell: Bell) -> None:
    bell.options["max_batch"] = 1
    bell.tick()
    bell.standin.order("503")

    push = bell.tick("bob", "cid", "dan")

    assert (push.status, push.requests) == ("behind", 1)
    assert bell.is_due
    bell.push()
    assert bell.told == {"cid": 1, "dan": 1}


def test_refused_user_keeps_nobody_else_from_being_told(bell: Bell) -> None:
    bell.tick()

    push = bell.tick(*MANY[:99], "bad")
    again = bell.push()

    assert (push.status, push.added, push.rejected) == ("notified", 99, 1)
    assert push.requests <= 2 * 7 + 1
    assert again.requests == 0
    assert len(bell.told) == 99
    refused = "FROM sync_batches SELECT user_ids WHERE outcome = 'refused'"
    assert (["bad"],) in bell.rows(refused)


def test_call_that_is_refused_whole_is_tried_by_the_next_push(bell: Bell) -> None:
    bell.tick()

    push = bell.tick("bad", "bad-too")

    assert (push.status, push.added) == ("failed", 0)
    assert bell.is_due
    assert bell.push().status == "failed"


def test_refusals_are_split_so_often_only(bell: Bell) -> None:
    bell.tick()

    push = bell.tick(*(f"bad-{number:03}" for number in range(100)))

    assert push.status == "failed"
    assert push.requests <= 2 * 32 + 1


def test_pause_is_kept(bell: Bell) -> None:
    bell.tick()
    bell.standin.order("429-seconds")

    bell.tick("bob")

    assert bell.time.slept[0] >= 1.0


def test_watch_begins_anew_when_it_was_given_up(bell: Bell) -> None:
    bell.tick()
    bell.rows("DELETE FROM notice_watches")

    bell.tick("bob")
    bell.tick("bob", "cid")

    assert bell.told == {"cid": 1}


def test_relative_start_is_counted_from_the_entering(bell: Bell) -> None:
    bell.options |= {"start": Duration(1, "hour"), "end": Duration(2, "day")}
    bell.tick()

    bell.tick("bob")

    entered = TICK + timedelta(minutes=15)
    assert bell.shown[0]["startAt"] == f"{entered + timedelta(hours=1):%Y-%m-%d %H:%M}"
    assert bell.shown[0]["endAt"] == f"{entered + timedelta(days=2):%Y-%m-%d %H:%M}"


def fail(bell: Bell) -> None:
    bell.rows("UPDATE segments SET status = 'Failed', status_reason = 'no such file'")


@pytest.fixture
def alarm(bell: Bell) -> Bell:
    """A bell for operators, and a segment that is well."""
    bell.tick("ann")
    bell.options |= {"on": ("segment-failed", "push-failed", "push-held")}
    bell.options |= {"to": ("dana", "eli")}
    return bell


def test_operators_are_told_once_for_as_long_as_it_goes_on(alarm: Bell) -> None:
    assert alarm.alert().requests == 0
    fail(alarm)

    assert [alarm.alert().added for _ in range(3)] == [2, 0, 0]
    (shown,) = alarm.shown
    assert shown["runtimeTitle"] == "Segment failed"
    assert shown["runtimeDescription"] == "buyers: no such file"
    assert shown["endUsersIds"] == ["dana", "eli"]


def test_operators_are_told_again_of_another_failure(alarm: Bell) -> None:
    fail(alarm)
    alarm.alert()
    alarm.rows("UPDATE segments SET status = 'Active'")
    alarm.ticks += 1
    alarm.alert()
    alarm.ticks += 1
    fail(alarm)

    alarm.alert()

    assert alarm.told == {"dana": 2, "eli": 2}


def test_operators_hear_of_the_pushes_of_others(alarm: Bell) -> None:
    alarm.rows(
        "INSERT INTO syncs (destination, segment_id, may_hold_others, status, reason, "
        "generation) VALUES ('walkme', 'buyers', false, 'failed', 'no key', 1), "
        "('appcues', 'buyers', false, 'held', 'removes 40 %', 1)"
    )
    alarm.rows("INSERT INTO destination_health VALUES ('clevertap', 10, NULL, NULL)")
    alarm.rows("UPDATE syncs SET status = 'failed' WHERE destination = 'bell'")

    alarm.alert()

    assert sorted(one["runtimeDescription"] for one in alarm.shown) == [
        "buyers to appcues: removes 40 %",
        "clevertap: 10 failures in a row",
        "walkme: buyers: no key",
    ]


def test_audience_of_operators_needs_no_user(alarm: Bell) -> None:
    del alarm.options["to"]
    alarm.options |= {"audience_ids": (TEMPLATE,)}
    alarm.options["overrides"] = (("WHY", Filling("fact", "reason")),)
    fail(alarm)

    alarm.alert()
    alarm.alert()

    (shown,) = alarm.shown
    assert (shown["audiencesIds"], shown["endUsersIds"]) == ([TEMPLATE], [])
    assert shown["override"] == [{"key": "WHY", "value": "no such file"}]


def test_unanswered_alert_is_left_or_repeated(alarm: Bell) -> None:
    fail(alarm)
    alarm.standin.order("lost-reply")
    alarm.alert()
    assert alarm.alert().requests == 0

    alarm.options["unanswered"] = "repeat"
    alarm.alert()

    assert alarm.told == {"dana": 2, "eli": 2}
