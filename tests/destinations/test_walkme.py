"""What is particular to WalkMe, above all where its pages are silent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from tests.destinations.replies import Script, reply

from headcount.destinations.base import SegmentRef
from headcount.destinations.errors import (
    AmbiguousSegmentError,
    DestinationError,
    MisconfiguredError,
    UnknownOutcomeError,
)
from headcount.destinations.walkme import WalkMe
from headcount.standins.process import StandIn

GUID = "a29f3f3e-6e6a-4cb0-a4a5-8e8a9f2b1c55"
OTHER = "b29f3f3e-6e6a-4cb0-a4a5-8e8a9f2b1c55"
SYSTEM = "1e5afe512d2a4b22a60acf2d6c01d726"
HYPHENATED = "1e5afe51-2d2a-4b22-a60a-cf2d6c01d726"
TRIALS = SegmentRef("trials", "Trials", "crm", SYSTEM)
GRANT = reply(200, b'{"access_token": "token-one", "expires_in": 3600}')


class Said:
    """WalkMe as `server` has it say."""

    def __init__(self, server: Script) -> None:
        self.server = server
        server.say(GRANT)

    def says(self, document: Any, status: int = 200) -> None:
        self.server.say(reply(status, json.dumps(document).encode()))

    def walkme(self, **options: Any) -> WalkMe:
        return WalkMe.connect(
            "walkme",
            options={"base_url": self.server.url, "stand_in": True, **options},
            login=StandIn("walkme", self.server.url, 0),
            elapsed_s=lambda: 0.0,
        )


@pytest.fixture
def said(server: Script) -> Said:
    return Said(server)


@pytest.fixture
def walkme(said: Said) -> Iterator[WalkMe]:
    with closing(said.walkme()) as connected:
        yield connected


@pytest.mark.parametrize(
    "document",
    [
        {"guid": GUID},
        {"segmentGuid": GUID},
        {"id": GUID},
        {"segmentId": GUID.replace("-", "")},
        {"data": {"segmentId": GUID}},
        {"id": "trials", "data": {"guid": GUID}},
        {"id": "trials", "segmentGuid": GUID, "name": OTHER},
        {"guid": None, "id": 7, "segmentId": GUID},
    ],
)
def test_guid_of_a_new_segment_is_found_where_it_may_be(
    said: Said, walkme: WalkMe, document: Any
) -> None:
    said.says(document, 201)

    assert walkme.create(TRIALS, ["a"]) == GUID


@pytest.mark.parametrize("document", [{}, {"id": "trials"}, [GUID], "x", None, 7])
def test_create_that_names_no_guid_is_unknown(
    said: Said, walkme: WalkMe, document: Any
) -> None:
    said.says(document, 201)

    with pytest.raises(UnknownOutcomeError, match="named no GUID"):
        walkme.create(TRIALS, ["a"])


def test_segment_id_that_looks_like_a_guid_is_not_taken_for_one(
    said: Said, walkme: WalkMe
) -> None:
    said.says({"id": OTHER, "segmentId": GUID})

    assert walkme.create(SegmentRef(OTHER, "T", "crm", SYSTEM), []) == GUID


def test_create_is_sent_as_documented(said: Said, walkme: WalkMe) -> None:
    said.says({"guid": GUID})

    walkme.create(TRIALS, ["u1", "u2"])

    head, _, body = said.server.requests[1].partition(b"\r\n\r\n")
    path = f"POST /public/v1/user/system/{HYPHENATED}/segment HTTP/1.1"
    assert head.decode().startswith(path)
    assert b"Authorization: Bearer token-one" in head
    assert b"Content-Type: application/json" in head
    assert json.loads(body) == {
        "id": "trials",
        "name": "Trials",
        "userIds": ["u1", "u2"],
    }


@pytest.mark.parametrize(
    ("call", "action"), [("add", "add"), ("remove", "remove"), ("replace", "override")]
)
def test_update_is_sent_as_documented(
    said: Said, walkme: WalkMe, call: str, action: str
) -> None:
    said.server.say(reply(204, b""))

    getattr(walkme, call)(TRIALS, GUID, ["u1"])

    head, _, body = said.server.requests[1].partition(b"\r\n\r\n")
    path = f"PUT /public/v1/user/system/{HYPHENATED}/segment/{GUID} HTTP/1.1"
    assert head.decode().startswith(path)
    assert json.loads(body) == {"action": action, "userIds": ["u1"]}


def test_system_guid_may_be_sent_bare(said: Said) -> None:
    said.server.say(reply(204, b""))
    with closing(said.walkme(hyphenate_system=False)) as walkme:
        walkme.delete(TRIALS, GUID)

    assert f"/system/{SYSTEM}/segment/".encode() in said.server.requests[1]


@pytest.mark.parametrize(
    ("status", "body", "is_success"),
    [
        (204, b"", True),
        (200, b"{}", True),
        (200, b'{"message": "Request has been received"}', True),
        (200, b"", False),
        (200, b"<html>", False),
        (202, b"", False),
    ],
)
def test_update_succeeds_only_when_it_says_so(
    said: Said, walkme: WalkMe, status: int, body: bytes, is_success: bool
) -> None:
    said.server.say(reply(status, body))

    if is_success:
        walkme.add(TRIALS, GUID, ["a"])
    else:
        with pytest.raises(UnknownOutcomeError, match="with what is not JSON"):
            walkme.add(TRIALS, GUID, ["a"])


def test_silence_may_be_agreed_to_mean_success(said: Said) -> None:
    said.server.say(reply(200, b""))

    with closing(said.walkme(empty_is_success=[200, 204])) as walkme:
        walkme.add(TRIALS, GUID, ["a"])


@pytest.mark.parametrize(
    "wrap",
    [
        lambda entries: entries,
        lambda entries: {"data": entries},
        lambda entries: {"segments": entries},
    ],
)
def test_list_is_found_where_it_may_be(said: Said, walkme: WalkMe, wrap: Any) -> None:
    said.says(
        wrap([{"guid": OTHER, "externalId": "x"}, {"guid": GUID, "id": "trials"}])
    )

    assert walkme.find(TRIALS) == GUID


def test_name_counts_only_where_no_id_is_shown(said: Said, walkme: WalkMe) -> None:
    said.says([{"guid": OTHER, "externalId": "x", "name": "Trials"}])
    assert walkme.find(TRIALS) is None

    said.says([{"guid": GUID, "name": "Trials"}, {"guid": OTHER, "name": "Other"}])
    assert walkme.find(TRIALS) == GUID


def test_two_segments_that_could_be_ours_are_for_a_person(
    said: Said, walkme: WalkMe
) -> None:
    said.says([{"guid": OTHER, "name": "Trials"}, {"guid": GUID, "name": "Trials"}])

    with pytest.raises(AmbiguousSegmentError, match=f"{GUID}, {OTHER}"):
        walkme.find(TRIALS)


@pytest.mark.parametrize("document", [{}, {"data": {}}, "x", None])
def test_list_that_is_none_is_no_empty_list(
    said: Said, walkme: WalkMe, document: Any
) -> None:
    said.says(document)

    with pytest.raises(UnknownOutcomeError, match="no list"):
        walkme.find(TRIALS)


@pytest.mark.parametrize("text", [GUID, GUID.replace("-", "")])
def test_remote_id_gets_its_hyphens(walkme: WalkMe, text: str) -> None:
    assert walkme.to_remote_id(text) == GUID


@pytest.mark.parametrize("guid", [None, "", "acme", GUID + "0"])
def test_system_needs_a_guid(walkme: WalkMe, guid: str | None) -> None:
    with pytest.raises(MisconfiguredError, match="system crm needs its WalkMe `guid`"):
        walkme.add(SegmentRef("trials", "Trials", "crm", guid), GUID, ["a"])


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"region": "eu"}, "region: Unexpected keyword argument"),
        ({"max_batch": 25_001}, "max_batch: Input should be less than or equal to"),
        ({"max_id_chars": 0}, "max_id_chars: "),
        ({"base_url": "http://api.walkme.com"}, "must begin with https://"),
    ],
)
def test_option_that_cannot_be_is_refused(options: dict[str, Any], fault: str) -> None:
    login = StandIn("walkme", "", 0)

    with pytest.raises(DestinationError) as raised:
        WalkMe.connect("walkme", options=options, login=login, elapsed_s=lambda: 0.0)
    assert fault in str(raised.value)
