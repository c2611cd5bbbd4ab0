"""The JSON Schema of a definition file: what an author may write, for editors.

Generated from the model and shipped beside it; `python -m headcount.definitions.schema`
prints it, and a test fails when the file is not what is printed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from headcount.definitions.model import Definition

SCHEMA_PATH = Path(__file__).with_name("segment.schema.json")

HELP = {
    "id": "Unique in the project, never used again; default: the file's name",
    "name": "Unique in its system, whatever the case",
    "description": "What the segment is for",
    "system": "A system of headcount.yaml",
    "created_by": "Who to ask about it",
    "date_range": "Which events are looked at; on a condition instead of the segment's",
    "evaluation_end": "Kept as it is from then on; a date means the end of that day",
    "match": "Whether all rules must hold, or any",
    "rules": "What a user must have done, or be",
    "destinations": "Where the membership is pushed to",
    "classic": "A migrated segment: imported, never evaluated, rules optional",
    "event": 'A name, or several counted together; "wt.*" begins so, "*" is any',
    "where": "Only events whose properties satisfy all of these are looked at",
    "count": "How many such events; none is the number 0",
    "days": "On how many local calendar days",
    "sum": "The sum of a property's numbers",
    "avg": "The mean of a property's numbers",
    "min": "The least of a property's numbers",
    "max": "The greatest of a property's numbers",
    "distinct": "How many different values of a property",
    "of": "The property, or how many periods",
    "first": "The first such event ever lies in the range and satisfies where",
    "active": "In how many of the last periods it happened often enough",
    "periods": "In how many of the periods",
    "every": "How long a period is",
    "sequence": "Events in this order, the first inside the range",
    "within": "From the first event to the last at most",
    "same": "A property whose value all the events share",
    "attribute": "The name of the attribute; its latest value counts",
    "segment": "The id of another segment of the same system",
    "everyone": "Every known user of the system",
    "all": "Every one of the rules holds",
    "any": "At least one of the rules holds",
    "not": "The rule does not hold",
    "is": "Equal to it; what is missing is not",
    "is_not": "Not equal to it, or missing",
    "in": "Equal to one of them",
    "not_in": "Equal to none of them, or missing",
    "contains": "Has this text in it",
    "not_contains": "Does not have this text in it, or missing",
    "starts_with": "Begins with this text",
    "ends_with": "Ends with this text",
    "matches": "A regular expression (Rust's) finds something in it",
    "gt": "Greater than this number",
    "gte": "This number or greater",
    "lt": "Less than this number",
    "lte": "This number or less",
    "eq": "Equal to this number",
    "ne": "Not this number",
    "between": "From the first number to the second, both included",
    "set": "Whether there is a value at all",
    "before": "An instant before this one; a date means the midnight that begins it",
    "after": "An instant after this one; a date means the midnight that begins it",
    "within_last": "An instant in this time before the evaluation",
    "ignore_case": "Compare text in lower case",
    "from": "Where the range begins; a date means that whole day",
    "to": "Where the range ends; a date means that whole day",
    "remote_id": "A segment that already exists there",
}
"""What an editor shows beside a key; a key means the same wherever it stands."""


def schema_text() -> str:
    """The schema as the shipped file holds it."""
    return json.dumps(definition_schema(), indent=2, ensure_ascii=False) + "\n"


def definition_schema() -> dict[str, Any]:
    """The schema of one definition: `id` may be left out, `rules` in a classic."""
    schema: dict[str, Any] = _tidied(Definition.model_json_schema())
    schema["required"].remove("id")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A headcount segment",
        **schema,
        "if": {"properties": {"classic": {"const": True}}, "required": ["classic"]},
        "else": {"required": ["rules"]},
    }


def _tidied(node: Any) -> Any:
    """The node without pydantic's titles and nulls, its keys explained."""
    match node:
        case {"anyOf": [*choices, {"type": "null"}], **rest}:
            alone = choices[0] if len(choices) == 1 else {"anyOf": choices}
            return _tidied({**rest, **alone})
        case dict():
            return {
                key: _explained(value) if key == "properties" else _tidied(value)
                for key, value in node.items()
                if key not in {"title", "default"}
            }
        case list():
            return [_tidied(item) for item in node]
        case _:
            return node


def _explained(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        key: {**_tidied(schema), **({"description": HELP[key]} if key in HELP else {})}
        for key, schema in properties.items()
    }


if __name__ == "__main__":
    sys.stdout.write(schema_text())
