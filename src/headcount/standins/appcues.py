"""A stand-in of the Appcues public API v2, segments (vendors.md §4).

It enforces what Appcues documents: Basic, 60 requests a second and account, a file of
one column as multipart, or `{"user_ids": […]}`; uploads are worked off as jobs, some
requests after they were accepted.

What agreeing with it does not prove: statuses and bodies of most replies; the states
of a job and what it says of users that it refuses; whether the first line of a file is
taken for a header (it is, here, when it says `user_id`); that one name may be used
twice. None of these are documented (OC, 3P or NOT FOUND).
"""

from __future__ import annotations

import asyncio
import csv
import io
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException as AnyHTTPException

from headcount.standins.api import (
    FAULT,
    Api,
    Rules,
    applied,
    new_app,
    read_object,
    text_of,
    texts_of,
)
from headcount.standins.faults import Fault
from headcount.standins.remote import RemoteSegment, RemoteSegments

ACCOUNT = "/v2/accounts/{account}"
SEGMENT = ACCOUNT + "/segments/{segment_id}"
MAX_PER_SECOND = 60
STEPS = 2  # requests until a job is done
ELSEWHERE = "https://jobs.appcues.example"


@dataclass(slots=True)
class UploadJob:
    """Users that are added or removed some requests later."""

    segment: RemoteSegment
    is_add: bool
    user_ids: list[str]
    fault: Fault | None = None
    steps_left: int = STEPS
    refused: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        """Its state, as far as it has come."""
        if self.steps_left:
            return "running"
        return "failed" if self.fault is Fault.JOB_FAILED else "done"

    def step(self, rules: Rules) -> None:
        """One request has gone by; at the last one the users are in or out."""
        if not self.steps_left or self.fault is Fault.JOB_STUCK:
            return
        self.steps_left -= 1
        if self.steps_left or self.fault is Fault.JOB_FAILED:
            return
        if self.fault is Fault.JOB_PARTIAL:
            half = len(self.user_ids) // 2
            self.user_ids, self.refused = self.user_ids[:half], self.user_ids[half:]
        self.refused += [each for each in self.user_ids if rules.is_poison(each)]
        taken = set(self.user_ids) - set(self.refused)
        if self.is_add:
            self.segment.user_ids |= taken
        else:
            self.segment.user_ids -= taken


