"""The stand-in says no where CleverTap says that it does (vendors.md §5)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from headcount.standins.process import StandIn, running_standin

SEGMENT = {"segment_name": "Premium", "customer_segment_id": "SEG1"}


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    with running_standin("clevertap", options=("--poison", "bad")) as running:
        yield running


@pytest.fixture
def http(standin: StandIn) -> Iterator[httpx.Client]:
    headers = {
        "X-CleverTap-Account-Id": uuid.uuid4().hex,
        "X-CleverTap-Passcode": standin.password,
    }
    with httpx.Client(base_url=standin.url, headers=headers) as client:
        yield client


def entry(*users: str, action: str = "ADD") -> dict[str, Any]:
    change = {"customer_segment_id": "SEG1", "action": action}
    return {
        "user_profiles": [{"identity": user} for user in users],
        "segments": [change],
    }


def update(http: httpx.Client, *entries: Any) -> httpx.Response:
    return http.post("/api/updateSegment", json={"bulk_profiles": entries})


def test_passcode_is_asked_for(http: httpx.Client) -> None:
    wrong = {"X-CleverTap-Passcode": "no"}

    assert http.post("/api/createSegment", json=[], headers=wrong).status_code == 401


def test_id_is_used_once(http: httpx.Client) -> None:
    assert http.post("/api/createSegment", json=[SEGMENT]).status_code == 200
    assert http.post("/api/createSegment", json=[SEGMENT]).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        [{"segment_name": "x"}],
        [{"customer_segment_id": "x"}],
        [{"segment_name": "x", "customer_segment_id": str(n)} for n in range(101)],
    ],
)
def test_create_wants_a_bare_array_of_up_to_a_hundred(
    http: httpx.Client, body: Any
) -> None:
    assert http.post("/api/createSegment", json=body).status_code == 400


def test_account_holds_so_many_segments(http: httpx.Client) -> None:
    def create(first: int, count: int) -> int:
        body = [
            {"segment_name": str(n), "customer_segment_id": str(n)}
            for n in range(first, first + count)
        ]
        return http.post("/api/createSegment", json=body).status_code

    assert {create(first, 100) for first in range(0, 2_500, 100)} == {200}
    assert create(2_500, 1) == 400


def test_hundred_profiles_are_counted_over_all_entries(http: httpx.Client) -> None:
    http.post("/api/createSegment", json=[SEGMENT])
    users = [str(number) for number in range(60)]

    assert update(http, entry(*users)).status_code == 200
    assert update(http, entry(*users), entry(*users)).status_code == 400


def test_user_that_is_refused_is_left_out(http: httpx.Client, standin: StandIn) -> None:
    http.post("/api/createSegment", json=[SEGMENT])

    said = update(http, entry("good", "bad")).json()

    account = http.headers["X-CleverTap-Account-Id"]
    held = [s for s in standin.read_segments() if s["account"] == account]
    assert held[0]["user_ids"] == ["good"]
    assert said["unprocessed"] == [{"status": "fail", "identity": "bad"}]


def test_action_and_segment_must_be_known(http: httpx.Client) -> None:
    assert update(http, entry("a")).status_code == 404
    http.post("/api/createSegment", json=[SEGMENT])
    assert update(http, entry("a", action="SET")).status_code == 400
