"""The one HTTP client of all adapters: bounded, quiet, and never led elsewhere.

Source: faults.md §2 (SSRF, secrets, decompression bombs) and §3. No redirects, no
environment proxies, no decoding, at most `MAX_REPLY_BYTES` of any reply; the address
that a name turned into is checked before a byte is sent.
"""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any, Self

import httpx

from headcount.destinations.addresses import fault_of_address, require_base_url
from headcount.destinations.errors import (
    DestinationDownError,
    DestinationError,
    MisconfiguredError,
    UnknownOutcomeError,
)
from headcount.destinations.secrecy import Secrecy

MAX_REPLY_BYTES = 1_000_000
CONNECTED = "connection.connect_tcp.complete"

# Before anything is sent a call cannot have been applied; after that it may have been.
MEANING: Mapping[type[Exception], type[DestinationError]] = {
    httpx.ConnectError: DestinationDownError,
    httpx.ConnectTimeout: DestinationDownError,
    httpx.PoolTimeout: DestinationDownError,
    httpx.ProxyError: DestinationDownError,
    httpx.WriteError: UnknownOutcomeError,
    httpx.WriteTimeout: UnknownOutcomeError,
    httpx.ReadError: UnknownOutcomeError,
    httpx.ReadTimeout: UnknownOutcomeError,
    httpx.CloseError: UnknownOutcomeError,
    httpx.RemoteProtocolError: UnknownOutcomeError,
    httpx.DecodingError: UnknownOutcomeError,
    httpx.LocalProtocolError: MisconfiguredError,
    httpx.UnsupportedProtocol: MisconfiguredError,
    httpx.TooManyRedirects: MisconfiguredError,
    httpx.InvalidURL: MisconfiguredError,
}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds; `total_s` bounds a reply that trickles in byte by byte."""

    connect_s: float = 5.0
    read_s: float = 60.0
    total_s: float = 120.0


PATIENT = Timeouts()


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply; `is_whole` says whether `body` is all of it."""

    status: int
    headers: httpx.Headers
    body: bytes
    is_whole: bool = True

    @property
    def is_success(self) -> bool:
        """Whether the status says that the call was taken."""
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP's own classes

    def json(self) -> Any:
        """The body as JSON; None when it is not all there or is something else."""
        if not self.is_whole or self.headers.get("content-encoding"):
            return None
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class HttpClient:
    """Calls to one destination's origin. Closing it closes its connections."""

    def __init__(
        self,
        destination: str,
        base_url: str,
        *,
        secrecy: Secrecy,
        elapsed_s: Callable[[], float],
        timeouts: Timeouts = PATIENT,
        stand_in: bool = False,
    ) -> None:
        self.destination = destination
        self.secrecy = secrecy
        self.host = require_base_url(destination, base_url, stand_in=stand_in)
        self.base_url = base_url
        self._stand_in = stand_in
        self._elapsed_s = elapsed_s
        self._total_s = timeouts.total_s
        _quiet_loggers()
        self._http = httpx.Client(
            base_url=base_url,
            verify=_trust(),
            timeout=httpx.Timeout(timeouts.read_s, connect=timeouts.connect_s),
            headers={"Accept-Encoding": "identity", "User-Agent": "headcount"},
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """No connection is open any more."""
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        content: bytes | None = None,
    ) -> Answer:
        """The reply to one request, whatever its status.

        Raises the DestinationError that `MEANING` gives when there is none.
        """
        request = self._http.build_request(
            method,
            path,
            headers=dict(headers),
            content=content,
            extensions={"trace": self._check_connection},
        )
        started_s = self._elapsed_s()
        try:
            reply = self._http.send(request, stream=True)
            try:
                return self._read(reply, deadline_s=started_s + self._total_s)
            finally:
                reply.close()
        except tuple(MEANING) as error:
            raise self._to_ours(error) from error

    def _read(self, reply: httpx.Response, *, deadline_s: float) -> Answer:
        body = bytearray()
        for piece in reply.iter_raw():
            body += piece
            if len(body) > MAX_REPLY_BYTES or self._elapsed_s() > deadline_s:
                kept = bytes(body[:MAX_REPLY_BYTES])
                return Answer(reply.status_code, reply.headers, kept, is_whole=False)
        return Answer(reply.status_code, reply.headers, bytes(body))

    def _to_ours(self, error: Exception) -> DestinationError:
        meant = next(MEANING[kind] for kind in type(error).__mro__ if kind in MEANING)
        text = self.secrecy.scrub(str(error)) or "no details"
        return meant(self.destination, f"{type(error).__name__} at {self.host}: {text}")

    def _check_connection(self, event: str, info: Mapping[str, Any]) -> None:
        """The connected address may be talked to; httpcore calls this at every step."""
        if event != CONNECTED:
            return
        stream = info["return_value"]
        address = stream.get_extra_info("server_addr")[0]
        fault = fault_of_address(address, stand_in=self._stand_in)
        if fault:
            stream.close()
            raise MisconfiguredError(self.destination, f"{self.host} is {fault}")


@cache
def _trust() -> ssl.SSLContext:
    """Whose certificates are believed; read once, as it takes 25 ms."""
    return httpx.create_ssl_context(trust_env=False)


def _quiet_loggers() -> None:
    """At INFO httpx writes whole URLs, at DEBUG httpcore writes headers."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
