"""Appcues public API v2, segments. Source: vendors.md §4, and the pages A1-A6 it names.

Users are added and removed by uploading a file, which Appcues works off as a job; there
is no call that replaces them. A segment has no external id: ours stands in its
description. Members cannot be read back as far as is known.
"""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from headcount.destinations.addresses import path_on
from headcount.destinations.answers import require_success
from headcount.destinations.base import (
    Abilities,
    Destination,
    Job,
    Login,
    Look,
    SegmentRef,
)
from headcount.destinations.errors import (
    AmbiguousSegmentError,
    JobFailedError,
    JobLostError,
    MisconfiguredError,
    RemoteSegmentGoneError,
    SegmentExistsError,
    UnknownOutcomeError,
)
from headcount.destinations.http import PATIENT, Answer, HttpClient, Timeouts
from headcount.destinations.login import to_basic
from headcount.destinations.profile import (
    field_of,
    list_of,
    members_in,
    named_in,
    read_profile,
)
from headcount.destinations.secrecy import Secrecy, ignore_secret
from headcount.destinations.turnstile import Turnstile

HOSTS = {"us": "https://api.appcues.com", "eu": "https://api.eu.appcues.com"}
ACCEPTED, NOT_FOUND, CONFLICT = 202, 404, 409
HEADER = "user_id"
BOUNDARY = "headcount-7d0f0b0a5c5e4a57"  # fixed: the same users give the same bytes

log = logging.getLogger(__name__)


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Profile:
    """How Appcues is taken to work; every field may be set beside `type: appcues`."""

    account_id: str
    # O [A1], OC [A3]: each region has its own host, and keys of its own.
    region: Literal["us", "eu"] = "us"
    # In place of the region's host.
    base_url: str | None = None
    # Allows http and this machine, for a rehearsal against `headcount.standins`.
    stand_in: bool = False
    # O [A2], OC [A3].
    segments_path: str = "/v2/accounts/{account}/segments"
    # 3P [A4]; used when a reply names a job but not its URL.
    job_path: str = "/v2/accounts/{account}/jobs/{job}"
    # 3P [A4]: lists the jobs. What an entry looks like: NOT FOUND.
    jobs_path: str = "/v2/accounts/{account}/jobs"
    lists_jobs: bool = True
    job_fields: tuple[str, ...] = ("jobs", "data")
    job_id_fields: tuple[str, ...] = ("job_id", "id")
    # NOT FOUND: whether a segment shows who is in it; if so, under which name.
    member_fields: tuple[str, ...] = ()
    # O [A2] the file, OC [A3] the JSON form `{"user_ids": […]}`.
    upload: Literal["csv", "json"] = "csv"
    # O [A2]: a file takes any number. NOT FOUND: its size in bytes, the number in JSON.
    max_batch: Annotated[int, Field(ge=1, le=1_000_000)] = 50_000
    # NOT FOUND: whether the file has a header row; the help page shows none.
    has_header: bool = False
    # OC [A3]: 60 requests a second and account; the vendor's client waits 20 ms.
    max_per_second: Annotated[int, Field(ge=1, le=60)] = 50
    # Ours: what the description begins with, by which a segment is found again.
    marker: str = "headcount segment"
    # NOT FOUND: what a list is wrapped in, besides nothing.
    list_fields: tuple[str, ...] = ("segments", "data")
    # OC [A3]: 204 to the JSON form. An empty 200 is no success (faults.md §5 item 39).
    empty_is_success: tuple[int, ...] = (204,)
    # NOT FOUND: the states of segment jobs. `done` and `failed` are those of analytics
    # exports, OC [A3]. Any other state is taken for one of a job that still runs.
    state_fields: tuple[str, ...] = ("status", "state")
    done_states: tuple[str, ...] = ("done", "completed", "succeeded", "success")
    failed_states: tuple[str, ...] = (
        *("failed", "error", "cancelled"),
        *("done_with_errors", "completed_with_errors", "partial"),
    )
    error_fields: tuple[str, ...] = ("errors", "failed_rows")
    reason_fields: tuple[str, ...] = ("failure_reason", "detail", "errors")
    # NOT FOUND: how a job names a user whom it left out, and what it says of them.
    error_user_fields: tuple[str, ...] = ("user_id", "id")
    error_why_fields: tuple[str, ...] = ("error", "reason", "detail")
    # INF: a second delete answers 404; then all is as wished.
    missing_is_deleted: bool = True

    @property
    def abilities(self) -> Abilities:
        """What it can take and do, as far as it is set."""
        return Abilities(
            max_batch=self.max_batch,
            creates_with_users=False,
            can_rename=True,
            can_look=True,
            lists_jobs=self.lists_jobs and self.upload == "csv",
        )