class AppcuesApi:
    """The calls of the API; what it holds is in `segments`."""

    def __init__(self, segments: RemoteSegments, rules: Rules) -> None:
        self._segments = segments
        self._rules = rules
        self._jobs: dict[str, UploadJob] = {}
        self._calls: dict[str, deque[float]] = {}

    async def list_all(self, account: str) -> Response:
        """The segments of the account, on one page."""
        return JSONResponse([_shown(each) for each in self._segments.of(account)])

    async def create(self, account: str, request: Request) -> Response:
        """A new segment, empty; a name may be used twice."""
        body = await read_object(request)
        description = text_of(body, "description", is_needed=False)
        name = str(text_of(body, "name"))
        made = self._segments.create(account, description, name, ())
        return JSONResponse(_shown(made), 201)

    async def show(self, account: str, segment_id: str) -> Response:
        """One segment."""
        segment = self._segment(account, segment_id)
        users = {"user_ids": sorted(segment.user_ids)}
        return JSONResponse(
            _shown(segment) | (users if self._rules.shows_members else {})
        )

    async def change(self, account: str, segment_id: str, request: Request) -> Response:
        """The segment has another name or description."""
        segment = self._segment(account, segment_id)
        body = await read_object(request)
        segment.name = text_of(body, "name", is_needed=False) or segment.name
        self._segments.save()
        return JSONResponse(_shown(segment))

    async def delete(self, account: str, segment_id: str) -> Response:
        """The segment is gone; a second time there is none to delete."""
        self._segments.delete(self._segment(account, segment_id))
        return Response(status_code=204)

    async def upload(
        self, account: str, segment_id: str, call: str, request: Request
    ) -> Response:
        """Users are added or removed: a file as a job, JSON at once."""
        segment = self._segment(account, segment_id)
        if call not in {"add_user_ids", "remove_user_ids"}:
            raise HTTPException(404, "no such call")
        is_file = request.headers.get("content-type", "").startswith("multipart/")
        user_ids = applied(await _read_users(request, is_file=is_file), request)
        fault = request.scope.get(FAULT)
        job = UploadJob(segment, call == "add_user_ids", user_ids, fault)
        if not is_file:
            job.steps_left = 1
            job.step(self._rules)
            self._segments.save()
            return Response(status_code=400 if job.refused else 204)
        return self._accepted(account, job, request)

    async def list_jobs(self, account: str) -> Response:
        """The jobs of the account and how far each has come."""
        jobs = [
            {"job_id": key.partition("/")[2], "status": job.status}
            for key, job in self._jobs.items()
            if key.startswith(f"{account}/")
        ]
        return JSONResponse({"jobs": jobs})

    async def show_job(self, account: str, job_id: str) -> Response:
        """How far a job has come."""
        job = self._jobs.get(f"{account}/{job_id}")
        if job is None:
            raise HTTPException(404, "no such job")
        said: dict[str, Any] = {"job_id": job_id, "status": job.status}
        if not job.steps_left and job.refused:
            said["errors"] = [{"user_id": each} for each in job.refused[:10]]
        return JSONResponse(said)

    async def admit(self, account: str, request: Request) -> AsyncIterator[None]:
        """Who knows the secret may call, 60 times a second; jobs go on meanwhile."""
        if not self._rules.is_basic(request.headers.get("authorization", "")):
            raise HTTPException(401, "invalid credentials")
        self._count(account)
        for key, job in self._jobs.items():
            if key.startswith(f"{account}/"):
                job.step(self._rules)
        self._segments.save()
        yield

    def _count(self, account: str) -> None:
        now_s = asyncio.get_running_loop().time()
        calls = self._calls.setdefault(account, deque())
        while calls and calls[0] <= now_s - 1.0:
            calls.popleft()
        if len(calls) >= MAX_PER_SECOND:
            raise HTTPException(429, "rate limit exceeded")
        calls.append(now_s)

    def _accepted(self, account: str, job: UploadJob, request: Request) -> Response:
        job_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{account}/{len(self._jobs)}"))
        self._jobs[f"{account}/{job_id}"] = job
        is_elsewhere = job.fault is Fault.JOB_ELSEWHERE
        host = ELSEWHERE if is_elsewhere else str(request.base_url).rstrip("/")
        url = f"{host}/v2/accounts/{account}/jobs/{job_id}"
        said = {"job_id": job_id, "job_url": url, "status": 202, "title": "Accepted"}
        return JSONResponse(said, 202)

    def _segment(self, account: str, segment_id: str) -> RemoteSegment:
        found = self._segments.one(account, segment_id)
        if found is None:
            raise HTTPException(404, "Not Found")
        return found


def build_api(segments: RemoteSegments, rules: Rules) -> Api:
    """The API as an app."""
    api, app = AppcuesApi(segments, rules), new_app()
    admitted = [Depends(api.admit)]
    routes: list[tuple[str, str, Callable[..., Any]]] = [
        ("GET", ACCOUNT + "/segments", api.list_all),
        ("POST", ACCOUNT + "/segments", api.create),
        ("GET", SEGMENT, api.show),
        ("PATCH", SEGMENT, api.change),
        ("DELETE", SEGMENT, api.delete),
        ("POST", SEGMENT + "/{call}", api.upload),
        ("GET", ACCOUNT + "/jobs", api.list_jobs),
        ("GET", ACCOUNT + "/jobs/{job_id}", api.show_job),
    ]
    for method, path, call in routes:
        app.add_api_route(path, call, methods=[method], dependencies=admitted)
    _answer_errors(app)
    return Api(app)


def _answer_errors(app: FastAPI) -> None:
    """Errors are told as Appcues tells them."""

    @app.exception_handler(AnyHTTPException)
    async def tell(_: Request, error: AnyHTTPException) -> Response:
        said = {"error": True, "status": error.status_code, "title": "Error"}
        return JSONResponse({**said, "detail": error.detail}, error.status_code)


async def _read_users(request: Request, *, is_file: bool) -> list[str]:
    if not is_file:
        return texts_of((await read_object(request)).get("user_ids"), "user_ids")
    content_type = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(content_type + await request.body())
    for part in message.iter_parts():
        if part.get_param("name", header="content-disposition") == "file":
            content = part.get_payload(decode=True)
            return _read_rows(content.decode() if isinstance(content, bytes) else "")
    raise HTTPException(400, "there is no part named file")


def _read_rows(text: str) -> list[str]:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if any(len(row) != 1 for row in rows):
        raise HTTPException(400, "the file must have one column")
    user_ids = [row[0] for row in rows]
    return texts_of(user_ids[1:] if user_ids[:1] == ["user_id"] else user_ids, "rows")


def _shown(segment: RemoteSegment) -> dict[str, Any]:
    return {
        "id": segment.remote_id,
        "name": segment.name,
        "description": segment.external_id,
    }
