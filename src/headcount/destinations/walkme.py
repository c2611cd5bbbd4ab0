"""WalkMe Segments API. Source: vendors.md §1, and the pages W1-W10 it names.

Members cannot be read back as far as is known, so the ledger is what the remote holds.
There is no rename: a segment keeps the name that it was created under.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Self
from urllib.parse import quote

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from headcount.destinations.answers import require_success
from headcount.destinations.base import (
    Abilities,
    Destination,
    Login,
    Look,
    SegmentRef,
)
from headcount.destinations.errors import (
    AmbiguousSegmentError,
    MisconfiguredError,
    RemoteSegmentGoneError,
    SegmentExistsError,
    UnknownOutcomeError,
)
from headcount.destinations.http import PATIENT, Answer, Timeouts
from headcount.destinations.oauth import AuthorisedClient, connect_authorised
from headcount.destinations.profile import (
    field_of,
    list_of,
    members_in,
    read_profile,
)
from headcount.destinations.secrecy import ignore_secret

GUID = re.compile(
    r"([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})", re.I
)
NO_CONTENT, NOT_FOUND, CONFLICT = 204, 404, 409


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Profile:
    """How WalkMe is taken to work; every field may be set beside `type: walkme`."""

    # O [W1]-[W4]. Hosts of the other data centres: NOT FOUND, so this is a setting.
    base_url: str = "https://api.walkme.com"
    # Allows http and this machine, for a rehearsal against `headcount.standins`.
    stand_in: bool = False
    # O [W3][W4].
    token_path: str = "/accounts/connect/token"  # noqa: S105 - a path
    # POST: O [W1]. The same path for GET, which lists all segments: INF.
    segments_path: str = "/public/v1/user/system/{system}/segment"
    # PUT: O [W2]. The same path for DELETE: INF.
    segment_path: str = "/public/v1/user/system/{system}/segment/{segment}"
    # O [W1][W2][W5]: ids a request, characters an id. A smaller batch is allowed.
    max_batch: Annotated[int, Field(ge=1, le=25_000)] = 25_000
    max_id_chars: Annotated[int, Field(ge=1, le=100)] = 100
    # INF: both forms of the system GUID are printed in WalkMe's pages [W1][N1].
    hyphenate_system: bool = True
    # NOT FOUND: whether a segment may be created without users.
    creates_empty: bool = True
    # INF: `override` empties and fills in one step [W2]; how it is applied: NOT FOUND.
    can_replace: bool = True
    # NOT FOUND: the name of the GUID in the answer to create and in the list.
    guid_fields: tuple[str, ...] = ("guid", "segmentGuid", "id", "segmentId")
    # NOT FOUND: under which name the list gives back the external id of create (`id`).
    external_id_fields: tuple[str, ...] = ("externalId", "id")
    # NOT FOUND: what the list is wrapped in, besides nothing.
    list_fields: tuple[str, ...] = ("data", "segments")
    # NOT FOUND: whether the list shows who is in a segment; if so, under which name.
    member_fields: tuple[str, ...] = ()
    # W6 gives 204 for "no content". An empty 200 is no success (faults.md §5 item 39).
    empty_is_success: tuple[int, ...] = (NO_CONTENT,)
    # NOT FOUND: whether a second delete answers 404; if so all is as wished.
    missing_is_deleted: bool = True

    @property
    def abilities(self) -> Abilities:
        """What it can take and do, as far as it is set."""
        return Abilities(
            max_batch=self.max_batch,
            max_id_chars=self.max_id_chars,
            can_replace=self.can_replace,
            can_look=True,
            creates_empty=self.creates_empty,
        )


class WalkMe(Destination):
    """One WalkMe account's segments, in every system the key may write to."""

    def __init__(self, api: AuthorisedClient, profile: Profile) -> None:
        self.name = api.http.destination
        self.address = api.http.base_url
        self.abilities = profile.abilities
        self._api = api
        self._profile = profile

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

        Raises MisconfiguredError for an option it does not know or cannot be right,
        CredentialsError for a login that cannot be one.
        """
        profile = read_profile(name, Profile, options)
        api = connect_authorised(
            name,
            profile,
            login=login,
            elapsed_s=elapsed_s,
            on_secret=on_secret,
            timeouts=timeouts,
        )
        return cls(api, profile)

    def close(self) -> None:
        """No connection is open any more."""
        self._api.http.close()

    def try_login(self) -> bool:
        """WalkMe gave a token; for what, only a call would show."""
        self._api.require_token()
        return True

    def to_remote_id(self, text: str) -> str:
        """The segment GUID with hyphens, which WalkMe requires in the URL [W5]."""
        guid = _hyphenated(text)
        if guid is None:
            msg = f"remote_id {text!r} is not a GUID of 32 hex digits"
            raise MisconfiguredError(self.name, msg)
        return guid

    def create(self, segment: SegmentRef, user_ids: list[str]) -> str:
        """The GUID of a new segment that holds exactly `user_ids`."""
        body = {"id": segment.segment_id, "name": segment.name, "userIds": user_ids}
        answer = self._send("POST", self._segments(segment), body)
        if answer.status == CONFLICT:
            raise SegmentExistsError(self.name, name=segment.name)
        require_success(self._api.http, answer)
        guid = self._guid_in(answer.json(), segment)
        if guid is None:
            raise UnknownOutcomeError(self.name, "took a segment but named no GUID")
        return guid

    def find(self, segment: SegmentRef) -> str | None:
        """The GUID of the one segment with our id, else with our name and no id."""
        listed = self._list(segment)
        ours = [entry for entry in listed if self._carries(entry, segment)]
        named = [entry for entry in listed if self._is_nameless_twin(entry, segment)]
        guids = {guid for e in ours or named if (guid := self._guid_in(e, segment))}
        if len(guids) > 1:
            raise AmbiguousSegmentError(
                self.name, name=segment.name, remote_ids=list(guids)
            )
        return next(iter(guids), None)

    def look(self, segment: SegmentRef, remote_id: str) -> Look | None:
        """The segment's name, and its users when the list shows them; None: no such."""
        for entry in self._list(segment):
            if self._guid_in(entry, segment) == remote_id:
                name = field_of(entry, "name")
                users = members_in(entry, self._profile.member_fields)
                return Look(name if isinstance(name, str) else None, users)
        return None

    def add(self, segment: SegmentRef, remote_id: str, user_ids: list[str]) -> None:
        """`user_ids` are members there."""
        self._update(segment, remote_id, {"action": "add", "userIds": user_ids})

    def remove(self, segment: SegmentRef, remote_id: str, user_ids: list[str]) -> None:
        """`user_ids` are no members there."""
        self._update(segment, remote_id, {"action": "remove", "userIds": user_ids})

    def replace(self, segment: SegmentRef, remote_id: str, user_ids: list[str]) -> None:
        """Exactly `user_ids` are members there."""
        self._update(segment, remote_id, {"action": "override", "userIds": user_ids})

    def delete(self, segment: SegmentRef, remote_id: str) -> None:
        """The segment is not there."""
        answer = self._send("DELETE", self._segment(segment, remote_id))
        if answer.status == NOT_FOUND and self._profile.missing_is_deleted:
            return
        self._require_taken(answer)

    def _list(self, segment: SegmentRef) -> list[Any]:
        answer = self._send("GET", self._segments(segment))
        require_success(self._api.http, answer)
        return self._entries_in(answer.json())

    def _update(
        self, segment: SegmentRef, remote_id: str, body: Mapping[str, Any]
    ) -> None:
        answer = self._send("PUT", self._segment(segment, remote_id), body)
        if answer.status == NOT_FOUND:
            raise RemoteSegmentGoneError(self.name, remote_id=remote_id)
        self._require_taken(answer)

    def _require_taken(self, answer: Answer) -> None:
        """Success that says so in words we can read, or in the agreed silence."""
        require_success(self._api.http, answer)
        is_silent = not answer.body and answer.status in self._profile.empty_is_success
        if not is_silent and answer.json() is None:
            fault = f"answered {answer.status} with what is not JSON"
            raise UnknownOutcomeError(self.name, fault)

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> Answer:
        content = None if body is None else json.dumps(body).encode()
        return self._api.send(method, path, content=content)

    def _segments(self, segment: SegmentRef) -> str:
        return self._profile.segments_path.format(system=self._system(segment))

    def _segment(self, segment: SegmentRef, remote_id: str) -> str:
        return self._profile.segment_path.format(
            system=self._system(segment), segment=quote(remote_id, safe="")
        )

    def _system(self, segment: SegmentRef) -> str:
        guid = _hyphenated(segment.system_guid or "")
        if guid is None:
            msg = f"system {segment.system} needs its WalkMe `guid` in headcount.yaml"
            raise MisconfiguredError(self.name, msg)
        return guid if self._profile.hyphenate_system else guid.replace("-", "")

    def _guid_in(self, document: Any, segment: SegmentRef) -> str | None:
        """The first value that is a GUID and not our own id, also under `data`."""
        for place in (document, field_of(document, "data")):
            for name in self._profile.guid_fields:
                value = field_of(place, name)
                if isinstance(value, str) and value != segment.segment_id:
                    guid = _hyphenated(value)
                    if guid:
                        return guid
        return None

    def _entries_in(self, document: Any) -> list[Any]:
        entries = list_of(document, self._profile.list_fields)
        if entries is None:
            raise UnknownOutcomeError(self.name, "answered with what is no list")
        return entries

    def _external_ids(self, entry: Any) -> list[Any]:
        values = [field_of(entry, name) for name in self._profile.external_id_fields]
        return [v for v in values if isinstance(v, str) and not _hyphenated(v)]

    def _carries(self, entry: Any, segment: SegmentRef) -> bool:
        fields = self._profile.external_id_fields
        return any(field_of(entry, name) == segment.segment_id for name in fields)

    def _is_nameless_twin(self, entry: Any, segment: SegmentRef) -> bool:
        has_our_name = field_of(entry, "name") == segment.name
        return has_our_name and not self._external_ids(entry)


def _hyphenated(text: str) -> str | None:
    """The GUID as 8-4-4-4-12, None when it is none."""
    found = GUID.fullmatch(text)
    return "-".join(found.groups()) if found else None
