"""What a vendor works off after it has answered: seen through, or said again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, nullcontext
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from tests.contracts.vendors import QuickTime, Vendor
from tests.sync.pushing import Interrupted, Pushing

from headcount.destinations.base import Job
from headcount.destinations.errors import JobLostError
from headcount.standins.process import StandIn, running_standin
from headcount.store.warehouse import Warehouse
from headcount.sync import jobs
from headcount.sync.retry import Patience


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    with running_standin("appcues") as running:
        yield running


@pytest.fixture
def pushing(standin: StandIn) -> Iterator[Pushing]:
    vendor = Vendor(standin)
    with Warehouse.in_memory() as store, closing(vendor.connect()) as destination:
        open_store = partial(nullcontext, store)
        yield Pushing(open_store, vendor, destination, vendor.segment(), QuickTime())
    standin.order()


def job_rows(pushing: Pushing) -> list[tuple[Any, ...]]:
    return pushing.rows("FROM sync_batches SELECT outcome WHERE job IS NOT NULL")


class Dying(Interrupted):
    """A destination whose process ends at its first look at a job."""

    def is_done(self, job: Job) -> bool:
        raise KeyboardInterrupt


def test_push_ends_when_its_jobs_have(pushing: Pushing) -> None:
    result = pushing.push("a", "b")

    assert (result.status, result.added, result.requests) == ("synced", 2, 4)
    assert pushing.vendor.members() == ["a", "b"]
    assert job_rows(pushing) == []


def test_difference_goes_as_two_jobs_one_after_the_other(pushing: Pushing) -> None:
    pushing.push("a", "b")

    result = pushing.push("b", "c")

    assert (result.added, result.removed) == (1, 1)
    assert pushing.vendor.members() == ["b", "c"]


def test_job_of_a_killed_push_is_seen_through_and_not_repeated(
    pushing: Pushing,
) -> None:
    with pytest.raises(KeyboardInterrupt):
        pushing.push("a", "b", destination=Dying(pushing.destination))
    assert job_rows(pushing) == [("sent",)]

    result = pushing.push_again("a", "b")

    assert result.status == "synced"
    assert pushing.vendor.members() == ["a", "b"]
    uploads = [r for r in pushing.vendor.requests() if "add_user_ids" in r["path"]]
    assert len(uploads) == 1


def test_nothing_is_said_while_an_old_job_runs(pushing: Pushing) -> None:
    pushing.push("a")
    pushing.vendor.order("job-stuck")
    stuck = pushing.push("a", "b", patience=Patience(budget_s=60.0))
    before = len(pushing.vendor.requests())

    again = pushing.push("a", patience=Patience(budget_s=60.0))

    assert (stuck.status, again.status) == ("behind", "behind")
    assert "still works at /v2/accounts/" in str(again.reason)
    looks = pushing.vendor.requests()[before:]
    assert all("/jobs/" in look["path"] for look in looks)
    assert pushing.rows("SELECT user_id, state FROM sync_members ORDER BY 1") == [
        ("a", "held"),
        ("b", "unknown"),
    ]


def test_job_that_never_ends_is_given_up(
    pushing: Pushing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "DEADLINE", timedelta(minutes=10))
    pushing.push("a")
    pushing.vendor.order("job-stuck")
    pushing.push("a", "b", patience=Patience(budget_s=60.0))

    result = pushing.push("a", "c")

    assert result.status == "synced"
    assert pushing.vendor.members() == ["a", "c"]
    assert job_rows(pushing) == []


@pytest.mark.parametrize("fault", ["job-failed", "job-elsewhere"])
def test_job_that_ended_badly_is_said_again(pushing: Pushing, fault: str) -> None:
    pushing.push("a")
    pushing.vendor.order(fault)

    result = pushing.push("a", "b", "c")

    assert (result.status, result.rejected) == ("synced", 0)
    assert pushing.vendor.members() == ["a", "b", "c"]
    assert job_rows(pushing) == []


def test_users_whom_a_job_names_are_rejects(pushing: Pushing) -> None:
    pushing.push("a")
    pushing.vendor.order("job-partial")

    result = pushing.push("a", "b", "c")

    assert (result.status, result.added, result.rejected) == ("synced", 1, 1)
    assert pushing.vendor.members() == ["a", "b"]
    ((user_id, reason),) = pushing.rows("SELECT user_id, reason FROM sync_rejects")
    assert (user_id, reason) == ("c", "refused")


def test_jobs_name_their_bad_users_bit_by_bit() -> None:
    bad = [f"bad-{number:02}" for number in range(25)]
    with running_standin("appcues", options=("--poison", "bad")) as picky:
        vendor = Vendor(picky)
        with Warehouse.in_memory() as store, closing(vendor.connect()) as destination:
            open_store = partial(nullcontext, store)
            pushing = Pushing(
                open_store, vendor, destination, vendor.segment(), QuickTime()
            )
            result = pushing.push("a", "z", *bad)

        assert (result.status, result.rejected) == ("synced", 25)
        assert vendor.members() == ["a", "z"]
        uploads = [r for r in vendor.requests() if "add_user_ids" in r["path"]]
        assert len(uploads) == 4


def test_job_that_is_not_known_any_more_is_looked_for_and_said_again(
    pushing: Pushing,
) -> None:
    class Forgetful(Interrupted):
        def is_done(self, job: Job) -> bool:
            raise JobLostError(self.destination.name, job)

    pushing.push("a")
    forgetful = Forgetful(pushing.destination)

    lost = pushing.push("a", "b", destination=forgetful, patience=Patience(tries=2))

    assert (lost.status, job_rows(pushing)) == ("behind", [])
    assert pushing.push_again("a").removed == 1
    assert pushing.vendor.members() == ["a"]


def test_pause_that_is_asked_for_at_a_look_is_kept(pushing: Pushing) -> None:
    pushing.push("a")
    pushing.time.slept.clear()
    pushing.vendor.order("slow", "429-seconds")  # the upload is slow, the look too soon

    assert pushing.push("a", "b").status == "synced"
    assert pushing.time.slept[0] > 1.0
    assert pushing.vendor.members() == ["a", "b"]


def test_new_name_is_told_there(pushing: Pushing) -> None:
    pushing.push("a")

    renamed = pushing.push_again("a", name="New name")
    again = pushing.push_again("a", name="New name")

    assert (renamed.status, renamed.requests, again.requests) == ("synced", 1, 0)
    assert [s["name"] for s in pushing.vendor.segments()] == ["New name"]
    assert pushing.rows("SELECT remote_name, asked_name FROM syncs") == [
        ("New name", "New name")
    ]
