"""What is particular to Appcues, above all its files and jobs."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from tests.destinations.replies import Script, reply

from headcount.destinations.appcues import Appcues
from headcount.destinations.base import Job, SegmentRef
from headcount.destinations.errors import (
    AmbiguousSegmentError,
    JobFailedError,
    JobLostError,
    MisconfiguredError,
    RemoteSegmentGoneError,
    UnknownOutcomeError,
)
from headcount.standins.process import StandIn

TRIALS = SegmentRef("trials", "Trials", "crm")
PATH = "/v2/accounts/94742/segments"
JOB = "/v2/accounts/94742/jobs/j1"
ACCEPTED = {"job_id": "j1", "job_url": JOB, "status": 202, "title": "Accepted"}


class Said:
    """Appcues as `server` has it say."""

    def __init__(self, server: Script) -> None:
        self.server = server

    def says(self, document: Any, status: int = 200) -> None:
        self.server.say(reply(status, json.dumps(document).encode()))

    def appcues(self, **options: Any) -> Appcues:
        given = {"base_url": self.server.url, "stand_in": True, "account_id": "94742"}
        return Appcues.connect(
            "appcues",
            options={**given, **options},
            login=StandIn("appcues", self.server.url, 0),
            elapsed_s=lambda: 0.0,
        )

    def sent(self) -> tuple[str, str]:
        """Head and body of the only request."""
        (request,) = self.server.requests
        head, _, body = request.decode().partition("\r\n\r\n")
        return head, body


@pytest.fixture
def said(server: Script) -> Said:
    return Said(server)


@pytest.fixture
def appcues(said: Said) -> Iterator[Appcues]:
    with closing(said.appcues()) as connected:
        yield connected


def test_create_is_sent_as_documented(said: Said, appcues: Appcues) -> None:
    said.says({"id": "-Mv-owpQ", "name": "Trials"})

    assert appcues.create(TRIALS, []) == "-Mv-owpQ"

    head, body = said.sent()
    login = StandIn("appcues", "", 0)
    pair = base64.b64encode(f"{login.login}:{login.password}".encode()).decode()
    assert head.startswith(f"POST {PATH} HTTP/1.1")
    assert f"Authorization: Basic {pair}" in head
    said_of_it = {"name": "Trials", "description": "headcount segment trials"}
    assert json.loads(body) == said_of_it


@pytest.mark.parametrize(
    ("call", "path"), [("add", "add_user_ids"), ("remove", "remove_user_ids")]
)
def test_users_are_uploaded_as_a_file_of_one_column(
    said: Said, appcues: Appcues, call: str, path: str
) -> None:
    said.says(ACCEPTED, 202)

    assert getattr(appcues, call)(TRIALS, "-Mv", ["a", 'b,"c', "Ünï"]) == JOB

    head, body = said.sent()
    assert head.startswith(f"POST {PATH}/-Mv/{path} HTTP/1.1")
    assert "Content-Type: multipart/form-data; boundary=" in head
    assert 'form-data; name="file"; filename=' in body
    assert '\r\n\r\na\n"b,""c"\nÜnï\n\r\n--' in body


def test_users_may_be_sent_as_json(said: Said) -> None:
    said.server.say(reply(204, b""))

    with closing(said.appcues(upload="json")) as appcues:
        assert appcues.add(TRIALS, "-Mv", ["a"]) is None

    assert json.loads(said.sent()[1]) == {"user_ids": ["a"]}


def test_first_row_is_nothing_like_a_header(
    said: Said, appcues: Appcues, caplog: pytest.LogCaptureFixture
) -> None:
    said.says(ACCEPTED, 202)
    appcues.add(TRIALS, "-Mv", ["user_id", "z"])
    assert "\r\n\r\nz\nuser_id\n" in said.sent()[1]

    said.says(ACCEPTED, 202)
    with caplog.at_level(logging.WARNING):
        appcues.add(TRIALS, "-Mv", ["user_id"])
    assert "may be taken for a header" in caplog.text


def test_header_may_be_asked_for(said: Said) -> None:
    said.says(ACCEPTED, 202)

    with closing(said.appcues(has_header=True)) as appcues:
        appcues.add(TRIALS, "-Mv", ["a"])

    assert "\r\n\r\nuser_id\na\n" in said.sent()[1]


@pytest.mark.parametrize(
    ("status", "body", "job"),
    [
        (200, b"{}", None),
        (201, b'{"ok": true}', None),
        (204, b"", None),
        (202, json.dumps(ACCEPTED).encode(), JOB),
        (202, b'{"job_id": "j 2"}', "/v2/accounts/94742/jobs/j%202"),
    ],
)
def test_upload_is_taken_in_every_documented_way(
    said: Said, appcues: Appcues, status: int, body: bytes, job: str | None
) -> None:
    said.server.say(reply(status, body))

    assert appcues.add(TRIALS, "-Mv", ["a"]) == job


@pytest.mark.parametrize(
    ("status", "body"), [(200, b""), (200, b"<html>"), (202, b"{}"), (202, b"")]
)
def test_upload_of_which_nothing_is_known_is_unknown(
    said: Said, appcues: Appcues, status: int, body: bytes
) -> None:
    said.server.say(reply(status, body))

    with pytest.raises(UnknownOutcomeError):
        appcues.add(TRIALS, "-Mv", ["a"])


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v2/accounts/94742/jobs/j1",
        "//evil.example/v2",
        "http://127.0.0.1:1/v2/jobs",
        "nonsense",
        "http://[",
    ],
)
def test_job_on_another_host_is_never_asked_for(
    said: Said, appcues: Appcues, url: str
) -> None:
    said.says({"job_id": "j1", "job_url": url}, 202)

    with pytest.raises(JobFailedError, match="another host"):
        appcues.add(TRIALS, "-Mv", ["a"])


def test_job_on_this_host_is_asked_for_by_its_path(said: Said) -> None:
    said.says({"job_url": f"{said.server.url}/eu{JOB}"}, 202)

    with closing(said.appcues(base_url=f"{said.server.url}/eu/")) as appcues:
        assert appcues.add(TRIALS, "-Mv", ["a"]) == JOB


@pytest.mark.parametrize(
    ("document", "is_done"),
    [
        ({"status": "done"}, True),
        ({"state": "Completed", "errors": []}, True),
        ({"status": "queued"}, False),
        ({"status": "running"}, False),
        ({"status": "percolating"}, False),
        ({"status": 202}, False),
        ({}, False),
        (None, False),
    ],
)
def test_job_of_unknown_state_is_pending(
    said: Said, appcues: Appcues, document: Any, is_done: bool
) -> None:
    said.says(document)

    assert appcues.is_done(Job(JOB)) == is_done


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({"status": "failed", "failure_reason": "bad file"}, "failed: bad file"),
        ({"status": "done", "errors": [{"row": 3}]}, "done with errors: .*row"),
        ({"status": "done_with_errors"}, "failed: no reason given"),
    ],
)
def test_job_that_did_not_end_well_is_told(
    said: Said, appcues: Appcues, document: Any, fault: str
) -> None:
    said.says(document)

    with pytest.raises(JobFailedError, match=fault):
        appcues.is_done(Job(JOB))


def test_job_that_is_not_known_any_more_is_lost(said: Said, appcues: Appcues) -> None:
    said.says({"error": True}, 404)

    with pytest.raises(JobLostError, match="knows nothing of the job"):
        appcues.is_done(Job(JOB))


@pytest.mark.parametrize("wrap", [lambda e: e, lambda e: {"segments": e}])
def test_segment_is_found_by_the_id_in_its_description(
    said: Said, appcues: Appcues, wrap: Any
) -> None:
    twin = {"id": "x", "name": "Trials", "description": "by hand"}
    ours = {"id": "y", "name": "Renamed", "description": "headcount segment trials"}
    other = {"id": "z", "name": "T", "description": "headcount segment trials-2"}
    said.says(wrap([twin, ours, other]))

    assert appcues.find(TRIALS) == "y"


def test_name_counts_only_where_no_id_of_ours_is(said: Said, appcues: Appcues) -> None:
    said.says([{"id": "x", "name": "Trials", "description": "headcount segment other"}])
    assert appcues.find(TRIALS) is None

    said.says([{"id": "x", "name": "Trials"}, {"id": "y", "name": "Trials"}])
    with pytest.raises(AmbiguousSegmentError, match="x, y"):
        appcues.find(TRIALS)


def test_rename_changes_only_the_name(said: Said, appcues: Appcues) -> None:
    said.says({"id": "-Mv"})

    appcues.rename(TRIALS, "-Mv")

    head, body = said.sent()
    assert head.startswith(f"PATCH {PATH}/-Mv HTTP/1.1")
    assert json.loads(body) == {"name": "Trials"}


def test_segment_that_is_gone_is_told(said: Said, appcues: Appcues) -> None:
    said.says({}, 404)

    with pytest.raises(RemoteSegmentGoneError, match="no segment -Mv any more"):
        appcues.remove(TRIALS, "-Mv", ["a"])


@pytest.mark.parametrize(
    ("options", "host"),
    [({}, "api.appcues.com"), ({"region": "eu"}, "api.eu.appcues.com")],
)
def test_region_has_its_host(options: dict[str, str], host: str) -> None:
    with closing(
        Appcues.connect(
            "appcues",
            options={"account_id": "1", **options},
            login=StandIn("appcues", "", 0),
            elapsed_s=lambda: 0.0,
        )
    ) as appcues:
        assert appcues._http.host == host


@pytest.mark.parametrize("text", ["", "a/b", "..", "a b", "?x"])
def test_remote_id_that_no_url_holds_is_refused(appcues: Appcues, text: str) -> None:
    assert appcues.to_remote_id("-Mv-owpQ") == "-Mv-owpQ"
    with pytest.raises(MisconfiguredError, match="no id of a segment"):
        appcues.to_remote_id(text)
