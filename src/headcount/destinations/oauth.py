"""OAuth 2 client credentials: one token, shared by all who push to a destination.

Source: vendors.md §1.3, faults.md §2. The token lives in this process's memory only.
A plain lock is enough to be race-free: it is held while a token is fetched, so there is
one fetch at a time, and a 401 takes away the token it was about and no newer one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Protocol
from urllib.parse import urlencode

from headcount.destinations.answers import error_for
from headcount.destinations.base import Login
from headcount.destinations.errors import (
    CredentialsError,
    DestinationDownError,
    DestinationError,
    UnknownOutcomeError,
)
from headcount.destinations.http import Answer, HttpClient, Timeouts
from headcount.destinations.login import to_basic
from headcount.destinations.secrecy import Secrecy, fault_of_secret

UNAUTHORIZED = 401
FORM = "application/x-www-form-urlencoded"
LIFETIME_IF_UNSAID_S = 60.0


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token and the moment from which it is not used any more."""

    value: str = field(repr=False)
    fresh_until_s: float


class TokenSource:
    """Where every call to a destination takes its token from."""

    def __init__(
        self,
        http: HttpClient,
        *,
        path: str,
        login: Login,
        elapsed_s: Callable[[], float],
    ) -> None:
        self._http = http
        self._path = path
        self._basic = to_basic(http, login)
        self._elapsed_s = elapsed_s
        self._lock = Lock()
        self._token: Token | None = None

    def token(self) -> str:
        """A token that is fresh by our clock; fetched when there is none.

        Raises CredentialsError when the vendor refuses us, else a DestinationError that
        never says `may_be_applied`: whoever wanted the token has sent nothing yet.
        """
        with self._lock:
            if self._token is None or self._elapsed_s() >= self._token.fresh_until_s:
                self._token = None
                self._token = self._fetch()
            return self._token.value

    def discard(self, rejected: str) -> None:
        """The token that got a 401 is not handed out again; a newer one stays."""
        with self._lock:
            if self._token is not None and self._token.value == rejected:
                self._token = None

    def _fetch(self) -> Token:
        asked_s = self._elapsed_s()
        try:
            answer = self._http.send(
                "POST",
                self._path,
                headers={"Authorization": self._basic, "Content-Type": FORM},
                content=urlencode({"grant_type": "client_credentials"}).encode(),
            )
        except UnknownOutcomeError as error:
            raise self._not_obtained(error) from error
        if not answer.is_success:
            raise self._refusal(answer)
        return self._to_token(answer.json(), asked_s=asked_s)

    def _refusal(self, answer: Answer) -> DestinationError:
        error = error_for(self._http, answer)
        if isinstance(error, UnknownOutcomeError):
            return self._not_obtained(error)
        if error.retry or isinstance(error, CredentialsError):
            return error
        return self._unauthenticated(error.fault)

    def _not_obtained(self, error: DestinationError) -> DestinationError:
        return DestinationDownError(
            self._http.destination, f"no token from {self._http.host}: {error.fault}"
        )

    def _unauthenticated(self, fault: str) -> CredentialsError:
        return CredentialsError(
            self._http.destination, host=self._http.host, fault=fault
        )

    def _to_token(self, document: Any, *, asked_s: float) -> Token:
        said = document if isinstance(document, dict) else {}
        value = str(said.get("access_token") or "")
        fault = fault_of_secret(value)
        if fault:
            name, host = self._http.destination, self._http.host
            raise DestinationDownError(name, f"no token from {host}: it {fault}")
        self._http.secrecy.keep(value)
        lifetime_s = _lifetime_s(said.get("expires_in"))
        return Token(value, asked_s + lifetime_s - _margin_s(lifetime_s))


class AuthorisedClient:
    """Calls that carry the shared token; a rejected token is replaced once."""

    def __init__(self, http: HttpClient, tokens: TokenSource) -> None:
        self.http = http
        self._tokens = tokens

    def require_token(self) -> None:
        """Return when the vendor gives a token, else raise as `TokenSource.token`."""
        self._tokens.token()

    def send(self, method: str, path: str, *, content: bytes | None = None) -> Answer:
        """The reply to one request; a 401 is final when a new token gets it too."""
        token = self._tokens.token()
        answer = self._send(method, path, token=token, content=content)
        if answer.status != UNAUTHORIZED:
            return answer
        self._tokens.discard(token)
        return self._send(method, path, token=self._tokens.token(), content=content)

    def _send(
        self, method: str, path: str, *, token: str, content: bytes | None
    ) -> Answer:
        headers = {"Authorization": f"Bearer {token}"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        return self.http.send(method, path, headers=headers, content=content)


class Place(Protocol):
    """Where an API and its tokens are; profiles say it."""

    @property
    def base_url(self) -> str:
        """The origin of both."""

    @property
    def token_path(self) -> str:
        """What gives the tokens."""

    @property
    def stand_in(self) -> bool:
        """Whether it is on this machine."""


def connect_authorised(
    destination: str,
    place: Place,
    *,
    login: Login,
    elapsed_s: Callable[[], float],
    on_secret: Callable[[str], None],
    timeouts: Timeouts,
) -> AuthorisedClient:
    """A client with a token source of its own; nothing is sent yet.

    Raises MisconfiguredError for an address that cannot be, CredentialsError for a
    login that cannot be one.
    """
    http = HttpClient(
        destination,
        place.base_url,
        secrecy=Secrecy(on_secret),
        elapsed_s=elapsed_s,
        timeouts=timeouts,
        stand_in=place.stand_in,
    )
    tokens = TokenSource(http, path=place.token_path, login=login, elapsed_s=elapsed_s)
    return AuthorisedClient(http, tokens)


def _lifetime_s(said: Any) -> float:
    is_number = isinstance(said, int | float) and not isinstance(said, bool)
    return max(float(said), 0.0) if is_number else LIFETIME_IF_UNSAID_S


def _margin_s(lifetime_s: float) -> float:
    """How long before its end it is replaced: 60 s or a tenth, if that leaves half."""
    tenth = lifetime_s / 10
    return max(60.0, tenth) if lifetime_s >= 2 * 60.0 else tenth
