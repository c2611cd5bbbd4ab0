from __future__ import annotations

from pathlib import Path

import pytest
from tests.sync.pushing import Interrupted, Pushing

from headcount.destinations.base import Destination, SegmentRef
from headcount.destinations.errors import CredentialsError
from headcount.store.warehouse import Warehouse
from headcount.sync.retry import Patience

ONE_TRY = Patience(tries=1)


def test_first_push_creates_the_segment(pushing: Pushing) -> None:
    result = pushing.push("b", "a")

    assert (result.status, result.added, result.requests) == ("synced", 2, 1)
    assert pushing.vendor.members() == ["a", "b"]


def test_difference_is_sent_removes_first(pushing: Pushing) -> None:
    pushing.push("a", "b")

    result = pushing.push("b", "c")

    assert (result.added, result.removed, result.requests) == (1, 1, 2)
    assert pushing.vendor.members() == ["b", "c"]
    assert pushing.rows("SELECT action FROM sync_batches ORDER BY generation, ordinal")[
        1:
    ] == [("remove",), ("add",)]


def test_nothing_is_sent_or_written_when_nothing_changed(pushing: Pushing) -> None:
    pushing.push("a", "b")
    before = pushing.rows("FROM syncs")

    results = [pushing.push_again("b", "a"), pushing.push_again("a", "b", "a")]

    assert [result.requests for result in results] == [0, 0]
    assert [result.status for result in results] == ["synced", "synced"]
    assert pushing.rows("FROM syncs") == before


def test_same_members_at_a_later_tick_move_the_snapshot_only(pushing: Pushing) -> None:
    pushing.push("a")

    assert pushing.push("a").requests == 0
    (((generation, minutes)),) = pushing.rows(
        "SELECT generation, minute(snapshot_at) FROM syncs"
    )
    assert (generation, minutes) == (1, 45)


def test_empty_segment_is_created_empty(pushing: Pushing) -> None:
    assert pushing.push().status == "synced"
    assert pushing.vendor.members() == []


def test_empty_segment_waits_where_the_vendor_wants_users(pushing: Pushing) -> None:
    picky = pushing.vendor.connect(creates_empty=False)

    assert pushing.push(destination=picky).requests == 0
    assert pushing.vendor.members() is None
    assert pushing.push("a", destination=picky).requests == 1
    assert pushing.vendor.members() == ["a"]
    picky.close()


def test_segment_that_empties_is_emptied_there(pushing: Pushing) -> None:
    pushing.push("a", "b")

    assert pushing.push().removed == 2
    assert pushing.vendor.members() == []


def test_many_users_go_in_sorted_batches(pushing: Pushing) -> None:
    small = pushing.vendor.connect(max_batch=3)
    members = [f"u{number}" for number in range(8)]

    result = pushing.push(*reversed(members), destination=small)

    assert (result.added, result.requests) == (8, 3)
    assert pushing.vendor.members() == members
    batches = pushing.rows(
        "SELECT action, user_ids, outcome FROM sync_batches ORDER BY ordinal"
    )
    assert batches == [
        ("create", members[:3], "done"),
        ("add", members[3:6], "done"),
        ("add", members[6:], "done"),
    ]
    small.close()


def test_too_long_ids_are_rejects_and_never_sent(pushing: Pushing) -> None:
    result = pushing.push("a", "x" * 101)

    assert (result.status, result.added, result.rejected) == ("synced", 1, 1)
    assert result.reason == "rejects: 1, see sync_rejects"
    rejects = pushing.rows("SELECT user_id, reason FROM sync_rejects")
    assert rejects == [("x" * 101, "its id is longer than 100 characters")]
    assert pushing.push("a").rejected == 0
    assert pushing.rows("FROM sync_rejects") == []


def test_lost_reply_is_said_again(pushing: Pushing) -> None:
    pushing.push("a")
    pushing.vendor.order("lost-reply")

    result = pushing.push("a", "b")

    assert (result.status, result.added, result.requests) == ("synced", 1, 2)
    assert pushing.vendor.members() == ["a", "b"]


def test_user_of_an_unanswered_add_who_left_is_removed(pushing: Pushing) -> None:
    """Who only remembers what was acknowledged never sends this remove."""
    pushing.push("a")
    pushing.vendor.order("lost-reply")
    given_up = pushing.push("a", "b", patience=ONE_TRY)
    assert (given_up.status, pushing.vendor.members()) == ("behind", ["a", "b"])
    assert pushing.rows("SELECT * FROM sync_members WHERE state = 'unknown'") == [
        ("walkme", "stuck-trials", "b", "unknown")
    ]

    assert pushing.push("a").removed == 1
    assert pushing.vendor.members() == ["a"]


