"""A receiver of signed events. Source: Standard Webhooks 1.0.0, vendors.md §8.

It is told of each change, in order; what it makes of that is its own matter. Its status
alone says whether it has it. `webhook-id` is the request's key: the same however often
it is sent, so that a receiver can leave out what it has seen.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from headcount import clock
from headcount.destinations.addresses import require_base_url
from headcount.destinations.answers import require_success
from headcount.destinations.base import Abilities, Destination, Login, SegmentRef
from headcount.destinations.errors import (
    BatchTooLargeError,
    CredentialsError,
    EndpointGoneError,
    MisconfiguredError,
)
from headcount.destinations.http import HttpClient, Timeouts
from headcount.destinations.login import require_password
from headcount.destinations.profile import read_profile
from headcount.destinations.secrecy import Secrecy, ignore_secret

GONE = 410
PREFIX = "whsec_"
ENVELOPE_BYTES = 2_000  # for all but the ids: two names, two ids, an instant
PATIENT = Timeouts(read_s=30.0, total_s=30.0)  # O: 15 to 30 s


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Profile:
    """How the receiver is taken to work; every field may be set beside its type."""

    base_url: str
    # Allows http and this machine, for a rehearsal against `headcount.standins`.
    stand_in: bool = False
    # Ours: the standard limits the payload only.
    max_batch: Annotated[int, Field(ge=1, le=10_000)] = 500
    # O: "keep payloads under about 20 KB".
    max_payload_bytes: Annotated[int, Field(ge=4_000, le=1_000_000)] = 20_000
    # Ours: the standard leaves event types to the sender, "full-stop delimited".
    type_prefix: str = "segment"

    @property
    def abilities(self) -> Abilities:
        """What it can take and do, as far as it is set."""
        return Abilities(
            max_batch=self.max_batch,
            max_bytes=self.max_payload_bytes - ENVELOPE_BYTES,
            can_rename=True,
            can_find=False,
        )


class Webhook(Destination):
    """One receiver, told of the changes of every segment."""

    def __init__(
        self,
        http: HttpClient,
        profile: Profile,
        *,
        path: str,
        keys: list[bytes],
        unix_s: Callable[[], int],
    ) -> None:
        self.name = http.destination
        self.address = profile.base_url
        self.abilities = profile.abilities
        self._http = http
        self._profile = profile
        self._path = path
        self._keys = keys
        self._unix_s = unix_s

    @classmethod
    def connect(
        cls,
        name: str,
        *,
        options: Mapping[str, Any],
        login: Login,
        elapsed_s: Callable[[], float],
        on_secret: Callable[[str], None] = ignore_secret,
        timeouts: Timeouts = PATIENT,
        unix_s: Callable[[], int] = clock.unix_s,
    ) -> Self:
        """The adapter for one entry of headcount.yaml; nothing is sent yet.

        The connection's password holds the secret, `whsec_…`; during a rotation both,
        with a space between them: every event is then signed with each.
        """
        profile = read_profile(name, Profile, options)
        require_base_url(name, profile.base_url, stand_in=profile.stand_in)
        url = urlsplit(profile.base_url)
        http = HttpClient(
            name,
            f"{url.scheme}://{url.netloc}",  # a path would get a slash at its end
            secrecy=Secrecy(on_secret),
            elapsed_s=elapsed_s,
            timeouts=timeouts,
            stand_in=profile.stand_in,
        )
        keys = [_to_key(http, each) for each in require_password(http, login).split()]
        return cls(http, profile, path=url.path or "/", keys=keys, unix_s=unix_s)

    def close(self) -> None:
        """No connection is open any more."""
        self._http.close()

    def to_remote_id(self, text: str) -> str:
        """There is nothing to adopt at a receiver."""
        msg = f"remote_id {text!r}: a receiver of events has no segments to take over"
        raise MisconfiguredError(self.name, msg)

    def create(self, segment: SegmentRef, user_ids: list[str]) -> str:
        """Our own id, which is all that a receiver knows a segment by."""
        self._tell("created", segment, user_ids=user_ids)
        return segment.segment_id

    def find(self, segment: SegmentRef) -> str:
        """Our own id: a receiver cannot be asked."""
        return segment.segment_id

    def add(self, segment: SegmentRef, remote_id: str, user_ids: list[str]) -> None:
        """The receiver knows that `user_ids` are members."""
        self._tell("members.added", segment, user_ids=user_ids)

    def remove(self, segment: SegmentRef, remote_id: str, user_ids: list[str]) -> None:
        """The receiver knows that `user_ids` are no members."""
        self._tell("members.removed", segment, user_ids=user_ids)

    def rename(self, segment: SegmentRef, remote_id: str) -> None:
        """The receiver knows the segment's name."""
        self._tell("renamed", segment)

    def delete(self, segment: SegmentRef, remote_id: str) -> None:
        """The receiver knows that the segment is no more."""
        self._tell("deleted", segment)

    def announce(
        self,
        kind: str,
        data: Mapping[str, Any],
        *,
        as_of: datetime | None = None,
        key: str | None = None,
    ) -> None:
        """The receiver knows of one event, which happened at `as_of`, or now.

        `key` names it; without one what it says does.
        """
        unix_s = self._unix_s()
        at = as_of or datetime.fromtimestamp(unix_s, UTC)
        event = {"type": kind, "timestamp": clock.to_text(at), "data": data}
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        if len(body) > self._profile.max_payload_bytes:
            fault = f"an event of {len(body)} bytes was not sent"
            raise BatchTooLargeError(self.name, status=413, body=fault)
        self._send(key or hashlib.sha256(body).hexdigest()[:32], unix_s, body)

    def _tell(self, what: str, segment: SegmentRef, **data: list[str]) -> None:
        told = {
            "segment_id": segment.segment_id,
            "name": segment.name,
            "system": segment.system,
            **data,
        }
        kind = f"{self._profile.type_prefix}.{what}"
        self.announce(kind, told, as_of=segment.as_of, key=segment.key)

    def _send(self, key: str, unix_s: int, body: bytes) -> None:
        signed = f"{key}.{unix_s}.".encode() + body
        headers = {
            "Content-Type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(unix_s),
            "webhook-signature": " ".join(_sign(key, signed) for key in self._keys),
        }
        answer = self._http.send("POST", self._path, headers=headers, content=body)
        if answer.status == GONE:
            raise EndpointGoneError(self.name, address=self.address)
        require_success(self._http, answer)


def _sign(key: bytes, signed: bytes) -> str:
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def _to_key(http: HttpClient, secret: str) -> bytes:
    """The key of one `whsec_` secret: 24 to 64 bytes; CredentialsError for no such."""
    http.secrecy.keep(secret)
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(PREFIX) or not 24 <= len(key) <= 64:  # noqa: PLR2004 - O
        fault = f"the password is not {PREFIX} and 24 to 64 bytes in base64"
        raise CredentialsError(http.destination, host=http.host, fault=fault)
    http.secrecy.keep(secret.removeprefix(PREFIX))
    return key
