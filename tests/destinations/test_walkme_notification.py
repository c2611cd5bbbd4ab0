"""How a notification is put on the wire, above all where WalkMe's page is silent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.destinations.replies import Script, reply

from headcount.definitions.settings import Filling
from headcount.definitions.times import Duration
from headcount.destinations.errors import (
    CredentialsError,
    DestinationError,
    MisconfiguredError,
    RateLimitError,
    RefusedBatchError,
    UnknownOutcomeError,
)
from headcount.destinations.notifier import Notice
from headcount.destinations.walkme_notification import WalkMeNotification
from headcount.standins.process import StandIn

TEMPLATE = "75cfcba6-c320-42cb-938e-4c2bd08a43a3"
SYSTEM = "bcf4c7f5-682b-4aa6-875a-0fc9bdfa21ca"
AT = datetime(2026, 5, 1, 9, 15, tzinfo=UTC)
NOTICE = Notice(("ann", "bob"), AT)
GRANT = reply(200, b'{"access_token": "token-one", "expires_in": 3600}')
TAKEN = reply(200, b'{"message": "Request has been received"}')
LEAST: dict[str, Any] = {"template_id": TEMPLATE, "on": ("entered",)}


class Said:
    """WalkMe as `server` has it say, after a token."""

    def __init__(self, server: Script) -> None:
        self.server = server
        server.say(GRANT)

    def notifier(self, **options: Any) -> WalkMeNotification:
        return WalkMeNotification.connect(
            "welcome",
            options={"base_url": self.server.url, "stand_in": True} | LEAST | options,
            login=StandIn("walkme", self.server.url, 0),
            elapsed_s=lambda: 0.0,
        )

    def tell(self, notice: Notice = NOTICE, **options: Any) -> dict[str, Any]:
        """The notification that was sent."""
        self.server.say(TAKEN)
        with closing(self.notifier(**options)) as notifier:
            notifier.tell(notice)
        _, _, body = self.server.requests[1].partition(b"\r\n\r\n")
        sent: dict[str, Any] = json.loads(body)
        assert list(sent) == ["notification"]
        return sent["notification"]  # type: ignore[no-any-return]


@pytest.fixture
def said(server: Script) -> Said:
    return Said(server)


@pytest.fixture
def notifier(said: Said) -> Iterator[WalkMeNotification]:
    with closing(said.notifier()) as connected:
        yield connected


def test_what_is_not_set_is_left_out(said: Said) -> None:
    assert said.tell() == {"templateId": TEMPLATE, "endUsersIds": ["ann", "bob"]}

    head = said.server.requests[1].partition(b"\r\n\r\n")[0].decode()
    assert head.startswith("POST /public/v1/notification HTTP/1.1")
    assert "Authorization: Bearer token-one" in head


def test_everything_can_be_set(said: Said) -> None:
    notice = Notice((), AT, SYSTEM, (("NAME", "Ann"),))
    sent = said.tell(
        notice,
        audience_ids=(SYSTEM,),
        notification_type="popup",
        title="Welcome",
        runtime_title="Hello",
        runtime_description="This way",
        start=Duration(1, "hour"),
        end=date(2026, 6, 1),
    )

    assert sent == {
        "systemId": "bcf4c7f5682b4aa6875a0fc9bdfa21ca",
        "templateId": TEMPLATE,
        "audiencesIds": [SYSTEM],
        "notificationType": "popup",
        "title": "Welcome",
        "runtimeTitle": "Hello",
        "runtimeDescription": "This way",
        "startAt": "2026-05-01 10:15",
        "endAt": "2026-06-01 00:00",
        "override": [{"key": "NAME", "value": "Ann"}],
    }


def test_address_and_method_and_form_of_a_system_are_settings(said: Said) -> None:
    notice = Notice(("ann",), AT, SYSTEM)
    sent = said.tell(notice, path="/hook", method="PUT", hyphenate_system=True)

    assert said.server.requests[1].startswith(b"PUT /hook HTTP/1.1")
    assert sent["systemId"] == SYSTEM


def test_texts_of_an_alert_stand_in_for_missing_ones(said: Said) -> None:
    notice = Notice(("dana",), AT, title="Push failed", text="walkme: down")

    sent = said.tell(notice, runtime_title="Look here")

    assert (sent["runtimeTitle"], sent["runtimeDescription"]) == (
        "Look here",
        "walkme: down",
    )


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (400, b"no template", RefusedBatchError),
        (403, b"", CredentialsError),
        (404, b"", MisconfiguredError),
        (405, b"", MisconfiguredError),
        (429, b"", RateLimitError),
        (500, b"", UnknownOutcomeError),
        (503, b"", UnknownOutcomeError),
        (200, b"<html>", UnknownOutcomeError),
    ],
)
def test_answer_means_what_it_says(
    said: Said,
    notifier: WalkMeNotification,
    status: int,
    body: bytes,
    meaning: type[DestinationError],
) -> None:
    said.server.say(reply(status, body))

    with pytest.raises(meaning) as raised:
        notifier.tell(NOTICE)
    assert raised.value.may_be_applied == (meaning is UnknownOutcomeError)


def test_missing_call_names_the_setting(
    said: Said, notifier: WalkMeNotification
) -> None:
    said.server.say(reply(404, b""))

    with pytest.raises(MisconfiguredError, match="set it as `path`"):
        notifier.tell(NOTICE)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_silence_is_success(
    said: Said, notifier: WalkMeNotification, status: int
) -> None:
    said.server.say(reply(status, b""))

    notifier.tell(NOTICE)


def test_manner_is_what_the_settings_say() -> None:
    fillings = (("NAME", Filling("attribute", "name", "you")),)
    manner = WalkMeNotification.read_manner(
        "welcome",
        {
            **LEAST,
            "system_id": (SYSTEM,),
            "first": "notify",
            "again": Duration(7, "day"),
            "unanswered": "repeat",
            "end": datetime(2026, 6, 1, 12),  # noqa: DTZ001 - without an offset UTC
            "overrides": fillings,
        },
    )

    assert manner.system_ids == (SYSTEM,)
    assert manner.overrides == fillings
    assert (manner.first, manner.repeats, manner.again) == (
        True,
        True,
        Duration(7, "day"),
    )
    assert manner.ends_at == datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"region": "eu"}, "region: Unexpected keyword argument"),
        ({"max_batch": 101}, "max_batch: Input should be less than or equal to"),
        ({"method": "GET"}, "method: "),
        ({"base_url": "http://api.walkme.com"}, "must begin with https://"),
    ],
)
def test_option_that_cannot_be_is_refused(options: dict[str, Any], fault: str) -> None:
    with pytest.raises(MisconfiguredError) as raised:
        WalkMeNotification.connect(
            "welcome",
            options={**LEAST, **options},
            login=StandIn("walkme", "", 0),
            elapsed_s=lambda: 0.0,
        )
    assert fault in str(raised.value)
