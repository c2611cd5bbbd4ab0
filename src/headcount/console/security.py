"""What keeps other sites out: a token in every form, and headers on every answer.

The token is the person's and every server process knows it: it is derived from the
host's own secret. Source: faults.md §2.
"""

from __future__ import annotations

import hmac
from collections.abc import MutableMapping
from hashlib import sha256
from typing import Any

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from headcount.errors import UsageError

TOKEN_FIELD = "token"  # noqa: S105 - the name of a field
SAFE_METHODS = {"GET", "HEAD"}

HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",  # Airflow shows the console in a frame of its own
            "base-uri 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class ForgedRequestError(UsageError):
    """A form came without the token of the person who is logged in."""

    kind = "forged"

    def __init__(self) -> None:
        super().__init__(
            "this form is not from your session, nothing was done: "
            "load the page again and repeat it"
        )


def token_of(person_id: str, secret: bytes) -> str:
    """The token in the forms of one person."""
    return hmac.new(secret, f"console:{person_id}".encode(), sha256).hexdigest()


async def require_token(request: Request, person_id: str, secret: bytes) -> None:
    """Return when nothing is changed, or the form has the person's own token."""
    if request.method in SAFE_METHODS:
        return
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise ForgedRequestError
    sent = (await request.form()).get(TOKEN_FIELD, "")
    wanted = token_of(person_id, secret)
    if not isinstance(sent, str) or not hmac.compare_digest(
        sent.encode(), wanted.encode()
    ):
        raise ForgedRequestError


class GuardedAnswers:
    """Every answer has the headers above; none is kept by a cache unless it says so."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add to the head of its answer."""

        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Cache-Control", "no-store")
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, guarded)
