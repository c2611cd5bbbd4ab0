"""Waiting: how long, how often, and when a destination is left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.contracts.vendors import QuickTime
from tests.sync.pushing import NOW, Pushing

from headcount.sync.ledger import Health
from headcount.sync.push import PATIENCE
from headcount.sync.retry import Pace, Patience


def test_backoff_doubles_up_to_its_cap_and_is_random() -> None:
    waits = [PATIENCE.wait_s(n, fraction=1.0, asked_s=None) for n in range(1, 9)]

    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert PATIENCE.wait_s(3, fraction=0.25, asked_s=None) == 0.5
    assert PATIENCE.wait_s(3, fraction=0.0, asked_s=7.0) == 7.0


@pytest.mark.parametrize(
    ("seconds", "wait_s"), [(30, 30.0), (0, 0.0), (-30, 0.0), (3600, 0.0)]
)
def test_pause_is_waited_for_unless_the_clock_was_set_back(
    seconds: int, wait_s: float
) -> None:
    assert Health(1, NOW + timedelta(seconds=seconds)).wait_s(NOW) == wait_s


def test_health_without_a_pause_is_no_wait() -> None:
    assert Health().wait_s(NOW) == 0.0


@pytest.mark.parametrize("fault", ["429-seconds", "429-date"])
def test_pause_that_was_asked_for_is_kept_to_the_second(
    pushing: Pushing, fault: str
) -> None:
    """In real time: the vendor's own record says whether we came back too early."""
    pushing.push("a")
    pushing.vendor.order(fault)

    pushing.time.pace = lambda: Pace(fraction=lambda: 0.0)  # type: ignore[method-assign]
    assert pushing.push("a", "b").status == "synced"

    seen = pushing.vendor.requests()[-2:]
    assert [r["status"] for r in seen] == [429, 204]
    assert not seen[1]["is_too_early"]
    assert seen[1]["at_s"] - seen[0]["at_s"] < 2.5


def test_pause_binds_the_next_push_too(pushing: Pushing) -> None:
    pushing.push("a")
    pushing.vendor.order("429-seconds")
    pushing.push("a", "b", patience=Patience(tries=1))
    pushing.ticks -= 1  # the next push comes within the pause

    assert pushing.push("a", "b").status == "synced"
    (slept_s,) = pushing.time.slept
    assert slept_s > 0.25


def test_pause_beyond_the_budget_ends_the_push_unsent(pushing: Pushing) -> None:
    pushing.push("a")
    pushing.vendor.order("429-seconds")
    pushing.push("a", "b", patience=Patience(tries=1))
    pushing.ticks -= 1

    result = pushing.push("a", "b", patience=Patience(budget_s=0.1))

    assert (result.status, result.requests) == ("behind", 0)
    assert "is left alone for" in str(result.reason)
    assert pushing.time.slept == []


def test_tries_are_limited(pushing: Pushing) -> None:
    pushing.push("a")
    pushing.vendor.order(*["503"] * 7)

    result = pushing.push("a", "b")

    assert (result.status, result.requests) == ("behind", 7)
    assert pushing.time.slept == [0.25, 0.5, 1, 2, 4, 8]


def test_time_is_limited(pushing: Pushing) -> None:
    pushing.push("a")
    pushing.vendor.order(*["503"] * 7)

    result = pushing.push("a", "b", patience=Patience(budget_s=13.0))

    assert (result.status, result.requests) == ("behind", 6)


def test_destination_that_keeps_failing_is_left_alone_by_all(pushing: Pushing) -> None:
    patience = Patience(tries=4, rest_after=6)
    pushing.push("a")
    pushing.vendor.order(*["503"] * 6)

    results = [pushing.push_again("a", "b", patience=patience) for _ in range(3)]

    assert [result.requests for result in results] == [4, 2, 0]
    assert results[2].reason == (
        "walkme: is left alone for 300 s after 6 failures in a row"
    )


def test_one_request_decides_after_the_rest(pushing: Pushing) -> None:
    patience = Patience(tries=4, rest_after=2, rest_s=300)
    pushing.push("a")
    pushing.vendor.order(*["503"] * 3)

    pushing.push("a", "b", patience=patience)
    probed = pushing.push("a", "b", patience=patience)
    healed = pushing.push("a", "b", patience=patience)

    assert [probed.requests, healed.requests] == [1, 1]
    assert (probed.status, healed.status) == ("behind", "synced")
    assert pushing.rows("SELECT failures_in_row FROM destination_health") == [(0,)]


def test_asking_for_a_pause_is_no_failure(pushing: Pushing) -> None:
    pushing.push("a")
    pushing.vendor.order(*["429-seconds"] * 5)

    result = pushing.push("a", "b", patience=replace(PATIENCE, rest_after=3))

    assert result.status == "synced"


def test_bug_of_ours_is_not_retried(pushing: Pushing) -> None:
    class Broken:
        abilities, name = pushing.destination.abilities, pushing.destination.name
        address = pushing.destination.address
        fingerprint = pushing.destination.fingerprint

        def create(self, *_: object) -> str:
            return str(1 / 0)

    result = pushing.push("a", destination=Broken())  # type: ignore[arg-type]

    assert (result.status, result.requests) == ("failed", 1)
    assert "a bug of ours: ZeroDivisionError" in str(result.reason)
    assert pushing.rows("SELECT outcome FROM sync_batches") == [("unknown",)]


def test_quick_time_goes_on_while_it_sleeps() -> None:
    quick = QuickTime()
    pace = quick.pace()
    began_s = pace.elapsed_s()

    pace.sleep(100.0)

    assert pace.elapsed_s() - began_s >= 100.0
