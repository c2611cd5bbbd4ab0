from __future__ import annotations

import json
from typing import Any

import pytest

from headcount.definitions.settings import Columns
from tests.ingest.landing import AT, Landing, lines

ROW: dict[str, Any] = {
    "user": {"id": "u1"},
    "kind": "buy",
    "meta": {"at": AT, "id": 7},
    "items": [{"sku": "a"}, {"sku": "b"}],
    "price.net": 5,
    "price": {"net": 6, "gross": 7.5},
    "note": None,
}
COLUMNS = Columns(
    "user.id",
    "$.meta.at",
    event="kind",
    event_id="meta.id",
    properties=("items[1].sku", "$.price.net", "price['gross']", "note", "missing"),
)


@pytest.fixture(autouse=True)
def _format(landing: Landing) -> None:
    landing.set(format="ndjson", columns=COLUMNS)


def test_values_are_found_under_their_paths(landing: Landing) -> None:
    landing.load(lines(json.dumps(ROW)))

    ((user, event, properties),) = landing.events()
    assert (user, event) == ("u1", "buy")
    assert json.loads(properties) == {
        "items[1].sku": "b",
        "price.net": 5,
        "price['gross']": 7.5,
        "note": None,
    }
    assert landing.ask("SELECT event_id FROM events") == [("7",)]


def test_other_fields_are_properties_when_none_are_named(landing: Landing) -> None:
    landing.set(columns=Columns("id", "$.at", event="kind"))

    landing.load(
        lines(json.dumps({"id": "u1", "at": AT, "kind": "buy", "x": {"y": 1}}))
    )

    assert landing.events() == [("u1", "buy", '{"x":{"y":1}}')]


def test_row_without_a_mapped_field_is_rejected(landing: Landing) -> None:
    landing.load(lines(json.dumps({**ROW, "user": {}})))

    assert landing.rejects() == [(1, "user.id: found nothing; wanted text or a number")]


def test_record_unsets_with_an_explicit_null(landing: Landing) -> None:
    columns = Columns("user.id", "meta.at", attributes=("note", "missing", "kind"))
    landing.set(records="attributes", columns=columns)

    landing.load(lines(json.dumps(ROW)))

    assert landing.attributes() == [("u1", "kind", '"buy"'), ("u1", "note", "null")]


def test_path_through_a_list_that_is_too_short_finds_nothing(landing: Landing) -> None:
    landing.load(lines(json.dumps({**ROW, "items": []})))

    ((_, _, properties),) = landing.events()
    assert "items[1].sku" not in json.loads(properties)