def test_request_that_was_refused_leaves_no_doubt(pushing: Pushing) -> None:
    pushing.push("a")
    pushing.vendor.order("429-seconds")

    result = pushing.push("a", "b", patience=ONE_TRY)

    assert result.status == "behind"
    assert result.reason == "walkme: too many requests, it asks for 1 s"
    assert pushing.rows("SELECT outcome FROM sync_batches WHERE action = 'add'") == [
        ("refused",)
    ]
    assert pushing.rows("SELECT user_id FROM sync_members") == [("a",)]


def test_doubt_of_an_early_try_outlives_a_late_refusal(pushing: Pushing) -> None:
    pushing.push("a")
    pushing.vendor.order("lost-reply", "429-seconds")

    result = pushing.push("a", "b", patience=Patience(tries=2))

    assert result.status == "behind"
    assert pushing.rows("SELECT outcome FROM sync_batches WHERE action = 'add'") == [
        ("unknown",)
    ]


@pytest.mark.parametrize("fault", ["lost-reply", "500-after", "truncated", "html"])
def test_create_that_was_applied_is_found_not_repeated(
    pushing: Pushing, fault: str
) -> None:
    pushing.vendor.order(fault)

    result = pushing.push("a", "b")

    assert result.status == "synced"
    assert len(pushing.vendor.segments()) == 1
    assert pushing.vendor.members() == ["a", "b"]


def test_create_that_was_not_applied_is_repeated(pushing: Pushing) -> None:
    pushing.vendor.order("lost-request")

    assert pushing.push("a").status == "synced"
    assert len(pushing.vendor.segments()) == 1


def test_lost_create_is_found_by_a_later_push_without_who_left(
    pushing: Pushing,
) -> None:
    pushing.vendor.order("lost-reply")
    pushing.push("a", "b", patience=ONE_TRY)

    result = pushing.push("b", "c", name="Renamed")

    assert result.status == "synced"
    assert [s["name"] for s in pushing.vendor.segments()] == ["Stuck-Trials"]
    assert pushing.vendor.members() == ["b", "c"]


def test_lost_create_stays_in_doubt_while_it_cannot_be_looked_for(
    pushing: Pushing,
) -> None:
    class Locked(Interrupted):
        def find(self, segment: SegmentRef) -> str | None:
            raise CredentialsError(segment.system, host="h", fault="403")

    pushing.vendor.order("lost-reply")
    pushing.push("a", patience=ONE_TRY)

    assert pushing.push("a", destination=Locked(pushing.destination)).status == "failed"
    assert pushing.push("a", "b").status == "synced"
    assert len(pushing.vendor.segments()) == 1


def test_late_create_does_not_make_a_second_segment(pushing: Pushing) -> None:
    pushing.vendor.order("late")

    pushing.push("a")
    pushing.vendor.standin.deliver_late()

    assert len(pushing.vendor.segments()) == 1
    assert pushing.push_again("a").requests == 0


def test_segment_of_a_lost_ledger_is_taken_over(
    pushing: Pushing, destination: Destination
) -> None:
    """The store was rebuilt: the vendor says 409 to a create that is our own."""
    destination.create(pushing.segment, ["old", "a"])

    result = pushing.push("a", "b")

    assert result.status == "synced"
    assert pushing.vendor.members() == ["a", "b"]


def test_foreign_segment_of_our_name_is_left_alone(
    pushing: Pushing, destination: Destination
) -> None:
    destination.create(
        SegmentRef("foreign", "Stuck-Trials", "crm", pushing.vendor.account), ["x"]
    )

    result = pushing.push("a")

    assert result.status == "failed"
    assert "a segment 'Stuck-Trials' exists there" in str(result.reason)
    assert pushing.vendor.members("foreign") == ["x"]


def test_adopted_segment_holds_our_members_only(
    pushing: Pushing, destination: Destination
) -> None:
    foreign = SegmentRef("foreign", "By hand", "crm", pushing.vendor.account)
    remote_id = destination.create(foreign, ["x", "a"])

    bare = remote_id.replace("-", "")
    results = [pushing.push("a", "b", adopts=bare) for _ in range(2)]

    assert [(r.status, r.requests) for r in results] == [("synced", 1), ("synced", 0)]
    assert pushing.vendor.members("foreign") == ["a", "b"]