class Appcues(Destination):
    """One Appcues account's segments."""

    def __init__(self, http: HttpClient, profile: Profile, *, basic: str) -> None:
        self.name = http.destination
        self.address = http.base_url
        self.abilities = profile.abilities
        self._http = http
        self._profile = profile
        self._basic = basic
        self._segments = profile.segments_path.format(account=_in_path(profile))
        self._jobs = profile.jobs_path.format(account=_in_path(profile))
        account = f"{http.host}/{profile.account_id}"
        gap_s = 1 / profile.max_per_second
        self._turnstile = Turnstile(self.name, account, gap_s=gap_s)

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

        The connection's login is the API key, its password the secret.
        """
        profile = read_profile(name, Profile, options)
        http = HttpClient(
            name,
            profile.base_url or HOSTS[profile.region],
            secrecy=Secrecy(on_secret),
            elapsed_s=elapsed_s,
            timeouts=timeouts,
            stand_in=profile.stand_in,
        )
        return cls(http, profile, basic=to_basic(http, login))

    def close(self) -> None:
        """No connection is open any more."""
        self._http.close()

    def try_login(self) -> bool:
        """Appcues listed the account's segments."""
        require_success(self._http, self._send("GET", self._segments))
        return True

    def to_remote_id(self, text: str) -> str:
        """The id as it is, when a URL can hold it unchanged."""
        if not text or quote(text, safe="") != text or text.startswith("."):
            msg = f"remote_id {text!r} is no id of a segment, like -Mv-owpQ"
            raise MisconfiguredError(self.name, msg)
        return text

    def create(self, segment: SegmentRef, user_ids: list[str]) -> str:
        """The id of a new segment, which is empty."""
        said = {"name": segment.name, "description": self._description(segment)}
        answer = self._send_json("POST", self._segments, said)
        if answer.status == CONFLICT:
            raise SegmentExistsError(self.name, name=segment.name)
        require_success(self._http, answer)
        remote_id = field_of(answer.json(), "id")
        if not isinstance(remote_id, str) or not remote_id:
            raise UnknownOutcomeError(self.name, "took a segment but named no id")
        return remote_id

    def find(self, segment: SegmentRef) -> str | None:
        """The id of the one segment with our id, else with our name and nobody's id."""
        answer = self._send("GET", self._segments)
        require_success(self._http, answer)
        listed = self._entries_in(answer.json())
        ours = [each for each in listed if self._carries(each, segment)]
        named = [each for each in listed if self._is_nameless_twin(each, segment)]
        ids = [str(field_of(each, "id")) for each in ours or named]
        if len(ids) > 1:
            raise AmbiguousSegmentError(self.name, name=segment.name, remote_ids=ids)
        return next(iter(ids), None)

    def add(
        self, segment: SegmentRef, remote_id: str, user_ids: list[str]
    ) -> Job | None:
        """`user_ids` are members there, or will be when the job is done."""
        return self._upload(remote_id, "add_user_ids", user_ids)

    def remove(
        self, segment: SegmentRef, remote_id: str, user_ids: list[str]
    ) -> Job | None:
        """`user_ids` are no members there, or will not be when the job is done."""
        return self._upload(remote_id, "remove_user_ids", user_ids)

    def rename(self, segment: SegmentRef, remote_id: str) -> None:
        """It carries the segment's name there."""
        path = self._segment(remote_id)
        self._require_taken(
            self._send_json("PATCH", path, {"name": segment.name}), remote_id
        )

    def delete(self, segment: SegmentRef, remote_id: str) -> None:
        """The segment is not there."""
        answer = self._send("DELETE", self._segment(remote_id))
        if answer.status == NOT_FOUND and self._profile.missing_is_deleted:
            return
        self._require_taken(answer, remote_id)

    def look(self, segment: SegmentRef, remote_id: str) -> Look | None:
        """The segment's name, and its users when it shows them; None: no such."""
        answer = self._send("GET", self._segment(remote_id))
        if answer.status == NOT_FOUND:
            return None
        self._require_taken(answer, remote_id)
        name = field_of(answer.json(), "name")
        users = members_in(answer.json(), self._profile.member_fields)
        return Look(name if isinstance(name, str) else None, users)

    def unfinished_jobs(self) -> list[Job]:
        """The account's jobs in a state that is none of an end, as far as it lists."""
        answer = self._send("GET", self._jobs)
        require_success(self._http, answer)
        profile = self._profile
        ended = {*profile.done_states, *profile.failed_states}
        return [
            self._job_of(job_id)
            for entry in list_of(answer.json(), profile.job_fields) or []
            if not ended & self._states(entry)
            for job_id in [self._job_id(entry)]
            if job_id is not None
        ]

    def is_done(self, job: Job) -> bool:
        """Whether the job has ended well; JobFailedError for any other end."""
        answer = self._send("GET", job)
        if answer.status == NOT_FOUND:
            raise JobLostError(self.name, f"knows nothing of the job {job} any more")
        require_success(self._http, answer)
        said, profile = answer.json(), self._profile
        states = self._states(said)
        has_errors = any(field_of(said, name) for name in profile.error_fields)
        if states & set(profile.failed_states):
            raise self._failed(job, "failed", said)
        if not states & set(profile.done_states):
            return False
        if has_errors:
            raise self._failed(job, "was done with errors", said)
        return True

    def _failed(self, job: Job, how: str, said: Any) -> JobFailedError:
        refused = named_in(
            said,
            self._profile.error_fields,
            users=self._profile.error_user_fields,
            why=self._profile.error_why_fields,
        )
        named = {u: self._http.secrecy.scrub(why)[:200] for u, why in refused.items()}
        fault = f"the job {job} {how}: {self._why(said)}"
        return JobFailedError(self.name, fault, refused=named)

    def _upload(self, remote_id: str, call: str, user_ids: list[str]) -> Job | None:
        path = f"{self._segment(remote_id)}/{call}"
        if self._profile.upload == "json":
            answer = self._send_json("POST", path, {"user_ids": user_ids})
        else:
            content_type = f"multipart/form-data; boundary={BOUNDARY}"
            answer = self._send("POST", path, content_type, self._file(user_ids))
        self._require_taken(answer, remote_id)
        return self._job_in(answer)

    def _file(self, user_ids: list[str]) -> bytes:
        """One column, one user a row; the first row is nothing like a header."""
        if user_ids[0] == HEADER and not self._profile.has_header:
            user_ids = [*user_ids[1:], HEADER]
            if len(user_ids) == 1:
                log.warning("the only user of a file may be taken for a header")
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerows([[HEADER]] if self._profile.has_header else [])
        rows.writerows([user_id] for user_id in user_ids)
        return (
            f"--{BOUNDARY}\r\n"
            'Content-Disposition: form-data; name="file"; filename="users.csv"\r\n'
            "Content-Type: text/csv; charset=utf-8\r\n\r\n"
            f"{text.getvalue()}\r\n--{BOUNDARY}--\r\n"
        ).encode()

    def _job_in(self, answer: Answer) -> Job | None:
        """The path of the job that the answer names, None when it names none.

        Raises UnknownOutcomeError when it can only be asked for elsewhere: no key goes
        to another host.
        """
        said = answer.json()
        url, job_id = field_of(said, "job_url"), field_of(said, "job_id")
        if isinstance(url, str):
            path = path_on(self._http.base_url, url)
            if path is None:
                fault = "names a job on another host, which is not asked"
                raise JobFailedError(self.name, fault)
            return Job(path)
        if isinstance(job_id, str):
            return self._job_of(job_id)
        if answer.status == ACCEPTED:
            raise UnknownOutcomeError(self.name, "accepted a file but named no job")
        return None

    def _job_of(self, job_id: str) -> Job:
        account, job = _in_path(self._profile), quote(job_id, safe="")
        return Job(self._profile.job_path.format(account=account, job=job))

    def _job_id(self, entry: Any) -> str | None:
        ids = (field_of(entry, name) for name in self._profile.job_id_fields)
        return next((each for each in ids if isinstance(each, str)), None)

    def _states(self, said: Any) -> set[str]:
        """What the answer calls the job's state, in small letters."""
        return {str(field_of(said, n)).lower() for n in self._profile.state_fields}

    def _require_taken(self, answer: Answer, remote_id: str) -> None:
        """Success that says so in words we can read, or in the agreed silence."""
        if answer.status == NOT_FOUND:
            raise RemoteSegmentGoneError(self.name, remote_id=remote_id)
        require_success(self._http, answer)
        is_silent = not answer.body and answer.status in self._profile.empty_is_success
        if not is_silent and answer.json() is None:
            fault = f"answered {answer.status} with what is not JSON"
            raise UnknownOutcomeError(self.name, fault)

    def _send_json(self, method: str, path: str, body: Mapping[str, Any]) -> Answer:
        return self._send(method, path, "application/json", json.dumps(body).encode())

    def _send(
        self,
        method: str,
        path: str,
        content_type: str | None = None,
        content: bytes | None = None,
    ) -> Answer:
        headers = {"Authorization": self._basic}
        if content_type is not None:
            headers["Content-Type"] = content_type
        with self._turnstile.passing("any"):
            return self._http.send(method, path, headers=headers, content=content)

    def _segment(self, remote_id: str) -> str:
        return f"{self._segments}/{quote(remote_id, safe='')}"

    def _why(self, said: Any) -> str:
        reasons = (field_of(said, name) for name in self._profile.reason_fields)
        text = next((str(reason) for reason in reasons if reason), "no reason given")
        return self._http.secrecy.scrub(text)[:200]

    def _entries_in(self, document: Any) -> list[Any]:
        entries = list_of(document, self._profile.list_fields)
        if entries is None:
            raise UnknownOutcomeError(self.name, "answered with what is no list")
        return entries

    def _description(self, segment: SegmentRef) -> str:
        return f"{self._profile.marker} {segment.segment_id}"

    def _carries(self, entry: Any, segment: SegmentRef) -> bool:
        return bool(field_of(entry, "description") == self._description(segment))

    def _is_nameless_twin(self, entry: Any, segment: SegmentRef) -> bool:
        description = str(field_of(entry, "description") or "")
        is_somebodys = description.startswith(self._profile.marker)
        return field_of(entry, "name") == segment.name and not is_somebodys


def _in_path(profile: Profile) -> str:
    return quote(profile.account_id, safe="")
