"""The stand-in says no where Appcues says that it does (vendors.md §4)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from headcount.standins.process import StandIn, running_standin


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls of one account, with its key."""

    standin: StandIn
    http: httpx.Client

    def create(self, name: str = "n") -> str:
        return str(self.http.post("segments", json={"name": name}).json()["id"])

    def upload(self, segment_id: str, text: str) -> httpx.Response:
        files = {"file": ("x.csv", text.encode(), "text/csv")}
        return self.http.post(f"segments/{segment_id}/add_user_ids", files=files)

    def members(self, segment_id: str) -> Any:
        held = {s["remote_id"]: s["user_ids"] for s in self.standin.read_segments()}
        return held[segment_id]


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    with running_standin("appcues") as running:
        yield running


@pytest.fixture
def caller(standin: StandIn) -> Iterator[Caller]:
    url = f"{standin.url}/v2/accounts/{uuid.uuid4().hex}/"
    auth = (standin.login, standin.password)
    with httpx.Client(base_url=url, auth=auth) as http:
        yield Caller(standin, http)


def test_key_is_asked_for(caller: Caller) -> None:
    assert caller.http.get("segments", auth=("a", "b")).status_code == 401


def test_segment_is_created_listed_changed_and_deleted(caller: Caller) -> None:
    segment_id = caller.create("Power users")

    caller.http.patch(f"segments/{segment_id}", json={"name": "Renamed"})

    assert [s["name"] for s in caller.http.get("segments").json()] == ["Renamed"]
    assert caller.http.delete(f"segments/{segment_id}").status_code == 204
    gone = caller.http.delete(f"segments/{segment_id}")
    assert gone.json() == {
        "error": True,
        "status": 404,
        "title": "Error",
        "detail": "Not Found",
    }


def test_file_is_worked_off_some_requests_later(caller: Caller) -> None:
    segment_id = caller.create()

    accepted = caller.upload(segment_id, "a\nb\n")
    seen = [caller.http.get(accepted.json()["job_url"]).json() for _ in range(2)]

    assert accepted.status_code == 202
    assert [job["status"] for job in seen] == ["running", "done"]
    assert caller.members(segment_id) == ["a", "b"]


def test_users_in_json_are_members_at_once(caller: Caller) -> None:
    segment_id = caller.create()
    body = {"user_ids": ["a"]}

    answer = caller.http.post(f"segments/{segment_id}/add_user_ids", json=body)

    assert (answer.status_code, caller.members(segment_id)) == (204, ["a"])


def test_first_line_that_says_user_id_is_a_header_here(caller: Caller) -> None:
    segment_id = caller.create()
    job = caller.upload(segment_id, "user_id\nz\n").json()["job_url"]

    for _ in range(2):
        caller.http.get(job)

    assert caller.members(segment_id) == ["z"]


@pytest.mark.parametrize("text", ["a,b\n", "a\n\nb\n"])
def test_file_has_one_column(caller: Caller, text: str) -> None:
    assert caller.upload(caller.create(), text).status_code == 400


def test_sixty_requests_a_second_are_the_most(caller: Caller) -> None:
    statuses = {caller.http.get("segments").status_code for _ in range(200)}

    assert 429 in statuses
