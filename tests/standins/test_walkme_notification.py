"""The stand-in says no where WalkMe says that it does (vendors.md §2)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from headcount.standins.process import StandIn
from headcount.standins.walkme_notification import PATH

GUID = "75cfcba6-c320-42cb-938e-4c2bd08a43a3"
BARE = GUID.replace("-", "")
Notify = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def standin(lasting_workstation: StandIn) -> StandIn:
    return lasting_workstation


@pytest.fixture(scope="module")
def notify(standin: StandIn) -> Iterator[Notify]:
    pair = base64.b64encode(f"{standin.login}:{standin.password}".encode()).decode()
    with httpx.Client(base_url=standin.url) as http:
        granted = http.post(
            "/accounts/connect/token",
            data={"grant_type": "client_credentials"},
            headers={"Authorization": f"Basic {pair}"},
        ).json()
        http.headers["Authorization"] = f"Bearer {granted['access_token']}"

        def call(**fields: Any) -> httpx.Response:
            least = {"templateId": GUID, "endUsersIds": ["ann"]}
            return http.post(PATH, json={"notification": least | fields})

        yield call


def test_each_call_is_another_notification(standin: StandIn, notify: Notify) -> None:
    before = len(standin.read_notifications())

    for _ in range(2):
        assert notify(title="twice").status_code == 200

    shown = standin.read_notifications()[before:]
    assert [one["title"] for one in shown] == ["twice", "twice"]


@pytest.mark.parametrize(
    "fields",
    [
        {"endUsersIds": [f"u{n}" for n in range(100)]},
        {"audiencesIds": [GUID]},
        {"systemId": BARE},
        {"notificationType": "Push"},
        {"notificationType": "popup"},
        {"startAt": "2026-05-01", "endAt": "2026-05-01 12:30"},
        {"endAt": "2026-05-01T11:30:00+03:00"},
        {"override": [{"key": "URL", "value": "https://acme.example"}]},
    ],
)
def test_documented_form_is_taken(notify: Notify, fields: dict[str, Any]) -> None:
    assert notify(**fields).status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"endUsersIds": [f"u{n}" for n in range(101)]},
        {"endUsersIds": ["bad"]},
        {"endUsersIds": []},
        {"endUsersIds": "ann"},
        {"audiencesIds": [BARE]},
        {"templateId": BARE},
        {"templateId": None},
        {"systemId": GUID},
        {"notificationType": "mail"},
        {"startAt": "soon"},
        {"startAt": "2026-05-02", "endAt": "2026-05-01"},
        {"endAt": "2026-05-01 12:30:00"},
        {"override": [{"key": "###URL###", "value": "x"}]},
        {"override": [{"key": "URL", "value": ""}]},
        {"override": [{"key": "URL", "value": "x", "more": 1}]},
        {"override": {"URL": "x"}},
        {"title": None},
        {"runtimeTitle": ""},
        {"user": "ann"},
    ],
)
def test_documented_limit_is_enforced(
    standin: StandIn, notify: Notify, fields: dict[str, Any]
) -> None:
    before = len(standin.read_notifications())

    assert notify(**fields).status_code == 400
    assert len(standin.read_notifications()) == before


def test_call_without_a_token_is_unauthorised(standin: StandIn) -> None:
    body = {"notification": {"templateId": GUID, "endUsersIds": ["ann"]}}

    assert httpx.post(standin.url + PATH, json=body).status_code == 401


@pytest.mark.parametrize("body", [{}, {"notification": []}, {"a": {}}, [], 7])
def test_body_is_one_object(standin: StandIn, notify: Notify, body: Any) -> None:
    headers = notify().request.headers
    kept = {"Authorization": headers["Authorization"]}

    assert httpx.post(standin.url + PATH, json=body, headers=kept).status_code == 400
