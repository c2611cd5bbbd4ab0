"""A stand-in of the WalkMe Workstation Notifications API (vendors.md §2).

It enforces what WalkMe documents: the token call and bearer tokens; one object
`notification`; template and audiences as GUIDs; users, audiences or both, at most 100
users; push or popup in any case; instants as `YYYY-MM-DD hh:mm`, a date, or ISO 8601;
overrides of a key without hashes and a value; no other field and none that is null.

What agreeing with it does not prove: the address and the method; status and body of
every answer; that an unknown user, template or override would be refused or not; that a
body that comes twice is shown twice, as it is here. WalkMe documents none of these.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

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
from headcount.standins.remote import RemoteSegments
from headcount.standins.walkme import BARE, HYPHENATED, TOKEN_PATH, Tokens

PATH = "/public/v1/notification"
MAX_USERS = 100
TEXTS = ("title", "runtimeTitle", "runtimeDescription")
FIELDS = {
    "systemId",
    "templateId",
    "endUsersIds",
    "audiencesIds",
    "notificationType",
    *TEXTS,
    "startAt",
    "endAt",
    "override",
}
MINUTE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2})?")


class NotificationsApi:
    """The calls of the API; whoever was told what is in `shown`, oldest first."""

    def __init__(self, tokens: Tokens, rules: Rules) -> None:
        self.shown: list[dict[str, Any]] = []
        self._tokens = tokens
        self._rules = rules

    async def notify(self, request: Request) -> Response:
        """The users, or the audiences, see a notification; each call is another."""
        if not self._tokens.is_valid(request.headers.get("authorization", "")):
            raise HTTPException(401, "token invalid or expired")
        body = await read_object(request)
        if set(body) != {"notification"} or not isinstance(body["notification"], dict):
            raise HTTPException(400, "the body must be one object `notification`")
        notification = body["notification"]
        self._require_sound(notification)
        users = applied(notification.get("endUsersIds", []), request)
        self.shown.append({**notification, "endUsersIds": users})
        return JSONResponse({"message": "Request has been received"})

    def to_json(self) -> list[dict[str, Any]]:
        """The notifications, as they were asked for."""
        return self.shown

    def _require_sound(self, notification: dict[str, Any]) -> None:
        for name, value in notification.items():
            if name not in FIELDS:
                raise HTTPException(400, f"{name} is no field")
            if value is None or value in ("", []):
                raise HTTPException(400, f"{name} has no value and must be left out")
        for name in TEXTS:
            text_of(notification, name, is_needed=False)
        _require_guid(str(text_of(notification, "templateId")), "templateId")
        system = text_of(notification, "systemId", is_needed=False)
        if system is not None and not BARE.fullmatch(system):
            raise HTTPException(400, "systemId must be 32 hex digits")
        self._require_told(notification)
        kind = text_of(notification, "notificationType", is_needed=False)
        if kind is not None and kind.lower() not in {"push", "popup"}:
            raise HTTPException(400, "notificationType must be push or popup")
        _require_times(notification)
        _require_overrides(notification.get("override", []))

    def _require_told(self, notification: dict[str, Any]) -> None:
        users = texts_of(notification.get("endUsersIds", []), "endUsersIds")
        audiences = texts_of(notification.get("audiencesIds", []), "audiencesIds")
        if not users and not audiences:
            raise HTTPException(400, "endUsersIds or audiencesIds must be there")
        if len(users) > MAX_USERS:
            raise HTTPException(400, f"more than {MAX_USERS} users")
        if any(self._rules.is_poison(each) for each in users):
            raise HTTPException(400, "a user id cannot be taken")
        for audience in audiences:
            _require_guid(audience, "audiencesIds")


def build_api(segments: RemoteSegments, rules: Rules) -> Api:
    """The API as an app; it has no segments."""
    del segments
    tokens = Tokens(rules)
    api, app = NotificationsApi(tokens, rules), new_app()
    app.add_api_route(TOKEN_PATH, tokens.give, methods=["POST"])
    app.add_api_route(PATH, api.notify, methods=["POST"])
    return Api(
        app,
        TOKEN_PATH,
        tokens.forget,
        looks={"notifications": api.to_json},
        forget=api.shown.clear,
    )


def _require_guid(text: str, name: str) -> None:
    if not HYPHENATED.fullmatch(text):
        raise HTTPException(400, f"{name} must be a GUID with hyphens")


def _require_times(notification: dict[str, Any]) -> None:
    times = [
        _read_time(str(notification[name]), name)
        for name in ("startAt", "endAt")
        if name in notification
    ]
    if times != sorted(times):
        raise HTTPException(400, "endAt is before startAt")


def _read_time(text: str, name: str) -> datetime:
    """The instant; without an offset it is UTC."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise HTTPException(400, f"{name} is no date") from None
    if instant.tzinfo is None and not MINUTE.fullmatch(text):
        raise HTTPException(400, f"{name} must be YYYY-MM-DD hh:mm")
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _require_overrides(overrides: Any) -> None:
    if not isinstance(overrides, list):
        raise HTTPException(400, "override must be an array")
    for each in overrides:
        if not isinstance(each, dict) or set(each) != {"key", "value"}:
            raise HTTPException(400, "an override is a key and a value")
        key = str(text_of(each, "key"))
        text_of(each, "value")
        if "#" in key:
            raise HTTPException(400, "an override's key is written without hashes")
