"""The receiver checks what the standard asks a receiver to check (vendors.md §8)."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from headcount.standins.process import StandIn, running_standin


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    with running_standin("webhook") as running:
        yield running


def event(kind: str = "segment.members.added", *users: str) -> bytes:
    data = {"segment_id": "s", "name": "S", "user_ids": users}
    return json.dumps({"type": kind, "timestamp": "t", "data": data}).encode()


def deliver(
    standin: StandIn, body: bytes, *, key: str, at_s: int | None = None, **headers: Any
) -> int:
    at_s = int(time.time()) if at_s is None else at_s
    secret = base64.b64decode(standin.password.removeprefix("whsec_"))
    digest = hmac.digest(secret, f"{key}.{at_s}.".encode() + body, "sha256")
    given = {
        "Content-Type": "application/json",
        "webhook-id": key,
        "webhook-timestamp": str(at_s),
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
        **headers,
    }
    url = f"{standin.url}/hooks/account"
    return httpx.post(url, content=body, headers=given).status_code


def test_event_that_was_seen_is_left_out(standin: StandIn) -> None:
    assert deliver(standin, event("segment.members.added", "a"), key="k1") == 204
    removed = event("segment.members.removed", "a")
    assert deliver(standin, removed, key="k2") == 204

    assert deliver(standin, event("segment.members.added", "a"), key="k1") == 204

    assert standin.read_members("s") == []


def test_key_of_another_event_is_refused(standin: StandIn) -> None:
    deliver(standin, event("segment.members.added", "a"), key="k3")

    assert deliver(standin, event("segment.members.added", "b"), key="k3") == 422


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": ""},
        {"webhook-id": "another"},
        {"webhook-timestamp": "soon"},
    ],
)
def test_signature_must_be_right(standin: StandIn, headers: dict[str, str]) -> None:
    assert deliver(standin, event(), key="k4", **headers) == 401


@pytest.mark.parametrize("off_s", [-301, 400])
def test_timestamp_must_be_recent(standin: StandIn, off_s: int) -> None:
    assert deliver(standin, event(), key="k5", at_s=int(time.time()) + off_s) == 401


def test_payload_is_limited(standin: StandIn) -> None:
    assert deliver(standin, event("x.created", "u" * 20_000), key="k6") == 413
