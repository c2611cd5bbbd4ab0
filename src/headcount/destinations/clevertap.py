"""CleverTap API segments. Source: vendors.md §5, and the pages C1-C11 it names.

There is no call that lists, shows, renames or deletes a segment, and none that replaces
its members. Ours is known there by our own id (`customer_segment_id`), so it need not
be found; a deletion takes its members out and leaves it there, empty.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from headcount.destinations.answers import require_success
from headcount.destinations.base import Abilities, Destination, Login, SegmentRef
from headcount.destinations.errors import (
    CredentialsError,
    MisconfiguredError,
    PartlyRefusedError,
    RefusedBatchError,
    RemoteSegmentGoneError,
    SegmentExistsError,
    UnknownOutcomeError,
)
from headcount.destinations.http import PATIENT, Answer, HttpClient, Timeouts
from headcount.destinations.login import require_login, require_password
from headcount.destinations.profile import field_of, named_in, read_profile
from headcount.destinations.secrecy import Secrecy, ignore_secret
from headcount.destinations.turnstile import Turnstile

UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404
SIDE_EFFECTS = (
    "CleverTap makes a profile of every user it does not know, and bills each change "
    "of a membership as a data point"
)
Region = Literal["in1", "sg1", "us1", "aps3", "mec1", "eu1", "sk1"]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Profile:
    """How CleverTap is taken to work; every field may be set beside its type."""

    # O [C4], without one: Europe. `eu1` for Europe and `sk1`: OC, 3P [C11].
    region: Region | None = None
    # In place of the region's host.
    base_url: str | None = None
    # Allows http and this machine, for a rehearsal against `headcount.standins`.
    stand_in: bool = False
    # O [C1][C2].
    create_path: str = "/api/createSegment"
    update_path: str = "/api/updateSegment"
    # O [C3]: profiles a request. Whether entries or users count: NOT FOUND, so one
    # entry holds them all.
    max_batch: Annotated[int, Field(ge=1, le=100)] = 100
    # O [C5] that requests at a time count, by account and call; 3P [C6] that it is 3.
    max_in_flight: Annotated[int, Field(ge=1, le=100)] = 3
    # 3P [C8] the key, O [C3] its values.
    action_field: str = "action"
    # O [C7] the code, but not that these calls use it: NOT FOUND.
    exists_statuses: tuple[int, ...] = (409,)
    # NOT FOUND: O [C3] says only that to update a deleted segment is an error.
    gone_statuses: tuple[int, ...] = (NOT_FOUND,)
    # NOT FOUND: how an answer looks. 3P [C6]: an envelope with these fields elsewhere,
    failed_states: tuple[str, ...] = ("fail", "failed", "error")
    # and one a refused entry of /1/upload; entries may also be left out in silence.
    refused_fields: tuple[str, ...] = ("unprocessed",)
    # which names a user and says why. O [C2]: `identity`; 3P [C6]: the others.
    refused_user_fields: tuple[str, ...] = ("identity",)
    refused_why_fields: tuple[str, ...] = ("error", "code", "status")

    @property
    def abilities(self) -> Abilities:
        """What it can take and do, as far as it is set."""
        return Abilities(
            max_batch=self.max_batch,
            max_in_flight=self.max_in_flight,
            creates_with_users=False,
            can_find=False,
            can_delete=False,
            side_effects=SIDE_EFFECTS,
        )


class CleverTap(Destination):
    """One CleverTap account's API segments."""

    def __init__(
        self, http: HttpClient, profile: Profile, *, account: str, passcode: str
    ) -> None:
        self.name = http.destination
        self.address = http.base_url
        self.abilities = profile.abilities
        self._http = http
        self._profile = profile
        self._headers = {
            "X-CleverTap-Account-Id": account,
            "X-CleverTap-Passcode": passcode,
            "Content-Type": "application/json",
        }
        self._turnstile = Turnstile(
            self.name, f"{http.host}/{account}", in_flight=profile.max_in_flight
        )

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
    ) -> Self:
        """The adapter for one entry of headcount.yaml; nothing is sent yet.

        The connection's login is the account id, its password the passcode.
        """
        profile = read_profile(name, Profile, options)
        host = f"{profile.region}.api" if profile.region else "api"
        http = HttpClient(
            name,
            profile.base_url or f"https://{host}.clevertap.com",
            secrecy=Secrecy(on_secret),
            elapsed_s=elapsed_s,
            timeouts=timeouts,
            stand_in=profile.stand_in,
        )
        account, passcode = require_login(http, login), require_password(http, login)
        return cls(http, profile, account=account, passcode=passcode)

    def close(self) -> None:
        """No connection is open any more."""
        self._http.close()

    def to_remote_id(self, text: str) -> str:
        """The `customer_segment_id` of an API segment, as it is."""
        if not text.strip() or not text.isprintable() or "/" in text:
            msg = f"remote_id {text!r} is no customer_segment_id"
            raise MisconfiguredError(self.name, msg)
        return text

    def create(self, segment: SegmentRef, user_ids: list[str]) -> str:
        """Our own id, under which there is a new segment; it is empty."""
        ours = segment.segment_id
        body = [{"segment_name": segment.name, "customer_segment_id": ours}]
        answer = self._send(self._profile.create_path, body)
        if answer.status in self._profile.exists_statuses:
            raise SegmentExistsError(self.name, name=segment.name)
        self._require_taken(answer)
        return ours

    def find(self, segment: SegmentRef) -> str:
        """Our own id: a segment of ours can have no other."""
        return segment.segment_id

    def add(self, segment: SegmentRef, remote_id: str, user_ids: list[str]) -> None:
        """`user_ids` are members there; who was unknown has a profile now."""
        self._update(remote_id, "ADD", user_ids)

    def remove(self, segment: SegmentRef, remote_id: str, user_ids: list[str]) -> None:
        """`user_ids` are no members there."""
        self._update(remote_id, "REMOVE", user_ids)

    def _update(self, remote_id: str, action: str, user_ids: list[str]) -> None:
        change = {"customer_segment_id": remote_id, self._profile.action_field: action}
        entry = {
            "user_profiles": [{"identity": user_id} for user_id in user_ids],
            "segments": [change],
        }
        answer = self._send(self._profile.update_path, {"bulk_profiles": [entry]})
        if answer.status in self._profile.gone_statuses:
            raise RemoteSegmentGoneError(self.name, remote_id=remote_id)
        self._require_taken(answer)

    def _require_taken(self, answer: Answer) -> None:
        """Success that says so in words we can read and refuses nobody."""
        if answer.status in {UNAUTHORIZED, FORBIDDEN}:
            fault = f"{answer.status}; a key of another region is answered so too"
            raise CredentialsError(self.name, host=self._http.host, fault=fault)
        require_success(self._http, answer)
        said = answer.json()
        if not isinstance(said, dict | list):
            fault = f"answered {answer.status} with what is not JSON"
            raise UnknownOutcomeError(self.name, fault)
        shown = self._http.secrecy.scrub(json.dumps(said, ensure_ascii=False))[:200]
        if any(field_of(said, name) for name in self._profile.refused_fields):
            raise PartlyRefusedError(
                self.name,
                status=answer.status,
                body=shown,
                refused=self._refused_in(said),
            )
        if str(field_of(said, "status")).lower() in self._profile.failed_states:
            raise RefusedBatchError(self.name, status=answer.status, body=shown)

    def _refused_in(self, said: Any) -> dict[str, str]:
        named = named_in(
            said,
            self._profile.refused_fields,
            users=self._profile.refused_user_fields,
            why=self._profile.refused_why_fields,
        )
        return {u: self._http.secrecy.scrub(why)[:200] for u, why in named.items()}

    def _send(self, path: str, body: Any) -> Answer:
        content = json.dumps(body).encode()
        with self._turnstile.passing(path):
            return self._http.send("POST", path, headers=self._headers, content=content)
