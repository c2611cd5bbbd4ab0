"""What a notifier must do, whatever the vendor: calls, answers, their meaning."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from headcount.definitions.settings import DestinationSettings
from headcount.destinations.errors import (
    CredentialsError,
    DestinationError,
    RateLimitError,
    RefusedBatchError,
    UnknownOutcomeError,
)
from headcount.destinations.load import NOTIFIERS, load_notifier
from headcount.destinations.notifier import Notice, Notifier
from headcount.standins.process import StandIn, running_standin

AT = datetime(2026, 5, 1, 9, 15, tzinfo=UTC)
NOTICE = Notice(("ann", "bob"), AT)
TEMPLATE = "75cfcba6-c320-42cb-938e-4c2bd08a43a3"


@pytest.fixture(scope="module", params=NOTIFIERS)
def standin(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    with running_standin(request.param, options=("--poison", "bad")) as running:
        yield running


def connect(standin: StandIn, **given: object) -> Notifier:
    options = {"on": ("entered",), "template_id": TEMPLATE, "base_url": standin.url}
    settings = DestinationSettings(
        standin.vendor, type=standin.vendor, options=options | {"stand_in": True}
    )
    return load_notifier(settings, standin, **given)  # type: ignore[arg-type]


@pytest.fixture
def notifier(standin: StandIn) -> Iterator[Notifier]:
    with closing(connect(standin)) as connected:
        yield connected
    standin.order()


@pytest.mark.parametrize(
    ("fault", "meaning", "is_shown"),
    [
        ("429-seconds", RateLimitError, False),
        ("429-date", RateLimitError, False),
        ("503", UnknownOutcomeError, False),
        ("500-before", UnknownOutcomeError, False),
        ("500-after", UnknownOutcomeError, True),
        ("partial", UnknownOutcomeError, True),
        ("lost-request", UnknownOutcomeError, False),
        ("lost-reply", UnknownOutcomeError, True),
        ("truncated", UnknownOutcomeError, True),
        ("oversized", UnknownOutcomeError, True),
        ("html", UnknownOutcomeError, True),
        ("410", RefusedBatchError, False),
    ],
)
def test_fault_means_what_it_is(
    standin: StandIn,
    notifier: Notifier,
    fault: str,
    meaning: type[DestinationError],
    is_shown: bool,
) -> None:
    before = len(standin.read_notifications())
    standin.order(fault)

    with pytest.raises(meaning) as raised:
        notifier.tell(NOTICE)

    assert raised.value.may_be_applied or not is_shown
    assert (len(standin.read_notifications()) > before) == is_shown


def test_ended_token_is_replaced_unseen(standin: StandIn, notifier: Notifier) -> None:
    notifier.tell(NOTICE)
    before = len(standin.read_notifications())
    standin.order("expired-token")

    notifier.tell(NOTICE)

    assert len(standin.read_notifications()) == before + 1


def test_whole_call_is_taken_at_the_limit_and_none_over_it(
    standin: StandIn, notifier: Notifier
) -> None:
    users = tuple(str(number) for number in range(notifier.manner.max_batch))

    notifier.tell(Notice(users, AT))
    with pytest.raises(RefusedBatchError):
        notifier.tell(Notice((*users, "one more"), AT))

    assert standin.read_notifications()[-1]["endUsersIds"] == list(users)


def test_refused_user_is_told(notifier: Notifier) -> None:
    with pytest.raises(RefusedBatchError):
        notifier.tell(Notice(("ann", "bad"), AT))


def test_login_is_tried_and_nobody_is_told(
    standin: StandIn, notifier: Notifier
) -> None:
    before = len(standin.read_notifications())

    assert notifier.try_login()
    assert len(standin.read_notifications()) == before


def test_secret_is_in_no_log_and_no_error(
    standin: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    wrong = replace(standin, password=standin.password.swapcase())

    with (
        closing(connect(wrong, on_secret=told.append)) as stranger,
        pytest.raises(CredentialsError, match="authentication failed at") as error,
    ):
        stranger.tell(NOTICE)

    assert wrong.password in told
    for secret in told:
        assert secret not in caplog.text + repr(vars(error.value)) + str(error.value)
