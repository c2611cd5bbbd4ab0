from __future__ import annotations

import logging
from dataclasses import replace
from itertools import chain

import httpx
import pytest
from tests.destinations.replies import HASTY, Script, reply

from headcount.destinations.errors import (
    DestinationDownError,
    MisconfiguredError,
    UnknownOutcomeError,
)
from headcount.destinations.http import MAX_REPLY_BYTES, MEANING, HttpClient
from headcount.destinations.secrecy import Secrecy

# Faults of a program that uses httpx wrongly, or asks it to raise: we do neither.
NOT_OURS = {httpx.HTTPStatusError, httpx.StreamError, httpx.CookieConflict}


def subclasses(kind: type[Exception]) -> set[type[Exception]]:
    found = set(kind.__subclasses__())
    return found.union(*(subclasses(each) for each in found))


def test_every_exception_of_httpx_has_a_meaning() -> None:
    roots = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)
    all_kinds = set(chain(roots, *map(subclasses, roots)))
    concrete = {kind for kind in all_kinds if not kind.__subclasses__()}

    for kind in concrete:
        known = set(kind.__mro__) & (MEANING.keys() | NOT_OURS)
        assert known, f"{kind.__name__} has no meaning"


def test_nothing_sent_is_not_unknown() -> None:
    with (
        Script("http://127.0.0.1:9").client() as http,
        pytest.raises(DestinationDownError, match=r"ConnectError at 127.0.0.1:9"),
    ):
        http.send("GET", "/", headers={})


def test_reply_is_read_whole(server: Script) -> None:
    server.say(reply(200, b'{"guid": "g"}', "X-Kept: yes"))

    with server.client() as http:
        answer = http.send("PUT", "/a", headers={"X-Sent": "1"}, content=b"{}")

    assert (answer.status, answer.json()) == (200, {"guid": "g"})
    assert answer.headers["x-kept"] == "yes"
    assert b"accept-encoding: identity" in server.requests[0].lower()


def test_long_reply_is_cut(server: Script) -> None:
    server.say(reply(200, b"1" * (2 * MAX_REPLY_BYTES)))

    with server.client() as http:
        answer = http.send("GET", "/", headers={})

    assert len(answer.body) == MAX_REPLY_BYTES
    assert answer.json() is None


def test_trickling_reply_ends_at_the_deadline(server: Script) -> None:
    trickle = [piece for _ in range(20) for piece in (b"1", 0.05)]
    server.say(reply(200, b"", length=1000), *trickle)

    with server.client(timeouts=replace(HASTY, read_s=5.0)) as http:
        answer = http.send("GET", "/", headers={})

    assert not answer.is_whole
    assert answer.json() is None


@pytest.mark.parametrize(
    ("pieces", "fault"),
    [
        ([0.3], "ReadTimeout"),
        ([b""], "RemoteProtocolError"),
        ([b"HTTP/1.1 200 OK\r\nContent-Le"], "RemoteProtocolError"),
        ([reply(200, b"{", length=10)], "RemoteProtocolError"),
        ([b"SSH-2.0-OpenSSH\r\n\r\n"], "RemoteProtocolError"),
    ],
)
def test_unanswered_request_is_unknown(
    server: Script, pieces: list[bytes | float], fault: str
) -> None:
    server.say(*pieces)

    with (
        server.client(timeouts=HASTY) as http,
        pytest.raises(UnknownOutcomeError, match=fault) as raised,
    ):
        http.send("PUT", "/", headers={}, content=b"{}")

    assert raised.value.may_be_applied


def test_redirect_is_not_followed(server: Script) -> None:
    server.say(reply(307, b"", "Location: http://169.254.169.254/latest"))

    with server.client() as http:
        assert http.send("GET", "/", headers={}).status == 307
    assert len(server.requests) == 1


def test_packed_reply_is_never_unpacked(server: Script) -> None:
    server.say(reply(200, b"{}", "Content-Encoding: gzip"))

    with server.client() as http:
        answer = http.send("GET", "/", headers={})

    assert (answer.body, answer.json()) == (b"{}", None)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"\xff", b"[" * 100_000])
def test_body_that_is_no_json_is_none(server: Script, body: bytes) -> None:
    server.say(reply(200, body))

    with server.client() as http:
        assert http.send("GET", "/", headers={}).json() is None


def test_proxies_of_the_environment_are_not_asked(
    server: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    server.say(reply(200))

    with server.client() as http:
        assert http.send("GET", "/", headers={}).status == 200


def test_connected_address_is_checked_before_anything_is_sent(server: Script) -> None:
    """The name is public, where it leads is not: a DNS answer that turned private."""
    url = server.url.replace("http://127.0.0.1", "https://localhost")

    with (
        HttpClient("vendor", url, secrecy=Secrecy(), elapsed_s=lambda: 0.0) as http,
        pytest.raises(MisconfiguredError, match="not on the public internet"),
    ):
        http.send("GET", "/", headers={"Authorization": "Bearer x"})
    assert server.requests == []


def test_addresses_and_headers_are_not_logged(
    server: Script, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.say(reply(200))

    with server.client() as http:
        http.send("GET", "/path?query=1", headers={"Authorization": "Bearer canary"})

    assert caplog.text == ""
