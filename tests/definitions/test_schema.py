from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from headcount.definitions.load import find_definition_files
from headcount.definitions.schema import SCHEMA_PATH, definition_schema, schema_text
from headcount.definitions.yaml_reader import parse_yaml, read_yaml
from headcount.resources import folder

CASES = Path(__file__).parent / "cases"
AROUND_A_RULE = "name: Case\nsystem: crm\nrules:\n  - {}\n"
BEYOND_A_SCHEMA = {
    "a duplicate key",  # what YAML itself says no more
    "a duplicate key deep inside",
    "an anchor and its alias",
    "an unquoted date where text is meant",
    "a name that is blank",
    "a name of two lines",
    "an unknown system",
    "notifications are told of members and have no segments",
    "too many conditions",
    "only ignore_case",
    "first stands alone",
    "active stands alone",
    "active takes no range",
    "first and active",
    "ignore_case needs text",
    "look-around",
    "a back-reference",
    "a pattern that grows too large",
    "an open bracket",
    "a pattern of two lines",
    "lengths beyond the calendar",
    "days and times that do not exist",
    "an end that the calendar does not hold",
    "ends that cannot be read",
    "a date in another form",
    "from after to in days",
    "from after to in instants",
    "from after to whatever the zone (local is UTC+2)",
    "from after to, both so long ago",
    "months against days where no month is long enough",
    "months against years",
}
REMEDY = f"python -m headcount.definitions.schema > {SCHEMA_PATH}"


def plain(tree: Any) -> Any:
    """The tree as JSON readers have it: numbers are int or float."""
    match tree:
        case dict():
            return {key: plain(value) for key, value in tree.items()}
        case list():
            return list(map(plain, tree))
        case Decimal():
            return int(tree) if tree == int(tree) else float(tree)
        case _:
            return tree


@cache
def checker() -> Any:
    jsonschema = pytest.importorskip("jsonschema")
    return jsonschema.Draft202012Validator(definition_schema())


def is_valid(tree: Any) -> bool:
    return bool(checker().is_valid(plain(tree)))


def cases(*, sound: bool) -> list[Any]:
    return [
        pytest.param(case.get("file") or AROUND_A_RULE.format(case["rule"]), id=title)
        for name in ("keys", "conditions", "predicates", "time")
        for case in yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
        if (title := case["title"]) and (not case["faults"]) is sound
    ]


def properties_in(node: Any) -> set[str]:
    """Every key that some mapping of the schema may have, with what is said of it."""
    found: set[str] = set()
    if isinstance(node, dict):
        properties = node.get("properties")
        if isinstance(properties, dict):
            found |= {
                key for key, value in properties.items() if "description" in value
            }
        node = list(node.values())
    if isinstance(node, list):
        found |= set().union(*map(properties_in, node))
    return found


def test_the_shipped_schema_is_the_generated_one() -> None:
    assert SCHEMA_PATH.read_text(encoding="utf-8") == schema_text(), REMEDY


def test_every_key_is_explained() -> None:
    schema = definition_schema()
    text = json.dumps(schema)

    assert {"id", "event", "where", "is", "of", "from", "remote_id"} <= properties_in(
        schema
    )
    assert '"title"' in text
    assert "null" not in text


@pytest.mark.parametrize(
    "path",
    find_definition_files(folder("data") / "segments"),
    ids=lambda path: path.stem,
)
def test_samples_are_valid(path: Path) -> None:
    assert is_valid(read_yaml(path, file=path.name).tree)


@pytest.mark.parametrize("text", cases(sound=True))
def test_what_is_accepted_is_valid(text: str) -> None:
    assert is_valid(parse_yaml(text.encode(), file="a.yaml").tree)


@pytest.mark.parametrize("text", cases(sound=False))
def test_what_is_refused_is_invalid(text: str, request: pytest.FixtureRequest) -> None:
    document = parse_yaml(text.encode(), file="a.yaml")
    title = request.node.callspec.id
    seen = bool(document.faults) or not is_valid(document.tree)

    assert seen is (title not in BEYOND_A_SCHEMA)
