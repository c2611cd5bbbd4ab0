"""What every stand-in is made of: its rules, the app that enforces them, its parts."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, HTTPException, Request

PARTIAL, FAULT = "standin.partial", "standin.fault"  # in a request's scope, by the wire


@dataclass(frozen=True, slots=True)
class Rules:
    """Whom a stand-in lets in, and what makes it difficult.

    token_life_s   of WalkMe's tokens
    poison         a user whose id contains this text is refused, as the vendor refuses
    takes_s        how long it works at a call
    shows_members  whether a segment that is shown names its users: NOT FOUND of any
    """

    login: str
    password: str
    token_life_s: int = 86_400
    poison: str | None = None
    takes_s: float = 0.0
    shows_members: bool = False

    def is_poison(self, user_id: str) -> bool:
        """Whether this user is refused."""
        return self.poison is not None and self.poison in user_id

    def is_basic(self, header: str) -> bool:
        """Whether the Authorization header carries the login and the password."""
        pair = f"{self.login}:{self.password}"
        return header == "Basic " + base64.b64encode(pair.encode()).decode()


def forget_nothing() -> None:
    """There is nothing to forget."""


@dataclass(frozen=True, slots=True)
class Api:
    """A vendor's API as an app, and its tokens if it has such.

    `looks` are what its side door shows besides segments and requests, by name;
    `forget` takes that away.
    """

    app: FastAPI
    token_path: str | None = None
    forget_tokens: Callable[[], None] = forget_nothing
    looks: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    forget: Callable[[], None] = forget_nothing


def new_app() -> FastAPI:
    """An app with no pages of its own."""
    return FastAPI(docs_url=None, openapi_url=None)


async def read_json(request: Request) -> Any:
    """The body of a request that says it is JSON and is; else 400."""
    if request.headers.get("content-type") != "application/json":
        raise HTTPException(400, "Content-Type must be application/json")
    try:
        return json.loads(await request.body())
    except ValueError:
        raise HTTPException(400, "the body is not JSON") from None


async def read_object(request: Request) -> dict[str, Any]:
    """The body of a request, a JSON object; else 400."""
    body = await read_json(request)
    if not isinstance(body, dict):
        raise HTTPException(400, "the body must be an object")
    return body


def text_of(body: Any, field: str, *, is_needed: bool = True) -> str | None:
    """The text under `field`; 400 when it is none, or missing and needed."""
    value = body.get(field) if isinstance(body, dict) else None
    if value is None and not is_needed:
        return None
    if not isinstance(value, str) or not value:
        raise HTTPException(400, f"{field} must be a string")
    return value


def texts_of(values: Any, what: str) -> list[str]:
    """A list of texts, none of them empty; else 400."""
    if not isinstance(values, list) or not all(
        isinstance(each, str) and each for each in values
    ):
        raise HTTPException(400, f"{what} must be an array of strings, none empty")
    return values


def applied(user_ids: list[str], request: Request) -> list[str]:
    """Those users that a call is applied to: of a partial one the first half."""
    is_partial = request.scope.get(PARTIAL, False)
    return user_ids[: len(user_ids) // 2] if is_partial else user_ids
