"""What is particular to webhooks: what is signed, and what an answer means."""

from __future__ import annotations

import base64
import hmac
import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any

import pytest
from tests.destinations.replies import Script, reply

from headcount.destinations.base import SegmentRef
from headcount.destinations.errors import (
    BatchTooLargeError,
    CredentialsError,
    DestinationError,
    EndpointGoneError,
    MisconfiguredError,
    RateLimitError,
    RefusedBatchError,
    UnknownOutcomeError,
)
from headcount.destinations.webhook import Webhook, _sign
from headcount.standins.process import StandIn

OLD, NEW = (f"whsec_{base64.b64encode(bytes([n] * 24)).decode()}" for n in (1, 2))
AT = datetime(2026, 5, 1, 9, 15, tzinfo=UTC)
TRIALS = SegmentRef("trials", "Trials", "crm", as_of=AT, key="key-1")
UNIX_S = 1_777_627_000


def connect(server: Script, password: str = OLD, **options: Any) -> Webhook:
    given = {"base_url": f"{server.url}/in/1", "stand_in": True, **options}
    return Webhook.connect(
        "ops",
        options=given,
        login=StandIn("webhook", "", 0, password=password),
        elapsed_s=lambda: 0.0,
        unix_s=lambda: UNIX_S,
    )


def sent(server: Script) -> tuple[str, dict[str, str], bytes]:
    """Request line, headers and body of the last request."""
    line, _, rest = server.requests[-1].partition(b"\r\n")
    message = message_from_bytes(rest)
    body = rest.partition(b"\r\n\r\n")[2]
    return line.decode(), {k.lower(): v for k, v in message.items()}, body


def signature(secret: str, body: bytes) -> str:
    """Written a second time, from the standard."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b"key-1." + str(UNIX_S).encode() + b"." + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


@pytest.mark.parametrize(
    ("call", "given", "kind"),
    [
        ("create", (["a"],), "segment.created"),
        ("add", ("trials", ["a"]), "segment.members.added"),
        ("remove", ("trials", ["a"]), "segment.members.removed"),
        ("rename", ("trials",), "segment.renamed"),
        ("delete", ("trials",), "segment.deleted"),
    ],
)
def test_each_change_is_one_event(
    server: Script, call: str, given: tuple[Any, ...], kind: str
) -> None:
    server.say(reply(204, b""))
    with closing(connect(server)) as webhook:
        getattr(webhook, call)(TRIALS, *given)

    line, _, body = sent(server)
    event = json.loads(body)
    assert line == "POST /in/1 HTTP/1.1"
    assert (event["type"], event["timestamp"]) == (kind, "2026-05-01T09:15:00Z")
    assert event["data"]["segment_id"] == "trials"
    assert event["data"].get("user_ids", ["a"]) == ["a"]


def test_event_is_signed_as_the_standard_says(server: Script) -> None:
    server.say(reply(200, b"anything"))
    with closing(connect(server)) as webhook:
        webhook.add(TRIALS, "trials", ["a"])

    _, headers, body = sent(server)
    assert headers["webhook-id"] == "key-1"
    assert headers["webhook-timestamp"] == str(UNIX_S)
    assert headers["webhook-signature"] == signature(OLD, body)


def test_known_signature_of_the_standards_libraries() -> None:
    """The example that the reference implementations are tested with."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    signed = b"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330." + body

    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert _sign(key, signed) == expected


def test_both_keys_sign_during_a_rotation(server: Script) -> None:
    server.say(reply(204, b""))
    with closing(connect(server, f"{NEW} {OLD}")) as webhook:
        webhook.add(TRIALS, "trials", ["a"])

    _, headers, body = sent(server)
    both = [signature(NEW, body), signature(OLD, body)]
    assert headers["webhook-signature"].split() == both


def test_same_request_is_the_same_bytes_however_often(server: Script) -> None:
    for _ in range(2):
        server.say(reply(503))
        with closing(connect(server)) as webhook, pytest.raises(DestinationError):
            webhook.add(TRIALS, "trials", ["a"])

    first, second = (r.partition(b"\r\n\r\n")[2] for r in server.requests)
    assert first == second
    assert sent(server)[1]["webhook-id"] == "key-1"


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (302, MisconfiguredError),
        (400, RefusedBatchError),
        (404, MisconfiguredError),
        (410, EndpointGoneError),
        (429, RateLimitError),
        (502, UnknownOutcomeError),
        (504, UnknownOutcomeError),
    ],
)
def test_status_alone_says_what_became_of_it(
    server: Script, status: int, meaning: type[DestinationError]
) -> None:
    server.say(reply(status))

    with closing(connect(server)) as webhook, pytest.raises(meaning):
        webhook.add(TRIALS, "trials", ["a"])


def test_payload_beyond_the_limit_is_not_sent(server: Script) -> None:
    with closing(connect(server)) as webhook, pytest.raises(BatchTooLargeError):
        webhook.add(TRIALS, "trials", ["x" * 20_000])

    assert server.requests == []


def test_batches_that_fit_give_payloads_that_fit(server: Script) -> None:
    name = "☃" * 128
    segment = replace(TRIALS, segment_id="x" * 64, name=name, system="y" * 64)
    server.say(reply(204, b""))
    with closing(connect(server)) as webhook:
        room = webhook.abilities.max_bytes or 0
        webhook.add(segment, "trials", ["i" * (room - len('"",'))])

    assert len(sent(server)[2]) <= 20_000


@pytest.mark.parametrize(
    "password", ["", "short", "whsec_", "whsec_!!!!!!!!", "whsec_AAAA", OLD[6:]]
)
def test_secret_that_is_none_is_refused_and_not_repeated(
    server: Script, password: str
) -> None:
    with pytest.raises(CredentialsError, match="the password ") as raised:
        connect(server, password)

    assert len(password) < 7 or password not in str(raised.value)


@pytest.mark.parametrize("url", ["http://example.com/x", "https://h/x?token=1"])
def test_address_is_checked_whole(server: Script, url: str) -> None:
    with pytest.raises(MisconfiguredError, match="base_url"):
        connect(server, base_url=url, stand_in=False)


def test_nothing_can_be_adopted(server: Script) -> None:
    with closing(connect(server)) as webhook, pytest.raises(MisconfiguredError):
        webhook.to_remote_id("anything")
