"""Users whom a destination refuses: found, left out, and tried again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, nullcontext
from functools import partial

import pytest
from tests.contracts.vendors import QuickTime, Vendor
from tests.sync.pushing import Pushing

from headcount.standins.process import StandIn, running_standin
from headcount.store.warehouse import Warehouse

GOOD = [f"user-{number:03}" for number in range(60)]
BAD = ["user-007x", "user-031x"]
A_DAY = 96  # ticks


@pytest.fixture(scope="module", params=["walkme", "clevertap", "webhook"])
def picky(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    """A vendor that takes nobody with an x in their id."""
    with running_standin(request.param, options=("--poison", "x")) as running:
        yield running


@pytest.fixture
def pushing(picky: StandIn) -> Iterator[Pushing]:
    vendor = Vendor(picky)
    with Warehouse.in_memory() as store, closing(vendor.connect()) as destination:
        open_store = partial(nullcontext, store)
        yield Pushing(open_store, vendor, destination, vendor.segment(), QuickTime())


def rejects(pushing: Pushing) -> list[str]:
    rows = pushing.rows("SELECT user_id FROM sync_rejects ORDER BY ALL")
    return [user_id for (user_id,) in rows]


def test_first_push_leaves_out_exactly_the_bad(pushing: Pushing) -> None:
    result = pushing.push(*GOOD, *BAD)

    assert (result.status, result.added, result.rejected) == ("synced", 60, 2)
    assert pushing.vendor.members() == GOOD
    assert rejects(pushing) == BAD
    assert result.reason == "rejects: 2, see sync_rejects"


def test_known_rejects_cost_nothing_until_a_day_has_gone(pushing: Pushing) -> None:
    pushing.push(*GOOD, *BAD)

    quiet = [pushing.push(*GOOD, *BAD) for _ in range(3)]
    pushing.ticks += A_DAY
    retried = pushing.push(*GOOD, *BAD)
    after = pushing.push(*GOOD, *BAD)

    assert [(r.status, r.requests, r.rejected) for r in quiet] == [("synced", 0, 2)] * 3
    assert (retried.status, retried.rejected) == ("synced", 2)
    assert 0 < retried.requests <= 5
    assert after.requests == 0


def test_reject_that_leaves_and_comes_back_is_tried_again(pushing: Pushing) -> None:
    pushing.push(*GOOD, *BAD)

    pushing.push(*GOOD)
    assert rejects(pushing) == []
    assert pushing.push(*GOOD, BAD[0]).requests > 0


def test_other_settings_try_rejects_again(pushing: Pushing) -> None:
    pushing.push(*GOOD, *BAD)
    smaller = pushing.vendor.connect(max_batch=50)

    with closing(smaller):
        first = pushing.push_again(*GOOD, *BAD, destination=smaller)
        second = pushing.push_again(*GOOD, *BAD, destination=smaller)

    assert (first.requests > 0, second.requests) == (True, 0)


def test_reject_that_is_taken_at_last_is_one_no_more(
    pushing: Pushing, picky: StandIn
) -> None:
    """The vendor learned of the user meanwhile: here it is another stand-in."""
    pushing.push(*GOOD, *BAD)
    options = ("--password", picky.password)
    with running_standin(picky.vendor, options=options) as mended:
        vendor = Vendor(mended, pushing.vendor.account)
        with closing(vendor.connect()) as destination:
            vendor.create(destination, GOOD)
            remote_id = vendor.segments()[0]["remote_id"]
            with pushing.open_store() as store:
                store.con.execute("UPDATE syncs SET remote_id = ?", [remote_id])
            healed = pushing.push(*GOOD, *BAD, destination=destination)

        assert (healed.status, healed.added, healed.rejected) == ("synced", 2, 0)
        assert vendor.members() == sorted([*GOOD, *BAD])
    assert rejects(pushing) == []


def test_everybody_refused_is_no_matter_of_single_users(pushing: Pushing) -> None:
    strange = [f"x-{number:04}" for number in range(300)]
    pushing.push(*GOOD)

    result = pushing.push(*GOOD, *strange)

    if pushing.vendor.standin.vendor == "clevertap":  # it names each
        assert (result.status, result.rejected) == ("synced", 300)
        return
    assert result.status == "failed"
    assert "Are these the ids it knows?" in str(result.reason)
    assert result.requests <= 70


def test_all_is_told_again_without_those_who_are_refused_meanwhile(
    pushing: Pushing,
) -> None:
    """Where one request replaces everybody, the refused one must be made again."""
    pushing.push(*GOOD[:10])
    ((remote_id,),) = pushing.rows("SELECT remote_id FROM syncs")
    pushing.vendor.add(pushing.destination, remote_id, ["stranger"])

    pushing.ticks += 1
    result = pushing.tell_again(*GOOD[:10], *BAD)

    assert (result.status, result.rejected) == ("synced", 2)
    if pushing.destination.abilities.can_replace:
        assert pushing.vendor.members() == GOOD[:10]
    assert pushing.push_again(*GOOD[:10], *BAD).requests == 0
