"""What a guard holds: as data, and in a push."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
import pytest
from tests.sync.pushing import Pushing

from headcount.definitions.settings import Guard
from headcount.destinations.base import Abilities
from headcount.sync.guard import Watch, guarded
from headcount.sync.plan import MEMBERS, Held, Hold, plan_sync
from headcount.sync.retry import Patience

ABLE = Abilities(max_batch=50)
GUARD = Guard(first_push=150)


def users(count: int, *, first: int = 0) -> list[str]:
    return [f"user-{number:04}" for number in range(first, first + count)]


def held(user_ids: Iterable[str], *, remote_id: str | None = "r") -> Held:
    rows = [(user_id, "held") for user_id in user_ids]
    members = pl.DataFrame(rows, schema=MEMBERS, orient="row")
    return Held(remote_id, members, was_filled=remote_id is not None)


def hold(
    wanted: list[str],
    known: Held,
    *,
    guard: Guard = GUARD,
    abilities: Abilities = ABLE,
    is_after_empty_ingest: bool = False,
    approved: list[str] | None = None,
) -> Hold | None:
    series = pl.Series("user_id", wanted, dtype=pl.String)
    watch = Watch(
        guard,
        is_after_empty_ingest,
        None if approved is None else pl.Series(approved, dtype=pl.String),
    )
    planned = plan_sync(series, known, abilities)
    return guarded(
        planned, wanted=series, held=known, watch=watch, abilities=abilities
    ).hold


def reasons(*given: object, **named: object) -> tuple[str, ...]:
    found = hold(*given, **named)  # type: ignore[arg-type]
    return found.reasons if found else ()


def test_more_than_a_fifth_of_a_hundred_waits() -> None:
    there = held(users(100))

    assert reasons(users(80, first=20), there) == ()
    assert reasons(users(79, first=21), there) == (
        "it would take out 21 of 100 users (21%, over 20%)",
    )
    assert reasons(users(50), held(users(99))) == ()


def test_hold_says_what_it_would_take() -> None:
    lasting = Abilities(max_batch=10, side_effects="it bills")

    found = hold(users(100, first=30), held(users(100)), abilities=lasting)

    assert found == Hold(
        ("it would take out 30 of 100 users (30%, over 20%)",), 30, 30, 6, "it bills"
    )


def test_nobody_left_waits_however_few_there_were() -> None:
    assert reasons([], held(["ann"])) == (
        "it would take out everybody (users there: 1)",
    )
    assert reasons([], held(["ann"]), guard=Guard(emptied=False)) == ()
    assert reasons([], held([])) == ()


def test_empty_ingest_lowers_the_limit() -> None:
    there, wanted = held(users(100)), users(94, first=6)

    assert reasons(wanted, there) == ()
    assert reasons(wanted, there, is_after_empty_ingest=True) == (
        "it would take out 6 of 100 users (6%, over 5%) "
        "while no row has come in since the tick before",
    )
    assert reasons(users(95, first=5), there, is_after_empty_ingest=True) == ()
    assert reasons(users(200), there, is_after_empty_ingest=True) == ()


def test_large_first_push_waits() -> None:
    new = held([], remote_id=None)

    assert reasons(users(150), new) == ()
    assert reasons(users(151), new) == ("a first push of 151 users, more than 150",)
    assert reasons(users(400), held(users(100))) == ()


def test_first_push_that_stopped_half_way_is_a_first_push_still() -> None:
    half = Held("r", held(users(50)).members, was_filled=False)

    assert reasons(users(201), half) == ("a first push of 151 users, more than 150",)


@pytest.mark.parametrize("wanted", [[], users(10), users(3, first=500)])
def test_no_guard_holds_nothing(wanted: list[str]) -> None:
    off = Guard(None, None, emptied=False, first_push=None)

    assert reasons(wanted, held(users(100)), guard=off) == ()
    assert reasons(users(999), held([], remote_id=None), guard=off) == ()


def test_nothing_waits_when_there_is_nothing_to_send() -> None:
    picky = Abilities(max_batch=50, can_replace=True)
    others = Held("r", held([]).members, may_hold_others=True, was_filled=False)

    assert hold([], others, abilities=picky) is None


def test_what_was_approved_goes_and_what_is_beyond_is_measured() -> None:
    there, approved = held(users(100)), users(60, first=40)

    assert reasons(approved, there, approved=approved) == ()
    assert reasons(approved[20:], there, approved=approved) == ()
    assert reasons(approved[21:], there, approved=approved) == (
        "it would take out 21 of 100 users (21%, over 20%)",
    )
    assert reasons([], there, approved=approved) == (
        "it would take out everybody (users there: 100)",
    )
    assert reasons([], there, approved=[]) == ()


def test_first_push_beyond_the_approved_one_is_measured() -> None:
    new = held([], remote_id=None)

    assert reasons(users(300), new, approved=users(151)) == ()
    assert reasons(users(302), new, approved=users(151)) == (
        "a first push of 151 users, more than 150",
    )


def watched(guard: Guard = GUARD, approved: list[str] | None = None) -> Watch:
    series = None if approved is None else pl.Series(approved, dtype=pl.String)
    return Watch(guard, approved=series)


def test_held_push_sends_nothing_and_waits_in_the_ledger(pushing: Pushing) -> None:
    pushing.push("a", "b")
    sent = len(pushing.vendor.requests())

    held_push = pushing.push(watch=watched())

    assert (held_push.status, held_push.requests) == ("held", 0)
    assert "held: it would take out everybody (users there: 2). It would" in str(
        held_push.reason
    )
    assert "in at least 1 request. `headcount approve stuck-trials`" in str(
        held_push.reason
    )
    assert len(pushing.vendor.requests()) == sent
    assert pushing.vendor.members() == ["a", "b"]
    assert pushing.rows("SELECT removes, requests FROM sync_holds") == [(2, 1)]
    assert pushing.rows("SELECT status FROM syncs") == [("held",)]


def test_push_that_recovers_by_itself_is_not_held_any_more(pushing: Pushing) -> None:
    pushing.push("a", "b")
    pushing.push(watch=watched())

    assert pushing.push("a", watch=watched()).status == "synced"
    assert pushing.rows("FROM sync_holds") == []


def test_hold_says_since_when_one_waits(pushing: Pushing) -> None:
    pushing.push("a")
    pushing.push(watch=watched())
    ((first,),) = pushing.rows("SELECT held_at FROM sync_holds")

    pushing.push(watch=watched())

    ((snapshot_at, held_at),) = pushing.rows(
        "SELECT snapshot_at, held_at FROM sync_holds"
    )
    assert held_at == first
    assert snapshot_at > first


def test_approved_push_that_stops_half_way_goes_on(pushing: Pushing) -> None:
    """And with it a membership that has moved on, when it asks for nothing more."""
    small = pushing.vendor.connect(max_batch=1)
    pushing.push("a", "b")
    pushing.vendor.order("503")
    let_go = {"watch": watched(approved=[]), "destination": small}

    stopped = pushing.push(patience=Patience(tries=1), **let_go)
    moved_on = pushing.push("c", **let_go)

    assert (stopped.status, moved_on.status) == ("behind", "synced")
    assert pushing.vendor.members() == ["c"]
    small.close()
