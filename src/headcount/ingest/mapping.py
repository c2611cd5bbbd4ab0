"""Rows whose fields a source maps by name: CSV, Parquet and other people's NDJSON.

Source: interface.md §2. A name is a column, or a JSON path: `user.id`, `$.user.id`,
`$.items[0].id`; a literal key with dots wins. The name as written, without `$.`, is the
name of the property or attribute.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from headcount.definitions.settings import Columns, Source
from headcount.errors import DataError
from headcount.ingest.records import (
    EVENT,
    EVENT_ID,
    Record,
    optional_id,
    promoted,
    require_id,
    require_production,
    require_text,
)
from headcount.ingest.rows import Convert
from headcount.ingest.times import to_micros
from headcount.rules.paths import ABSENT, find

Look = Callable[[dict[str, Any]], Any]

_STEP = re.compile(r"\[(?P<index>\d+)\]|\['(?P<quoted>[^']*)'\]|\.?(?P<key>[^.\[\]]+)")


def require_map(source: Source, name: str) -> Columns:
    """The source's column map; without one nothing can be read."""
    if source.columns is None:
        raise DataError(name, f"source {source.name!r} has no `columns`; add the map")
    return source.columns


def map_converter(source: Source) -> Convert:
    """Reads one row by the map: an event, or with `records: attributes` a record."""
    columns = require_map(source, source.path)
    return (
        _record_reader(source, columns)
        if is_record_source(source)
        else (_event_reader(source, columns))
    )


def is_record_source(source: Source) -> bool:
    """Whether each row of the source is an attribute record."""
    return source.records == "attributes"


def used_names(source: Source, columns: Columns) -> tuple[str, ...]:
    """The columns that every file must have: each role, and the chosen values."""
    roles = [columns.user_id, columns.timestamp, columns.environment]
    if is_record_source(source):
        chosen = columns.attributes
    else:
        roles += [columns.event, columns.event_id]
        chosen = columns.properties
    return tuple(dict.fromkeys([*filter(None, roles), *(chosen or ())]))


def _event_reader(source: Source, columns: Columns) -> Convert:
    user_id, timestamp = _value(columns.user_id), _value(columns.timestamp)
    event, event_id = _value(columns.event), _value(columns.event_id)
    environment = _value(columns.environment)
    properties = _chosen(columns.properties, columns)

    def convert(row: dict[str, Any]) -> Record:
        require_production(environment(row), columns.environment or "")
        found = properties(row)
        return Record(
            user_id=require_id(user_id(row), columns.user_id),
            at_us=to_micros(timestamp(row), source.timezone),
            event=require_text(event(row), columns.event or EVENT),
            event_id=optional_id(event_id(row), columns.event_id or EVENT_ID),
            properties=found,
            attributes=promoted(found, source.attributes),
        )

    return convert


def _record_reader(source: Source, columns: Columns) -> Convert:
    user_id, timestamp = _value(columns.user_id), _value(columns.timestamp)
    environment = _value(columns.environment)
    attributes = _chosen(columns.attributes, columns)

    def convert(row: dict[str, Any]) -> Record:
        require_production(environment(row), columns.environment or "")
        return Record(
            user_id=require_id(user_id(row), columns.user_id),
            at_us=to_micros(timestamp(row), source.timezone),
            event=None,
            event_id=None,
            properties={},
            attributes=attributes(row),
        )

    return convert


def _chosen(names: tuple[str, ...] | None, columns: Columns) -> Look:
    """The named values that a row has; without names, all that have no role."""
    if names is None:
        spent = _spent(columns)
        return lambda row: {key: row[key] for key in row if key not in spent}
    looks = [(name.removeprefix("$."), _look(name)) for name in names]

    def look(row: dict[str, Any]) -> dict[str, Any]:
        found = ((name, look(row)) for name, look in looks)
        return {name: value for name, value in found if value is not ABSENT}

    return look


def _spent(columns: Columns) -> frozenset[str]:
    roles = (
        columns.user_id,
        columns.timestamp,
        columns.event,
        columns.event_id,
        columns.environment,
    )
    return frozenset(role.removeprefix("$.") for role in roles if role)


def _value(path: str | None) -> Look:
    """Looks up a role: None when the row has no value for it, or the map no name."""
    if path is None:
        return lambda row: None
    look = _look(path)

    def value(row: dict[str, Any]) -> Any:
        found = look(row)
        return None if found is ABSENT else found

    return value


def _look(path: str) -> Look:
    """Looks up a column or JSON path; ABSENT when the row has nothing there."""
    name = path.removeprefix("$.")
    if "[" in name:
        steps = [_step(match) for match in _STEP.finditer(name)]
        return lambda row: _descended(row, steps)
    if "." in name:
        return lambda row: find(row, name)
    return lambda row: row.get(name, ABSENT)


def _step(match: re.Match[str]) -> str | int:
    if match["index"] is not None:
        return int(match["index"])
    return match["key"] if match["quoted"] is None else match["quoted"]


def _descended(value: Any, steps: list[str | int]) -> Any:
    for step in steps:
        match value, step:
            case dict(), str() if step in value:
                value = value[step]
            case list(), int() if step < len(value):
                value = value[step]
            case _:
                return ABSENT
    return value
