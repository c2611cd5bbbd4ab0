"""A definition back in the words of its author, and as the JSON that the store keeps.

What is written here reads back as an equal definition, by the same model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from headcount.canonical import canonical_json
from headcount.definitions.frozen import Frozen
from headcount.definitions.model import Definition, Target
from headcount.definitions.times import (
    AllTime,
    Between,
    Calendar,
    Duration,
    Last,
    duration_text,
    moment_text,
    range_text,
)


def definition_to_json(definition: Definition) -> str:
    """The definition as canonical JSON: equal definitions are the same text."""
    return canonical_json(as_written(definition))


def definition_from_json(text: str) -> Definition:
    """The definition that `definition_to_json` wrote."""
    tree = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    return Definition.model_validate(tree)


def as_written(value: Any) -> Any:
    """The plain tree an author could have written, without what is left to default."""
    match value:
        case Target(name=name, remote_id=None):
            return name
        case Target(name=name, remote_id=remote_id):
            return {name: {"remote_id": remote_id}}
        case Frozen():
            return _mapping(value)
        case Duration():
            return duration_text(value)
        case Last() | Calendar() | Between() | AllTime():
            return range_text(value)
        case date():
            return moment_text(value)
        case tuple():
            return [as_written(item) for item in value]
        case Mapping():
            return {key: as_written(item) for key, item in value.items()}
        case _:
            return value


def _mapping(model: Frozen) -> dict[str, Any]:
    fields = type(model).model_fields
    return {
        field.alias or name: as_written(getattr(model, name))
        for name, field in fields.items()
        if getattr(model, name) != field.get_default(call_default_factory=True)
    }
