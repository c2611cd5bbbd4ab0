"""What is particular to CleverTap: arrays, three at a time, users left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from tests.contracts.vendors import Vendor
from tests.destinations.replies import Script, reply

from headcount.destinations.base import SegmentRef
from headcount.destinations.clevertap import CleverTap
from headcount.destinations.errors import (
    CredentialsError,
    MisconfiguredError,
    PartlyRefusedError,
    RefusedBatchError,
    RemoteSegmentGoneError,
    SegmentExistsError,
    UnknownOutcomeError,
)
from headcount.standins.process import StandIn, running_standin

TRIALS = SegmentRef("trials", "Trials", "crm")
LOGIN = StandIn("clevertap", "", 0, login="WWW-WWW-WWRZ")


def connect(url: str | None = None, **options: Any) -> CleverTap:
    given = {"base_url": url, "stand_in": True} if url else {}
    return CleverTap.connect(
        "clevertap",
        options={**given, **options},
        login=LOGIN,
        elapsed_s=lambda: 0.0,
    )


@pytest.fixture
def clevertap(server: Script) -> Iterator[CleverTap]:
    with closing(connect(server.url)) as connected:
        yield connected


def sent(server: Script) -> tuple[str, Any]:
    (request,) = server.requests
    head, _, body = request.decode().partition("\r\n\r\n")
    return head, json.loads(body)


def test_create_is_a_bare_array_with_our_id(
    server: Script, clevertap: CleverTap
) -> None:
    server.say(reply(200, b'{"status": "success", "id": 1739791829}'))

    assert clevertap.create(TRIALS, []) == "trials"

    head, body = sent(server)
    assert head.startswith("POST /api/createSegment HTTP/1.1")
    assert "X-CleverTap-Account-Id: WWW-WWW-WWRZ" in head
    assert f"X-CleverTap-Passcode: {LOGIN.password}" in head
    assert body == [{"segment_name": "Trials", "customer_segment_id": "trials"}]


@pytest.mark.parametrize(("call", "action"), [("add", "ADD"), ("remove", "REMOVE")])
def test_update_is_one_entry_for_all_users(
    server: Script, clevertap: CleverTap, call: str, action: str
) -> None:
    server.say(reply(200, b'{"status": "success"}'))

    getattr(clevertap, call)(TRIALS, "trials", ["u1", "u2"])

    head, body = sent(server)
    assert head.startswith("POST /api/updateSegment HTTP/1.1")
    assert body == {
        "bulk_profiles": [
            {
                "user_profiles": [{"identity": "u1"}, {"identity": "u2"}],
                "segments": [{"customer_segment_id": "trials", "action": action}],
            }
        ]
    }


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (200, b'{"status": "fail", "error": "x", "code": 514}', RefusedBatchError),
        (200, b'{"unprocessed": [{"identity": "u1"}]}', PartlyRefusedError),
        (200, b"", UnknownOutcomeError),
        (200, b"<html>", UnknownOutcomeError),
        (404, b"{}", RemoteSegmentGoneError),
        (401, b"{}", CredentialsError),
    ],
)
def test_answer_that_is_no_clean_success_is_none(
    server: Script,
    clevertap: CleverTap,
    status: int,
    body: bytes,
    meaning: type[Exception],
) -> None:
    server.say(reply(status, body))

    with pytest.raises(meaning):
        clevertap.add(TRIALS, "trials", ["u1"])


def test_segment_that_is_there_already_is_said(
    server: Script, clevertap: CleverTap
) -> None:
    server.say(reply(409, b"{}"))

    with pytest.raises(SegmentExistsError):
        clevertap.create(TRIALS, [])
    assert clevertap.find(TRIALS) == "trials"


def test_wrong_region_is_named_as_a_cause(server: Script, clevertap: CleverTap) -> None:
    server.say(reply(401, b"{}"))

    with pytest.raises(CredentialsError, match="a key of another region"):
        clevertap.create(TRIALS, [])


@pytest.mark.parametrize(
    ("options", "host"),
    [
        ({}, "api.clevertap.com"),
        ({"region": "in1"}, "in1.api.clevertap.com"),
        ({"region": "eu1"}, "eu1.api.clevertap.com"),
    ],
)
def test_region_has_its_host(options: dict[str, str], host: str) -> None:
    with closing(connect(**options)) as clevertap:
        assert clevertap._http.host == host


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"max_batch": 101}, "max_batch: Input should be less than or equal to 100"),
        ({"region": "in2"}, "region: Input should be 'in1'"),
    ],
)
def test_option_that_cannot_be_is_refused(options: dict[str, Any], fault: str) -> None:
    with pytest.raises(MisconfiguredError, match=fault):
        connect(**options)


def test_three_requests_at_a_time_are_never_passed() -> None:
    """Eight segments side by side, each with a client of its own as in eight tasks."""
    with running_standin("clevertap", options=("--takes", "0.05")) as standin:
        vendor = Vendor(standin)

        def push(number: int) -> None:
            segment = vendor.segment(f"segment-{number}")
            with closing(vendor.connect()) as destination:
                destination.create(segment, [])
                destination.add(segment, segment.segment_id, ["a", "b"])

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(push, range(8)))

        assert [r["status"] for r in standin.read_requests()] == [200] * 16
        assert len(vendor.segments()) == 8


def test_stand_in_turns_away_the_fourth_at_a_time() -> None:
    """Or the test above would prove nothing."""
    with running_standin("clevertap", options=("--takes", "0.3")) as standin:
        vendor = Vendor(standin)

        def create(number: int) -> bool:
            with closing(vendor.connect(max_in_flight=8)) as destination:
                try:
                    destination.create(vendor.segment(f"segment-{number}"), [])
                except Exception:  # noqa: BLE001 - counted
                    return False
                return True

        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(create, range(6))) < 6
