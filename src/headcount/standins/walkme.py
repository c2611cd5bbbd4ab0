"""A stand-in of the WalkMe Segments API (vendors.md §1).

It enforces what WalkMe documents: the token call, bearer tokens that end, 25,000 ids
a request, 100 characters an id, three actions, segment GUIDs with hyphens, JSON.

What agreeing with it does not prove: the shape of every reply to create, update, list
and delete; that list and delete have these paths; that an id or a name may be used once
only (409 here); that an empty segment may be created; that adding a member or removing
a stranger is no error; that `override` is one step; status and body of a refused token
request; any 429 at all. WalkMe documents none of these (INF or NOT FOUND).
"""

from __future__ import annotations

import asyncio
import re
import secrets
from typing import Any
from urllib.parse import parse_qs

from fastapi import HTTPException, Request
from fastapi.responses import JSONResponse, Response

from headcount.standins.api import (
    Api,
    Rules,
    applied,
    new_app,
    read_object,
    text_of,
    texts_of,
)
from headcount.standins.remote import RemoteSegment, RemoteSegments

TOKEN_PATH = "/accounts/connect/token"  # noqa: S105 - a path
TOKEN_PREFIX = "stand-in-token-"  # noqa: S105 - by which a leaked one is known
SEGMENTS_PATH = "/public/v1/user/system/{system}/segment"
SEGMENT_PATH = SEGMENTS_PATH + "/{guid}"
MAX_USERS, MAX_ID_CHARS = 25_000, 100
HYPHENATED = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
BARE = re.compile(r"[0-9a-f]{32}", re.I)


class Tokens:
    """The tokens handed out and when they end."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._ends_s: dict[str, float] = {}

    async def give(self, request: Request) -> Response:
        """A token for the client that knows its secret."""
        form = parse_qs((await request.body()).decode())
        if form.get("grant_type") != ["client_credentials"]:
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        if not self._rules.is_basic(request.headers.get("authorization", "")):
            return JSONResponse({"error": "invalid_client"}, 401)
        return JSONResponse(self._issue())

    def _issue(self) -> dict[str, Any]:
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        life_s = self._rules.token_life_s
        self._ends_s[token] = asyncio.get_running_loop().time() + life_s
        return {"access_token": token, "token_type": "bearer", "expires_in": life_s}

    def is_valid(self, header: str) -> bool:
        """Whether the Authorization header carries a token that has not ended."""
        scheme, _, token = header.partition(" ")
        now_s = asyncio.get_running_loop().time()
        return scheme.lower() == "bearer" and self._ends_s.get(token, 0.0) > now_s

    def forget(self) -> None:
        """Every token has ended."""
        self._ends_s.clear()


class WalkMeApi:
    """The calls of the API; what it holds is in `segments`."""

    def __init__(self, segments: RemoteSegments, tokens: Tokens, rules: Rules) -> None:
        self._segments = segments
        self._tokens = tokens
        self._rules = rules

    async def create(self, system: str, request: Request) -> Response:
        """A new segment that holds the users it is created with."""
        account = self._account(request, system)
        body = await read_object(request)
        name, external_id = text_of(body, "name"), text_of(body, "id", is_needed=False)
        user_ids = self._user_ids(body, request)
        for other in self._segments.of(account):
            if other.name == name or (external_id and other.external_id == external_id):
                raise HTTPException(409, "resource key already used")
        made = self._segments.create(account, external_id, str(name), user_ids)
        return JSONResponse(_shown(made), 201)

    async def list_all(self, system: str, request: Request) -> Response:
        """The segments of a system, without their users."""
        found = self._segments.of(self._account(request, system))
        users = self._rules.shows_members
        return JSONResponse({"data": [_shown(one, users=users) for one in found]})

    async def update(self, system: str, guid: str, request: Request) -> Response:
        """Users are added, removed, or put in the place of all others."""
        segment = self._segment(request, system, guid)
        body = await read_object(request)
        user_ids = set(self._user_ids(body, request))
        match body.get("action"):
            case "add":
                segment.user_ids |= user_ids
            case "remove":
                segment.user_ids -= user_ids
            case "override":
                segment.user_ids = user_ids
            case _:
                raise HTTPException(400, "action must be add, remove or override")
        self._segments.save()
        return Response(status_code=204)

    async def delete(self, system: str, guid: str, request: Request) -> Response:
        """The segment is gone; a second time there is none to delete."""
        self._segments.delete(self._segment(request, system, guid))
        return Response(status_code=204)

    def _user_ids(self, body: dict[str, Any], request: Request) -> list[str]:
        """Those ids of the request that are applied; 400 when a limit is passed."""
        ids = texts_of(body.get("userIds"), "userIds")
        if len(ids) > MAX_USERS:
            raise HTTPException(400, f"more than {MAX_USERS} users")
        if any(len(each) > MAX_ID_CHARS for each in ids):
            raise HTTPException(400, f"a user id is over {MAX_ID_CHARS} characters")
        if any(self._rules.is_poison(each) for each in ids):
            raise HTTPException(400, "a user id cannot be taken")
        return applied(ids, request)

    def _account(self, request: Request, system: str) -> str:
        if not self._tokens.is_valid(request.headers.get("authorization", "")):
            raise HTTPException(401, "token invalid or expired")
        if not (HYPHENATED.fullmatch(system) or BARE.fullmatch(system)):
            raise HTTPException(404, "no such system")
        return system.replace("-", "").lower()

    def _segment(self, request: Request, system: str, guid: str) -> RemoteSegment:
        found = self._segments.one(self._account(request, system), guid.lower())
        if found is None:
            raise HTTPException(404, "no such segment")
        return found


def build_api(segments: RemoteSegments, rules: Rules) -> Api:
    """The API as an app."""
    tokens = Tokens(rules)
    api, app = WalkMeApi(segments, tokens, rules), new_app()
    app.add_api_route(TOKEN_PATH, tokens.give, methods=["POST"])
    app.add_api_route(SEGMENTS_PATH, api.create, methods=["POST"])
    app.add_api_route(SEGMENTS_PATH, api.list_all, methods=["GET"])
    app.add_api_route(SEGMENT_PATH, api.update, methods=["PUT"])
    app.add_api_route(SEGMENT_PATH, api.delete, methods=["DELETE"])
    return Api(app, TOKEN_PATH, tokens.forget)


def _shown(segment: RemoteSegment, *, users: bool = False) -> dict[str, Any]:
    shown = {
        "guid": segment.remote_id,
        "externalId": segment.external_id,
        "name": segment.name,
    }
    return shown | ({"userIds": sorted(segment.user_ids)} if users else {})
