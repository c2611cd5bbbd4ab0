"""A stand-in of CleverTap's API segments (vendors.md §5).

It enforces what CleverTap documents: two headers, bare arrays, ids that are used once,
100 segments and 100 profiles a request, 2,500 segments an account, three requests at a
time for each call; users it refuses are left out, and the others taken.

What agreeing with it does not prove: how any answer looks; the codes for a segment that
exists already or is not there; whether users that were left out are told of (here in
`unprocessed`, as /1/upload does); that the limit is three (3P). All NOT FOUND or 3P.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Depends, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from headcount.standins.api import Api, Rules, applied, new_app, read_json, text_of
from headcount.standins.remote import RemoteSegment, RemoteSegments

MAX_SEGMENTS, MAX_PROFILES, MAX_IN_ACCOUNT, MAX_IN_FLIGHT = 100, 100, 2_500, 3


class CleverTapApi:
    """The calls of the API; what it holds is in `segments`."""

    def __init__(self, segments: RemoteSegments, rules: Rules) -> None:
        self._segments = segments
        self._rules = rules
        self._in_flight: Counter[tuple[str, str]] = Counter()

    async def create(self, request: Request) -> Response:
        """New segments, empty."""
        account, body = _account(request), await read_json(request)
        if not isinstance(body, list) or not 0 < len(body) <= MAX_SEGMENTS:
            raise HTTPException(400, f"send an array of 1 to {MAX_SEGMENTS} segments")
        if len(self._segments.of(account)) + len(body) > MAX_IN_ACCOUNT:
            raise HTTPException(400, f"more than {MAX_IN_ACCOUNT} segments")
        wanted = [
            (str(text_of(each, "customer_segment_id")), text_of(each, "segment_name"))
            for each in body
        ]
        for customer_id, _ in wanted:
            if self._segments.one(account, customer_id):
                raise HTTPException(409, "customer_segment_id already exists")
        for customer_id, name in wanted:
            self._segments.create(
                account, customer_id, str(name), (), remote_id=customer_id
            )
        made = [{"id": _own_id(customer_id)} for customer_id, _ in wanted]
        return JSONResponse({"status": "success", "segments": made})

    async def update(self, request: Request) -> Response:
        """Users are in or out of segments; those it refuses are named."""
        account, body = _account(request), await read_json(request)
        entries = body.get("bulk_profiles") if isinstance(body, dict) else None
        if not isinstance(entries, list) or not entries:
            raise HTTPException(400, "bulk_profiles must be an array")
        profiles = [len(_list_in(entry, "user_profiles")) for entry in entries]
        if sum(profiles) > MAX_PROFILES:
            raise HTTPException(400, f"more than {MAX_PROFILES} profiles")
        refused: list[str] = []
        for entry in entries:
            refused += self._apply(account, entry, request)
        self._segments.save()
        unprocessed = [{"status": "fail", "identity": each} for each in refused]
        return JSONResponse({"status": "success", "unprocessed": unprocessed})

    def _apply(self, account: str, entry: Any, request: Request) -> list[str]:
        """Who is refused; the others are in or out now."""
        profiles = _list_in(entry, "user_profiles")
        user_ids = [str(text_of(profile, "identity")) for profile in profiles]
        changes = [
            (self._segment(account, change), text_of(change, "action"))
            for change in _list_in(entry, "segments")
        ]
        taken = applied(user_ids, request)
        refused = {each for each in taken if self._rules.is_poison(each)}
        for segment, action in changes:
            match action:
                case "ADD":
                    segment.user_ids |= set(taken) - refused
                case "REMOVE":
                    segment.user_ids -= set(taken) - refused
                case _:
                    raise HTTPException(400, "action must be ADD or REMOVE")
        return sorted(refused)

    async def admit(self, request: Request) -> AsyncIterator[None]:
        """Who knows the passcode may call, three at a time."""
        if request.headers.get("x-clevertap-passcode") != self._rules.password:
            raise HTTPException(401, "bad credentials")
        lane = (_account(request), request.url.path)
        if self._in_flight[lane] >= MAX_IN_FLIGHT:
            raise HTTPException(429, "Too many concurrent requests")
        self._in_flight[lane] += 1
        try:
            await asyncio.sleep(self._rules.takes_s)
            yield
        finally:
            self._in_flight[lane] -= 1

    def _segment(self, account: str, change: Any) -> RemoteSegment:
        customer_id = str(text_of(change, "customer_segment_id"))
        found = self._segments.one(account, customer_id)
        if found is None:
            raise HTTPException(404, "no such segment")
        return found


def build_api(segments: RemoteSegments, rules: Rules) -> Api:
    """The API as an app."""
    api, app = CleverTapApi(segments, rules), new_app()
    for path, call in (("create", api.create), ("update", api.update)):
        app.add_api_route(
            f"/api/{path}Segment",
            call,
            methods=["POST"],
            dependencies=[Depends(api.admit)],
        )
    return Api(app)


def _account(request: Request) -> str:
    account = request.headers.get("x-clevertap-account-id")
    if not account:
        raise HTTPException(401, "no account")
    return account


def _list_in(body: Any, field: str) -> list[Any]:
    values = body.get(field) if isinstance(body, dict) else None
    if not isinstance(values, list) or not values:
        raise HTTPException(400, f"{field} must be an array")
    return values


def _own_id(customer_id: str) -> int:
    """A number like those that CleverTap gives; nothing here leans on it."""
    return 1_700_000_000 + sum(customer_id.encode()) % 1_000_000
