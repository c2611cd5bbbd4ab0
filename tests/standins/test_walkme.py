"""The stand-in says no where WalkMe says that it does (vendors.md §1)."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from headcount.standins.process import StandIn, running_standin


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls of one account, with a token."""

    standin: StandIn
    http: httpx.Client
    account: str

    def call(
        self, method: str, path: str = "", body: Any = None, **headers: str
    ) -> httpx.Response:
        return self.http.request(
            method,
            f"/public/v1/user/system/{self.account}/segment{path}",
            json=body,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    def create(self, **fields: Any) -> httpx.Response:
        return self.call("POST", body={"name": "n", "userIds": ["a"], **fields})


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    with running_standin("walkme") as running:
        yield running


def ask_token(standin: StandIn, pair: str, form: Mapping[str, str]) -> httpx.Response:
    basic = base64.b64encode(pair.encode()).decode()
    return httpx.post(
        f"{standin.url}/accounts/connect/token",
        data=form,
        headers={"Authorization": f"Basic {basic}"},
    )


@pytest.fixture
def caller(standin: StandIn) -> Iterator[Caller]:
    pair = f"{standin.login}:{standin.password}"
    granted = ask_token(standin, pair, {"grant_type": "client_credentials"}).json()
    headers = {"Authorization": f"Bearer {granted['access_token']}"}
    with httpx.Client(base_url=standin.url, headers=headers) as http:
        yield Caller(standin, http, str(uuid.uuid4()))


def test_token_is_given_to_who_knows_the_secret(standin: StandIn) -> None:
    grant = {"grant_type": "client_credentials"}
    pair = f"{standin.login}:{standin.password}"

    answer = ask_token(standin, pair, grant)

    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 86_400
    assert ask_token(standin, pair + "x", grant).status_code == 401
    assert ask_token(standin, pair, {"grant_type": "password"}).status_code == 400


@pytest.mark.parametrize("header", ["", "Bearer nonsense", "Basic nonsense"])
def test_call_without_a_token_is_unauthorised(caller: Caller, header: str) -> None:
    assert caller.call("GET", Authorization=header).status_code == 401


def test_segment_is_created_listed_changed_and_deleted(caller: Caller) -> None:
    guid = caller.create(id="ext-42", name="Power users").json()["guid"]

    caller.call("PUT", f"/{guid}", {"action": "add", "userIds": ["b", "c"]})
    caller.call("PUT", f"/{guid}", {"action": "remove", "userIds": ["a", "z"]})
    assert caller.standin.read_members("ext-42") == ["b", "c"]
    caller.call("PUT", f"/{guid}", {"action": "override", "userIds": ["d"]})
    assert caller.standin.read_members("ext-42") == ["d"]
    assert caller.call("GET").json() == {
        "data": [{"guid": guid, "externalId": "ext-42", "name": "Power users"}]
    }
    assert caller.call("DELETE", f"/{guid}").status_code == 204
    assert caller.call("DELETE", f"/{guid}").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"userIds": [str(n) for n in range(25_001)]},
        {"userIds": ["x" * 101]},
        {"userIds": [""]},
        {"userIds": [7]},
        {"userIds": "a"},
        {"userIds": None},
        {"name": ""},
        {"name": None},
        {"id": 7},
    ],
)
def test_documented_limit_is_enforced(caller: Caller, fields: dict[str, Any]) -> None:
    assert caller.create(**fields).status_code == 400
    assert caller.call("GET").json() == {"data": []}


@pytest.mark.parametrize("action", ["replace", "ADD", None])
def test_action_is_one_of_three(caller: Caller, action: str | None) -> None:
    guid = caller.create().json()["guid"]

    answer = caller.call("PUT", f"/{guid}", {"action": action, "userIds": []})

    assert answer.status_code == 400


def test_segment_guid_needs_its_hyphens_and_the_systems_does_not(
    caller: Caller,
) -> None:
    guid = caller.create(id="e").json()["guid"]
    body = {"action": "add", "userIds": ["b"]}

    assert caller.call("PUT", "/" + guid.replace("-", ""), body).status_code == 404
    bare = Caller(caller.standin, caller.http, caller.account.replace("-", ""))
    assert bare.call("PUT", f"/{guid}", body).status_code == 204
    nonsense = Caller(caller.standin, caller.http, "acme")
    assert nonsense.call("GET").status_code == 404


def test_name_or_id_that_is_used_is_a_conflict(caller: Caller) -> None:
    caller.create(id="one", name="One")

    assert caller.create(id="one", name="Other").status_code == 409
    assert caller.create(id="two", name="One").status_code == 409
    assert caller.create(id="two", name="Two").status_code == 201


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"7"])
def test_body_must_be_a_json_object(caller: Caller, content: bytes) -> None:
    path = f"/public/v1/user/system/{caller.account}/segment"
    headers = {"Content-Type": "application/json"}

    assert caller.http.post(path, content=content, headers=headers).status_code == 400
    text = {"Content-Type": "text/plain"}
    body = json.dumps({"name": "n", "userIds": []}).encode()
    assert caller.http.post(path, content=body, headers=text).status_code == 400
