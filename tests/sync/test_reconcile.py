"""What went wrong unseen is found where it shows, and told again where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, nullcontext
from functools import partial

import pytest
from tests.contracts.vendors import VENDORS, QuickTime, Vendor
from tests.sync.pushing import Pushing

from headcount.destinations.base import Destination
from headcount.standins.process import StandIn, running_standin
from headcount.store.warehouse import Warehouse
from headcount.sync.retry import Patience

USERS = ["a", "b", "c", "d"]


@pytest.fixture(scope="module", params=VENDORS)
def running(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    with running_standin(request.param, options=("--shows-members",)) as standin:
        yield standin


@pytest.fixture
def strayed(running: StandIn) -> Iterator[Pushing]:
    """The vendor holds a, b and a stranger; it should hold a and c."""
    vendor = Vendor(running)
    with Warehouse.in_memory() as store, closing(vendor.connect()) as destination:
        open_store = partial(nullcontext, store)
        pushing = Pushing(
            open_store, vendor, destination, vendor.segment(), QuickTime()
        )
        pushing.push("a", "b")
        pushing.push("a", "c")
        stray(pushing, destination)
        yield pushing
    running.order()


def stray(pushing: Pushing, destination: Destination) -> None:
    """What a request that came late would do: b is back, c is gone."""
    ((remote_id,),) = pushing.rows("SELECT remote_id FROM syncs")
    vendor = pushing.vendor
    vendor.add(destination, remote_id, ["b"])
    vendor.settle(destination, destination.remove(vendor.segment(), remote_id, ["c"]))
    assert vendor.members() == ["a", "b"]


def test_ordinary_push_sees_nothing_of_it(strayed: Pushing) -> None:
    assert strayed.push("a", "c").requests == 0


def test_full_push_makes_it_equal_with_removals(strayed: Pushing) -> None:
    result = strayed.tell_again("a", "c")

    assert (result.status, strayed.vendor.members()) == ("synced", ["a", "c"])
    assert strayed.push_again("a", "c").requests == 0


def test_parts_together_tell_everybody(strayed: Pushing) -> None:
    results = [strayed.tell_again("a", "c", turn=turn, turns=3) for turn in range(3)]

    assert strayed.vendor.members() == ["a", "c"]
    assert sum(result.added for result in results) == 2


def test_reconcile_tells_again_what_does_not_show(strayed: Pushing) -> None:
    checked = strayed.reconcile("a", "c")

    assert (checked.method, checked.drift) == ("told", None)
    assert (checked.push.status, strayed.vendor.members()) == ("synced", ["a", "c"])


def test_reconcile_reads_what_shows(strayed: Pushing) -> None:
    name = {"walkme": "userIds", "appcues": "user_ids"}.get(
        strayed.vendor.standin.vendor
    )
    if name is None:
        pytest.skip("the vendor shows no segment")
    with closing(strayed.vendor.connect(member_fields=(name,))) as destination:
        first = strayed.reconcile("a", "c", destination=destination)
        second = strayed.reconcile("a", "c", destination=destination)

    assert (first.method, first.push.added, first.push.removed) == ("read", 1, 1)
    assert first.drift == (
        "users that are missing there: 1; users that nobody here put there: 1"
    )
    assert (second.drift, second.push.requests) == (None, 0)
    assert strayed.vendor.members() == ["a", "c"]


def test_segment_that_is_gone_is_made_anew(strayed: Pushing) -> None:
    if not strayed.destination.abilities.can_look:
        pytest.skip("the vendor shows no segment")
    remote_id = strayed.vendor.segments()[0]["remote_id"]
    strayed.destination.delete(strayed.segment, remote_id)

    checked = strayed.reconcile("a", "c")

    assert checked.drift == "the segment is not there any more"
    assert (checked.push.status, strayed.vendor.members()) == ("synced", ["a", "c"])


def test_name_that_somebody_changed_is_told(strayed: Pushing) -> None:
    if strayed.vendor.standin.vendor != "appcues":
        pytest.skip("only there can a name be changed and seen")
    remote_id = strayed.vendor.segments()[0]["remote_id"]
    other = strayed.vendor.segment(name="By hand")
    strayed.destination.rename(other, remote_id)

    checked = strayed.reconcile("a", "c")

    assert checked.drift == "it is called 'By hand' there, not 'Stuck-Trials'"
    assert strayed.vendor.segments()[0]["name"] == "Stuck-Trials"


def test_rejects_outlive_a_look(strayed: Pushing) -> None:
    if strayed.vendor.standin.vendor != "walkme":
        pytest.skip("one vendor is enough")
    strayed.push("a", "c", "x" * 101)

    strayed.reconcile("a", "c", "x" * 101)

    assert len(strayed.rows("FROM sync_rejects")) == 1


def test_look_that_fails_is_no_drift(strayed: Pushing) -> None:
    if not strayed.destination.abilities.can_look:
        pytest.skip("the vendor shows no segment")
    strayed.vendor.order(*["503"] * 7)

    checked = strayed.reconcile("a", "c")

    assert (checked.method, checked.drift) == ("told", None)
    assert checked.push.status == "synced"


def test_upload_whose_job_nobody_knows_is_waited_for() -> None:
    """The reply with its number was lost; the next push says the opposite."""
    with running_standin("appcues") as standin, Warehouse.in_memory() as store:
        vendor = Vendor(standin)
        open_store = partial(nullcontext, store)
        with closing(vendor.connect()) as destination:
            pushing = Pushing(
                open_store, vendor, destination, vendor.segment(), QuickTime()
            )
            pushing.push("a")
            vendor.order("lost-reply")
            pushing.push("a", "b", patience=Patience(tries=1))

            result = pushing.push("a")

        calls = [r["path"].rpartition("/")[2] for r in vendor.requests()]
        assert result.status == "synced"
        assert vendor.members() == ["a"]
        assert calls.index("jobs") < calls.index("remove_user_ids")
