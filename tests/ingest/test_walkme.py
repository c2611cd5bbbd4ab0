"""The two WalkMe shapes, from the synthetic samples of vendors.md §3.5 onwards."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from headcount.definitions.settings import Columns
from tests.ingest.landing import Landing, lines

TAKEN = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
WEBHOOK: dict[str, Any] = {
    "sId": "11111111-2222-3333-4444-555555555555",
    "oId": 1001,
    "oName": "Create order",
    "data.type": "wt",
    "type": "play",
    "env.browser.name": "Chrome",
    "wm.euId": "user-001",
    "wm.language": "en",
    "wm.env": 0,
    "created_at": 1700000000000,
    "ctx.title": "Orders",
    "wm.userVars.role": "",
    "wm.userVars.name": None,
}
COLLECTOR: dict[str, Any] = {
    "time": 1700000000000,
    "type": "play",
    "data": {"type": "wt", "oId": 1001, "oName": "Log in", "pInit": {"type": 1}},
    "wm": {"euId": "user-001", "env": 0, "userVars": {"role": "admin"}},
}


@pytest.fixture
def webhook(landing: Landing) -> Landing:
    landing.set(format="walkme-webhook")
    return landing


@pytest.fixture
def collector(landing: Landing) -> Landing:
    landing.set(format="walkme-collector")
    return landing


def changed(row: dict[str, Any], **fields: Any) -> str:
    whole = {**row, **{key.replace("__", "."): fields[key] for key in fields}}
    return json.dumps({key: value for key, value in whole.items() if value != "absent"})


def test_webhook_is_an_event_with_the_other_fields_as_properties(
    webhook: Landing,
) -> None:
    webhook.load(lines(changed(WEBHOOK)))

    ((user, event, properties),) = webhook.events()
    assert (user, event) == ("user-001", "wt.play")
    assert json.loads(properties) == {
        "sId": "11111111-2222-3333-4444-555555555555",
        "oId": 1001,
        "oName": "Create order",
        "env.browser.name": "Chrome",
        "wm.language": "en",
        "ctx.title": "Orders",
    }
    assert webhook.instants() == [TAKEN]


def test_user_variables_are_attributes_unless_null(webhook: Landing) -> None:
    webhook.load(lines(changed(WEBHOOK)))

    assert webhook.attributes() == [("user-001", "role", '""')]


@pytest.mark.parametrize("key", ["data__type", "oType", "objectType"])
def test_object_type_is_found_under_any_of_its_keys(key: str, webhook: Landing) -> None:
    webhook.load(lines(changed(WEBHOOK, **{"data__type": "absent", key: "shoutout"})))

    ((_, event, properties),) = webhook.events()
    assert event == "shoutout.play"
    assert "shoutout" not in properties


def test_event_without_its_object_type_is_rejected(webhook: Landing) -> None:
    webhook.load(lines(changed(WEBHOOK, data__type="absent")))

    assert webhook.rejects() == [
        (
            1,
            "data.type: found nothing; wanted the object type (data.type, oType, "
            "objectType; `columns: {event: …}` names it)",
        )
    ]


def test_event_without_its_type_is_rejected(webhook: Landing) -> None:
    webhook.load(lines(changed(WEBHOOK, type="absent")))

    assert webhook.rejects() == [(1, "type: found nothing; wanted text")]


def test_columns_of_the_source_rename_the_keys(webhook: Landing) -> None:
    webhook.set(columns=Columns("visitor", "when", event="kind"))

    webhook.load(
        lines(changed(WEBHOOK, visitor="v1", when="1700000000", kind="survey"))
    )

    ((user, event, _),) = webhook.events()
    assert (user, event, webhook.instants()) == ("v1", "survey.play", [TAKEN])


@pytest.mark.parametrize("env", [0, "0", "production", None, "absent"])
def test_production_is_loaded(env: Any, webhook: Landing) -> None:
    assert webhook.load(lines(changed(WEBHOOK, wm__env=env))).accepted == 1


@pytest.mark.parametrize("env", [2, "3", "test"])
def test_other_environments_are_skipped(env: Any, webhook: Landing) -> None:
    report = webhook.load(lines(changed(WEBHOOK, wm__env=env)))

    assert (report.accepted, report.rejected, report.skipped) == (0, 0, 1)
    assert report.reason == f"skipped: wm.env {env!r} is not Production (1)"


def test_test_call_with_text_everywhere_is_loaded(webhook: Landing) -> None:
    row = {key: str(value) for key, value in WEBHOOK.items()}

    assert webhook.load(lines(json.dumps(row))).accepted == 1
    assert webhook.instants() == [TAKEN]


def test_nested_user_is_found_as_a_dotted_one(webhook: Landing) -> None:
    wm = {"euId": "user-002", "env": "0", "language": "de", "userVars": {"role": "x"}}
    flat = {key: WEBHOOK[key] for key in WEBHOOK if not key.startswith("wm.")}

    webhook.load(lines(json.dumps({**flat, "wm": wm})))

    ((user, _, properties),) = webhook.events()
    assert (user, json.loads(properties)["wm.language"]) == ("user-002", "de")
    assert webhook.attributes() == [("user-002", "role", '"x"')]


def test_collector_event_is_flattened_one_level(collector: Landing) -> None:
    collector.load(lines(changed(COLLECTOR)))

    assert collector.events() == [
        (
            "user-001",
            "wt.play",
            '{"oId":1001,"oName":"Log in","pInit":{"type":1}}',
        )
    ]
    assert collector.attributes() == [("user-001", "role", '"admin"')]
    assert collector.instants() == [TAKEN]


def test_collector_event_of_another_environment_is_skipped(collector: Landing) -> None:
    assert collector.load(lines(changed(COLLECTOR, wm={"env": 3}))).skipped == 1


def test_collector_event_without_a_user_is_rejected(collector: Landing) -> None:
    collector.load(lines(changed(COLLECTOR, wm="absent")))

    assert collector.rejects() == [
        (1, "wm.euId: found nothing; wanted text or a number")
    ]
