"""A receiver of Standard Webhooks that keeps what it is told of (vendors.md §8).

It enforces what the standard asks of both sides: a signature with one of its keys,
compared in constant time, a timestamp within five minutes, payloads up to 20 KB; an
event whose `webhook-id` it has seen is acknowledged and left out. Its secret is
the password that it lets in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any

from fastapi import HTTPException, Request
from fastapi.responses import Response

from headcount.standins.api import (
    PARTIAL,
    Api,
    Rules,
    applied,
    new_app,
    read_object,
    text_of,
    texts_of,
)
from headcount.standins.remote import RemoteSegments

MAX_BYTES, TOLERANCE_S = 20_000, 300


class Receiver:
    """What it was told is in `segments`, an account for each path."""

    def __init__(self, segments: RemoteSegments, rules: Rules) -> None:
        self._segments = segments
        self._rules = rules
        self._seen: dict[tuple[str, str], str] = {}

    async def receive(self, account: str, request: Request) -> Response:
        """The event is applied once, however often it comes."""
        body = await request.body()
        self._require_signed(request, body)
        key = (account, request.headers["webhook-id"])
        digest = hashlib.sha256(body).hexdigest()
        if key in self._seen:
            return Response(status_code=204 if self._seen[key] == digest else 422)
        event = await read_object(request)
        text_of(event, "timestamp")
        self._apply(account, event, request)
        if not request.scope.get(PARTIAL):
            self._seen[key] = digest
        self._segments.save()
        return Response(status_code=204)

    def _require_signed(self, request: Request, body: bytes) -> None:
        if len(body) > MAX_BYTES:
            raise HTTPException(413, f"more than {MAX_BYTES} bytes")
        said = {
            name: request.headers.get(f"webhook-{name}", "")
            for name in ("id", "timestamp", "signature")
        }
        if not said["id"] or not _is_recent(said["timestamp"]):
            raise HTTPException(401, "webhook-id or webhook-timestamp cannot be right")
        signed = f"{said['id']}.{said['timestamp']}.".encode() + body
        right = [_sign(secret, signed) for secret in self._rules.password.split()]
        given = said["signature"].split()
        if not any(hmac.compare_digest(r, g) for r in right for g in given):
            raise HTTPException(401, "the signature is wrong")

    def _apply(self, account: str, event: dict[str, Any], request: Request) -> None:
        what = str(text_of(event, "type")).partition(".")[2]
        data = event.get("data")
        segment_id, name = str(text_of(data, "segment_id")), str(text_of(data, "name"))
        segment = self._segments.one(account, segment_id)
        if what == "deleted":
            if segment:
                self._segments.delete(segment)
            return
        # Events may come late and out of order: a segment is what any of them names.
        segment = segment or self._segments.create(
            account, segment_id, name, (), remote_id=segment_id
        )
        segment.name = name
        if what != "renamed":
            self._change(segment.user_ids, what, event, request)

    def _change(
        self, held: set[str], what: str, event: dict[str, Any], request: Request
    ) -> None:
        user_ids = texts_of(event["data"].get("user_ids"), "user_ids")
        if any(self._rules.is_poison(each) for each in user_ids):
            raise HTTPException(400, "a user cannot be taken")
        users = set(applied(user_ids, request))
        match what:
            case "created":
                held.clear()
                held |= users
            case "members.added":
                held |= users
            case "members.removed":
                held -= users
            case _:
                raise HTTPException(400, "no such event")


def build_api(segments: RemoteSegments, rules: Rules) -> Api:
    """The receiver as an app."""
    app = new_app()
    receiver = Receiver(segments, rules)
    app.add_api_route("/hooks/{account}", receiver.receive, methods=["POST"])
    return Api(app)


def _is_recent(timestamp: str) -> bool:
    if not timestamp.isdigit():
        return False
    return abs(int(timestamp) - time.time()) <= TOLERANCE_S


def _sign(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
