from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.strategies_rules import definitions, moments

from headcount.definitions.fingerprint import fingerprint
from headcount.definitions.frozen import Reading
from headcount.definitions.model import Definition
from headcount.definitions.written import definition_from_json, definition_to_json


@given(st.data())
def test_any_definition_reads_back(data: st.DataObject) -> None:
    moment = data.draw(moments())
    tree = data.draw(definitions(moment, ["earlier"]))
    whole: dict[str, Any] = {"id": "a", "name": "A", "system": "crm", **tree}
    reading = Reading(timezone=moment.zone)

    definition = Definition.model_validate(whole, context=reading)
    again = definition_from_json(definition_to_json(definition))

    assert again == definition
    assert definition_to_json(again) == definition_to_json(definition)
    assert fingerprint(again) == fingerprint(definition)


def test_json_is_what_an_author_could_write() -> None:
    definition = Definition.model_validate(
        {
            "id": "a",
            "name": "A",
            "system": "crm",
            "rules": [{"event": "a", "where": {"x": 5}, "date_range": "last 1 days"}],
            "destinations": ["walkme", {"appcues": {"remote_id": "r"}}],
        }
    )

    assert json.loads(definition_to_json(definition)) == {
        "id": "a",
        "name": "A",
        "system": "crm",
        "rules": [
            {"event": ["a"], "where": {"x": {"is": 5}}, "date_range": "last 1 day"}
        ],
        "destinations": ["walkme", {"appcues": {"remote_id": "r"}}],
    }