def test_adopted_segment_is_not_emptied_by_an_empty_one(
    pushing: Pushing, destination: Destination
) -> None:
    foreign = SegmentRef("foreign", "By hand", "crm", pushing.vendor.account)
    remote_id = destination.create(foreign, ["x"])

    result = pushing.push(adopts=remote_id)

    assert (result.status, result.requests) == ("synced", 0)
    assert result.reason == "users whom others put there stay there"
    assert pushing.push("a", adopts=remote_id).reason is None
    assert pushing.vendor.members("foreign") == ["a"]


def test_adoption_of_what_no_id_can_be_fails_without_a_call(pushing: Pushing) -> None:
    result = pushing.push("a", adopts="nonsense")

    assert (result.status, result.requests) == ("failed", 0)
    assert "'nonsense' is not a GUID" in str(result.reason)
    assert pushing.rows("SELECT status FROM syncs") == [("failed",)]


def test_renamed_segment_keeps_its_name_there_and_says_so(pushing: Pushing) -> None:
    pushing.push("a")

    result = pushing.push("b", name="New name")

    assert result.status == "synced"
    assert result.reason == "it is called 'Stuck-Trials' there and cannot be renamed"


def test_segment_deleted_there_stops_the_push_and_is_made_anew(
    pushing: Pushing, destination: Destination
) -> None:
    pushing.push("a", "b")
    destination.delete(pushing.segment, pushing.vendor.segments()[0]["remote_id"])

    stopped = pushing.push("a", "c")
    repaired = pushing.push("a", "c")

    assert (stopped.status, repaired.status) == ("failed", "synced")
    assert "has no segment" in str(stopped.reason)
    assert pushing.vendor.members() == ["a", "c"]


def test_deletion_reaches_the_destination_once(pushing: Pushing) -> None:
    pushing.push("a", "x" * 101)

    results = [pushing.delete() for _ in range(2)]

    assert [(r.status, r.requests) for r in results] == [("deleted", 1), ("deleted", 0)]
    assert pushing.vendor.segments() == []
    for table in ("sync_members", "sync_rejects"):
        assert pushing.rows(f"FROM {table}") == []


def test_deletion_finds_a_segment_whose_create_was_lost(pushing: Pushing) -> None:
    pushing.vendor.order("lost-reply")
    pushing.push("a", patience=ONE_TRY)

    assert pushing.delete().status == "deleted"
    assert pushing.vendor.segments() == []


def test_deletion_of_what_was_never_pushed_sends_nothing(pushing: Pushing) -> None:
    assert pushing.delete().requests == 0


def test_refused_user_is_a_reject_and_stops_nobody(pushing: Pushing) -> None:
    pushing.push("a")

    result = pushing.push("b", "c", "")  # WalkMe takes no empty id

    assert (result.status, result.removed, result.added) == ("synced", 1, 2)
    assert result.reason == "rejects: 1, see sync_rejects"
    assert pushing.vendor.members() == ["b", "c"]


def test_system_without_guid_is_said(pushing: Pushing) -> None:
    result = pushing.push("a", system_guid=None)

    assert (result.status, result.requests) == ("failed", 1)
    assert "system crm needs its WalkMe `guid`" in str(result.reason)


def test_store_is_free_while_the_destination_is_waited_for(
    stored: Pushing, store: Path
) -> None:
    sent: list[tuple[int]] = []

    def look() -> None:
        with Warehouse.open(store, wait_s=0.0) as warehouse:
            query = "SELECT count(*) FROM sync_batches WHERE outcome = 'sent'"
            sent.extend(warehouse.con.execute(query).fetchall())

    stored.push("a")
    busy = Interrupted(stored.destination, meanwhile=look)

    assert stored.push("a", "b", destination=busy).status == "synced"
    assert sent == [(1,)]


def test_older_push_sends_nothing_once_a_newer_began(pushing: Pushing) -> None:
    """A zombie: it was stopped in the middle, the next push ran, then it goes on."""
    pushing.push("a")
    small = pushing.vendor.connect(max_batch=1)
    zombie = Interrupted(small, meanwhile=lambda: pushing.push("a"))

    old = pushing.push("a", "b", "c", destination=zombie)

    assert old.status == "superseded"
    assert pushing.vendor.members() == ["a", "b"]  # b was on its way already
    assert pushing.rows("SELECT status FROM syncs") == [("synced",)]
    small.close()
