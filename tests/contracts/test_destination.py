"""What every adapter must do, whatever the vendor: calls, answers, their meaning."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest
from tests.contracts.vendors import Vendor, impatient

from headcount.destinations.base import Destination
from headcount.destinations.errors import (
    CredentialsError,
    DestinationError,
    JobFailedError,
    MisconfiguredError,
    RateLimitError,
    RefusedBatchError,
    RemoteSegmentGoneError,
    SegmentExistsError,
    UnknownOutcomeError,
)
from headcount.standins.process import running_standin

SPOILT = {"truncated", "oversized", "html"}


def require(is_able: bool) -> None:
    """The vendor can do what the test is about."""
    if not is_able:
        pytest.skip("the vendor has no such thing")


@pytest.fixture
def remote_id(vendor: Vendor, destination: Destination) -> str:
    """A segment there that holds a and b."""
    return vendor.create(destination, ["a", "b"])


def test_create_holds_exactly_the_users(vendor: Vendor, remote_id: str) -> None:
    assert vendor.members() == ["a", "b"]
    assert [segment["remote_id"] for segment in vendor.segments()] == [remote_id]


def test_create_may_be_empty(vendor: Vendor, destination: Destination) -> None:
    destination.create(vendor.segment(), [])

    assert vendor.members() == []


def test_add_twice_equals_once(
    vendor: Vendor, destination: Destination, remote_id: str
) -> None:
    for _ in range(2):
        vendor.add(destination, remote_id, ["b", "c"])

    assert vendor.members() == ["a", "b", "c"]


def test_remove_twice_equals_once(
    vendor: Vendor, destination: Destination, remote_id: str
) -> None:
    for _ in range(2):
        job = destination.remove(vendor.segment(), remote_id, ["b", "stranger"])
        vendor.settle(destination, job)

    assert vendor.members() == ["a"]


def test_replace_leaves_nobody_else(
    vendor: Vendor, destination: Destination, remote_id: str
) -> None:
    require(destination.abilities.can_replace)

    destination.replace(vendor.segment(), remote_id, ["b", "z"])

    assert vendor.members() == ["b", "z"]


def test_delete_twice_equals_once(
    vendor: Vendor, destination: Destination, remote_id: str
) -> None:
    require(destination.abilities.can_delete)

    for _ in range(2):
        destination.delete(vendor.segment(), remote_id)

    assert vendor.segments() == []


def test_find_knows_our_id_and_nobody_elses(
    vendor: Vendor, destination: Destination, remote_id: str
) -> None:
    require(destination.abilities.can_find)
    destination.create(vendor.segment("other"), [])

    assert destination.find(vendor.segment()) == remote_id
    assert destination.find(vendor.segment("missing")) is None


def test_segments_of_one_account_are_not_another_accounts(
    vendor: Vendor, destination: Destination, remote_id: str
) -> None:
    require(vendor.kit.reads_replies)
    stranger = Vendor(vendor.standin)

    with (
        closing(stranger.connect()) as other,
        pytest.raises(RemoteSegmentGoneError),
    ):
        other.add(stranger.segment(), remote_id, ["x"])
    assert vendor.members() == ["a", "b"]


def test_whole_batch_is_taken_at_the_limit(
    vendor: Vendor, destination: Destination, remote_id: str
) -> None:
    longest = destination.abilities.max_id_chars or 100
    width = len(str(destination.abilities.max_batch))
    ids = [f"{n:0{width}}" for n in range(destination.abilities.max_batch - 1)]

    vendor.add(destination, remote_id, [*ids, "x" * longest])

    assert len(vendor.members() or []) == 2 + destination.abilities.max_batch


def test_batch_over_the_limit_is_refused(
    vendor: Vendor, destination: Destination, remote_id: str
) -> None:
    require(vendor.kit.limits_batches)
    ids = [str(number) for number in range(destination.abilities.max_batch + 1)]

    with pytest.raises(RefusedBatchError):
        destination.add(vendor.segment(), remote_id, ids)
    assert vendor.members() == ["a", "b"]


def test_names_arrive_as_they_are(vendor: Vendor, destination: Destination) -> None:
    name = 'Łódź "trial" ☃ <b>'
    ids = ["dana@acme.example", "Ünï", "a b", "0012", "1e5", 'q"\\', "☃"]

    vendor.create(destination, ids, name=name)

    assert vendor.segments()[0]["name"] == name
    assert vendor.members() == sorted(ids)


def test_create_of_what_exists_says_so(
    vendor: Vendor, destination: Destination, remote_id: str
) -> None:
    require(vendor.kit.refuses_twins)

    with pytest.raises(SegmentExistsError):
        destination.create(vendor.segment(), ["c"])
    assert vendor.members() == ["a", "b"]


@pytest.mark.parametrize(
    ("fault", "meaning", "is_applied"),
    [
        ("429-seconds", RateLimitError, False),
        ("429-date", RateLimitError, False),
        ("503", UnknownOutcomeError, False),
        ("500-before", UnknownOutcomeError, False),
        ("500-after", UnknownOutcomeError, True),
        ("lost-request", UnknownOutcomeError, False),
        ("lost-reply", UnknownOutcomeError, True),
        ("truncated", UnknownOutcomeError, True),
        ("oversized", UnknownOutcomeError, True),
        ("html", UnknownOutcomeError, True),
    ],
)
def test_fault_means_what_it_is(
    vendor: Vendor,
    destination: Destination,
    remote_id: str,
    fault: str,
    meaning: type[DestinationError],
    is_applied: bool,
) -> None:
    require(vendor.kit.reads_replies or fault not in SPOILT)
    vendor.order(fault)

    with pytest.raises(meaning) as raised:
        destination.add(vendor.segment(), remote_id, ["c"])
    vendor.catch_up(destination)

    assert raised.value.retry
    assert raised.value.may_be_applied or not is_applied
    assert ("c" in (vendor.members() or [])) == is_applied


@pytest.mark.parametrize("fault", ["429-seconds", "429-date"])
def test_pause_that_is_asked_for_is_told(
    vendor: Vendor, destination: Destination, remote_id: str, fault: str
) -> None:
    vendor.order(fault)

    with pytest.raises(RateLimitError) as raised:
        destination.add(vendor.segment(), remote_id, ["c"])

    assert raised.value.retry_after_s == 1.0


def test_half_applied_batch_is_whole_when_sent_again(
    vendor: Vendor, destination: Destination, remote_id: str
) -> None:
    vendor.order("partial")

    with pytest.raises(UnknownOutcomeError):
        destination.add(vendor.segment(), remote_id, ["c", "d"])
    vendor.catch_up(destination)
    assert vendor.members() == ["a", "b", "c"]
    vendor.add(destination, remote_id, ["c", "d"])

    assert vendor.members() == ["a", "b", "c", "d"]


def test_slow_reply_is_an_unknown_outcome(vendor: Vendor, remote_id: str) -> None:
    hasty = impatient(vendor, read_s=0.7)
    vendor.order("slow")

    with pytest.raises(UnknownOutcomeError, match="ReadTimeout"):
        hasty.add(vendor.segment(), remote_id, ["c"])
    hasty.close()


def test_ended_token_is_replaced_once_and_unseen(
    vendor: Vendor, destination: Destination, remote_id: str
) -> None:
    require(vendor.standin.vendor == "walkme")
    vendor.order("expired-token")

    destination.add(vendor.segment(), remote_id, ["c"])

    assert vendor.members() == ["a", "b", "c"]
    assert [r["status"] for r in vendor.requests()][-2:] == [401, 204]


def test_wrong_secret_is_a_matter_of_credentials(vendor: Vendor) -> None:
    wrong = vendor.standin.password.swapcase().replace("WHSEC_", "whsec_")
    stranger = Vendor(replace(vendor.standin, password=wrong)).connect()

    with pytest.raises(CredentialsError, match="authentication failed at"):
        stranger.create(vendor.segment(), [])
    stranger.close()


def test_login_is_tried_and_nothing_is_changed(
    vendor: Vendor, destination: Destination
) -> None:
    asks = vendor.standin.vendor in {"walkme", "appcues"}

    assert destination.try_login() == asks
    assert vendor.segments() == []


def test_wrong_login_is_told_where_it_can_be_tried(vendor: Vendor) -> None:
    require(vendor.standin.vendor in {"walkme", "appcues"})
    wrong = vendor.standin.password.swapcase()
    stranger = Vendor(replace(vendor.standin, password=wrong)).connect()

    with closing(stranger), pytest.raises(CredentialsError):
        stranger.try_login()


def test_id_that_cannot_be_the_vendors_is_refused_before_any_call(
    vendor: Vendor, destination: Destination
) -> None:
    with pytest.raises(MisconfiguredError):
        destination.to_remote_id("../../etc/passwd")
    assert vendor.requests() == []


def test_name_is_changed_where_it_can_be(
    vendor: Vendor, destination: Destination, remote_id: str
) -> None:
    require(destination.abilities.can_rename)

    destination.rename(vendor.segment(name="Renamed"), remote_id)

    assert [segment["name"] for segment in vendor.segments()] == ["Renamed"]
    assert vendor.members() == ["a", "b"]


def test_users_it_refuses_are_told(vendor: Vendor) -> None:
    """Or a push would take them for members."""
    options = ("--poison", "bad")
    with running_standin(vendor.standin.vendor, options=options) as picky:
        fussy = Vendor(picky)
        with closing(fussy.connect()) as destination:
            remote_id = fussy.create(destination, ["good"])
            with pytest.raises((RefusedBatchError, JobFailedError)):
                fussy.add(destination, remote_id, ["bad", "other"])
        assert "bad" not in (fussy.members() or [])
