from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.destinations.replies import Script, reply

from headcount.destinations.errors import (
    CredentialsError,
    DestinationDownError,
    DestinationError,
    RateLimitError,
)
from headcount.destinations.http import HttpClient
from headcount.destinations.oauth import AuthorisedClient, TokenSource
from headcount.destinations.secrecy import Secrecy
from headcount.standins.process import StandIn, running_standin

CANARY = "canary-secret"


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def elapsed_s(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def http(server: Script) -> Iterator[HttpClient]:
    with server.client() as client:
        yield client


@pytest.fixture
def tokens(http: HttpClient, clock: Clock) -> TokenSource:
    return token_source(http, clock)


def token_source(
    http: HttpClient, clock: Clock, *, client_id: str | None = "client-id"
) -> TokenSource:
    return TokenSource(
        http,
        path="/token",
        login=StandIn("vendor", "", 0, login=client_id or "", password=CANARY),
        elapsed_s=clock.elapsed_s,
    )


def grant(value: str, expires_in: str = "3600") -> bytes:
    body = f'{{"access_token": "{value}", "token_type": "Bearer"'
    body += f', "expires_in": {expires_in}}}' if expires_in else "}"
    return reply(200, body.encode())


def test_token_is_asked_for_as_documented(server: Script, tokens: TokenSource) -> None:
    server.say(grant("token-one"))

    assert tokens.token() == "token-one"
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    basic = base64.b64encode(f"client-id:{CANARY}".encode())
    assert head.startswith(b"POST /token HTTP/1.1")
    assert b"Authorization: Basic " + basic in head
    assert b"Content-Type: application/x-www-form-urlencoded" in head
    assert body == b"grant_type=client_credentials"


@pytest.mark.parametrize(
    ("expires_in", "kept_s"),
    [
        ("3600", 3240.0),
        ("86400", 77760.0),
        ("300", 240.0),
        ("100", 90.0),
        ("", 54.0),
        ('"soon"', 54.0),
        ("-5", 0.0),
    ],
)
def test_token_is_replaced_before_it_ends(
    server: Script,
    tokens: TokenSource,
    clock: Clock,
    expires_in: str,
    kept_s: float,
) -> None:
    server.say(grant("token-one", expires_in))
    server.say(grant("token-two"))

    tokens.token()
    clock.now_s += max(kept_s - 1.0, 0.0)
    assert kept_s == 0.0 or tokens.token() == "token-one"
    clock.now_s += 1.0
    assert tokens.token() == "token-two"


def test_rejected_token_is_dropped_and_a_newer_one_kept(
    server: Script, tokens: TokenSource
) -> None:
    server.say(grant("token-one"))
    server.say(grant("token-two"))

    tokens.token()
    tokens.discard("token-one")
    assert tokens.token() == "token-two"
    tokens.discard("token-one")
    assert tokens.token() == "token-two"
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (reply(401, b'{"error": "invalid_client"}'), CredentialsError),
        (reply(400, b'{"error": "invalid_client"}'), CredentialsError),
        (reply(403), CredentialsError),
        (reply(404), CredentialsError),
        (reply(302, b"", "Location: https://login.example"), CredentialsError),
        (reply(429, b"", "Retry-After: 3"), RateLimitError),
        (reply(500), DestinationDownError),
        (reply(503), DestinationDownError),
        (reply(200, b"<html>"), DestinationDownError),
        (reply(200, b"[]"), DestinationDownError),
        (reply(200, b'{"access_token": null}'), DestinationDownError),
        (reply(200, b'{"access_token": "a\\r\\nX-Evil: 12345"}'), DestinationDownError),
        (b"", DestinationDownError),
    ],
)
def test_no_token_means_nothing_was_applied(
    server: Script, tokens: TokenSource, answer: bytes, meaning: type[DestinationError]
) -> None:
    server.say(answer)

    with pytest.raises(meaning) as raised:
        tokens.token()

    assert not raised.value.may_be_applied
    assert server.url.removeprefix("http://") in str(raised.value) or meaning is (
        RateLimitError
    )


def test_failed_fetch_is_tried_anew(server: Script, tokens: TokenSource) -> None:
    server.say(reply(500))
    server.say(grant("token-one"))

    with pytest.raises(DestinationDownError):
        tokens.token()
    assert tokens.token() == "token-one"


@pytest.mark.parametrize("client_id", [None, "", "short", "with\nnewline"])
def test_login_that_cannot_be_one_is_refused_at_once(
    http: HttpClient, clock: Clock, client_id: str | None
) -> None:
    with pytest.raises(CredentialsError, match="the login "):
        token_source(http, clock, client_id=client_id)


def test_unauthorised_call_is_repeated_once_with_a_new_token(
    server: Script, http: HttpClient, tokens: TokenSource
) -> None:
    for said in (grant("token-one"), reply(401), grant("token-two"), reply(200)):
        server.say(said)

    answer = AuthorisedClient(http, tokens).send("PUT", "/x", content=b"{}")

    assert answer.status == 200
    assert b"Bearer token-one" in server.requests[1]
    assert b"Bearer token-two" in server.requests[3]


def test_call_that_stays_unauthorised_is_not_repeated_again(
    server: Script, http: HttpClient, tokens: TokenSource
) -> None:
    for said in (grant("token-one"), reply(401), grant("token-two"), reply(401)):
        server.say(said)

    answer = AuthorisedClient(http, tokens).send("PUT", "/x", content=b"{}")

    assert answer.status == 401
    assert len(server.requests) == 4


def test_secret_and_token_are_told_before_their_use_and_starred(
    server: Script, clock: Clock
) -> None:
    told: list[str] = []
    with server.client(secrecy=Secrecy(told.append)) as http:
        tokens = token_source(http, clock)
        assert CANARY in told
        server.say(grant("token-canary"))
        tokens.token()

    assert "token-canary" in told
    basic = base64.b64encode(f"client-id:{CANARY}".encode()).decode()
    assert http.secrecy.scrub(f"{CANARY} {basic} token-canary") == "*** *** ***"
    assert "token-canary" not in repr(vars(tokens)["_token"])


@pytest.fixture
def forgetful() -> Iterator[StandIn]:
    """A stand-in whose tokens live two seconds."""
    with running_standin("walkme", options=("--token-life", "2")) as standin:
        yield standin


def test_many_threads_share_one_token(forgetful: StandIn) -> None:
    """32 threads, a token that lives 2 s: as many fetches as ends, and one."""
    began_s = time.monotonic()
    secrecy = Secrecy()
    with HttpClient(
        "walkme",
        forgetful.url,
        secrecy=secrecy,
        elapsed_s=time.monotonic,
        stand_in=True,
    ) as http:
        tokens = TokenSource(
            http,
            path="/accounts/connect/token",
            login=forgetful,
            elapsed_s=time.monotonic,
        )
        api = AuthorisedClient(http, tokens)
        path = "/public/v1/user/system/" + 32 * "a" + "/segment"

        def call(_: int) -> set[int]:
            statuses = set()
            while time.monotonic() < began_s + 4.5:
                statuses.add(api.send("GET", path).status)
            return statuses

        with ThreadPoolExecutor(32) as pool:
            statuses = set().union(*pool.map(call, range(32)))

    lasted_s = time.monotonic() - began_s
    seen = forgetful.read_requests()
    fetches = [r for r in seen if r["path"] == "/accounts/connect/token"]
    assert statuses == {200}
    assert len(fetches) <= lasted_s / 1.8 + 1
