from __future__ import annotations

import time

import httpx
import pytest

from headcount.destinations.answers import error_for, require_success
from headcount.destinations.errors import (
    BatchTooLargeError,
    CredentialsError,
    DestinationError,
    MisconfiguredError,
    RateLimitError,
    RefusedBatchError,
    RemoteBusyError,
    UnknownOutcomeError,
)
from headcount.destinations.http import Answer, HttpClient
from headcount.destinations.secrecy import Secrecy

HTTP = HttpClient(
    "vendor", "https://api.example", secrecy=Secrecy(), elapsed_s=time.monotonic
)


def error(status: int, body: str = "", **headers: str) -> DestinationError:
    spelled = {name.replace("_", "-"): value for name, value in headers.items()}
    return error_for(HTTP, Answer(status, httpx.Headers(spelled), body.encode()))


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_success_is_no_error(status: int) -> None:
    require_success(HTTP, Answer(status, httpx.Headers(), b""))


@pytest.mark.parametrize(
    ("statuses", "meaning", "retry", "may_be_applied"),
    [
        ((400, 422, 402, 418), RefusedBatchError, False, False),
        ((401, 403), CredentialsError, False, False),
        ((404, 405, 501, 505), MisconfiguredError, False, False),
        ((301, 302, 307, 308), MisconfiguredError, False, False),
        ((409,), RemoteBusyError, True, True),
        ((413, 414, 431), BatchTooLargeError, False, False),
        ((429,), RateLimitError, True, False),
        ((408, 425, 503), UnknownOutcomeError, True, True),
        ((500, 502, 504, 520, 599), UnknownOutcomeError, True, True),
        ((102, 700), UnknownOutcomeError, True, True),
    ],
)
def test_status_means_what_the_table_says(
    statuses: tuple[int, ...],
    meaning: type[DestinationError],
    retry: bool,
    may_be_applied: bool,
) -> None:
    for status in statuses:
        found = error(status)
        assert type(found) is meaning
        assert (found.retry, found.may_be_applied) == (retry, may_be_applied)


def test_only_what_a_batch_says_leaves_the_others_a_chance() -> None:
    assert not error(400).ends_push
    assert error(403).ends_push
    assert error(503).ends_push


@pytest.mark.parametrize("status", [429, 503, 408])
def test_pause_is_read_from_the_answer(status: int) -> None:
    assert error(status, retry_after="7").retry_after_s == 7.0
    assert error(status).retry_after_s is None


def test_body_is_shown_short_in_one_line_and_without_secrets() -> None:
    HTTP.secrecy.keep("canary-secret")

    shown = str(error(400, "no\r\n<b>good</b> canary-secret " + "x" * 1000))

    assert shown.startswith("vendor: refused with 400: no <b>good</b> *** xxx")
    assert len(shown) < 250
    assert "\n" not in shown
