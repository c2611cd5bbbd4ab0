"""A vendor that cannot be asked and deletes nothing: CleverTap."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, nullcontext
from functools import partial

import pytest
from tests.contracts.vendors import QuickTime, Vendor
from tests.sync.pushing import Pushing

from headcount.standins.process import StandIn, running_standin
from headcount.store.warehouse import Warehouse
from headcount.sync.retry import Patience


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    with running_standin("clevertap") as running:
        yield running


@pytest.fixture
def pushing(standin: StandIn) -> Iterator[Pushing]:
    vendor = Vendor(standin)
    with Warehouse.in_memory() as store, closing(vendor.connect()) as destination:
        open_store = partial(nullcontext, store)
        yield Pushing(open_store, vendor, destination, vendor.segment(), QuickTime())
    standin.order()


def test_first_push_takes_a_request_a_hundred_users(pushing: Pushing) -> None:
    members = [f"user-{number:03}" for number in range(250)]

    result = pushing.push(*members)

    assert (result.status, result.added, result.requests) == ("synced", 250, 4)
    assert pushing.vendor.members() == members


def test_deletion_empties_the_segment_and_says_that_it_stays(
    pushing: Pushing,
) -> None:
    pushing.push("a", "b")
    pushing.vendor.order("lost-reply")
    pushing.push("a", "b", "c", patience=Patience(tries=1))

    results = [pushing.delete() for _ in range(2)]

    assert [(r.status, r.removed, r.requests) for r in results] == [
        ("deleted", 3, 1),
        ("deleted", 0, 0),
    ]
    assert results[0].reason == (
        "no call deletes the segment 'stuck-trials': it stays without our users"
    )
    assert pushing.vendor.members() == []


@pytest.mark.parametrize("fault", ["lost-reply", "500-after", "html"])
def test_create_in_doubt_is_said_again_and_its_conflict_is_ours(
    pushing: Pushing, fault: str
) -> None:
    pushing.vendor.order(fault)

    result = pushing.push("a")

    assert (result.status, result.reason) == ("synced", None)
    assert pushing.vendor.members() == ["a"]


def test_create_that_was_not_applied_is_repeated(pushing: Pushing) -> None:
    pushing.vendor.order("lost-request")

    assert pushing.push("a").status == "synced"
    assert pushing.vendor.members() == ["a"]


def test_segment_of_a_lost_ledger_may_hold_others(
    pushing: Pushing,
) -> None:
    pushing.vendor.create(pushing.destination, ["old"])

    result = pushing.push("a")

    assert result.status == "synced"
    assert result.reason == "users whom others put there stay there"
    assert pushing.vendor.members() == ["a", "old"]


def test_name_stays_what_it_was(pushing: Pushing) -> None:
    pushing.push("a")

    result = pushing.push("b", name="New name")

    assert "called 'Stuck-Trials' there and cannot be renamed" in str(result.reason)
