"""Segment.com calls as NDJSON: track, identify, page and screen.

Source: https://segment.com/docs/connections/spec/ and interface.md §2. A page or screen
call is the event `page` or `screen` with its `name` and `category` as properties;
identify traits are attributes. `group` and `alias` speak of other things than one
user's events and are refused, without making the file look faulty.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from headcount.definitions.settings import Source
from headcount.ingest.batch import Batch
from headcount.ingest.records import (
    EVENT,
    PROPERTIES,
    Record,
    optional_id,
    promoted,
    require_id,
    require_object,
    require_text,
)
from headcount.ingest.rejects import RejectedRowError, UnsupportedCallError, shown
from headcount.ingest.rows import Convert, read_json_batches
from headcount.ingest.times import to_micros

TYPE = "type"
USER_ID = "userId"
ANONYMOUS_ID = "anonymousId"
MESSAGE_ID = "messageId"
TRAITS = "traits"
TIMESTAMPS = ("timestamp", "originalTimestamp")  # the second: bodies as libraries send
VIEWS = ("page", "screen")
VIEW_FIELDS = ("name", "category")


def read_batches(
    path: Path, name: str, source: Source, now: datetime
) -> Iterator[Batch]:
    """The file's calls; fields beside those above (context, …) are not kept."""
    convert = converter(source)
    return read_json_batches(path, name, source, now=now, convert=convert)


def converter(source: Source) -> Convert:
    """Reads one call by its `type`."""

    def convert(row: dict[str, Any]) -> Record:
        kind = row.get(TYPE)
        match kind:
            case "track":
                return _event(row, source, require_text(row.get(EVENT), EVENT))
            case "page" | "screen":
                return _event(row, source, kind)
            case "identify":
                return _record(row, source)
            case "group" | "alias":
                wanted = "track, identify, page or screen (nothing else tells of users)"
                raise UnsupportedCallError(TYPE, found=shown(kind), wanted=wanted)
            case _:
                wanted = "track, identify, page or screen"
                raise RejectedRowError(TYPE, found=shown(kind), wanted=wanted)

    return convert


def _event(row: dict[str, Any], source: Source, event: str) -> Record:
    properties = require_object(row.get(PROPERTIES), PROPERTIES)
    if event in VIEWS and row[TYPE] == event:
        named = {key: row[key] for key in VIEW_FIELDS if row.get(key) is not None}
        properties = {**named, **properties}
    return Record(
        user_id=_user_id(row, source),
        at_us=_at(row, source),
        event=event,
        event_id=optional_id(row.get(MESSAGE_ID), MESSAGE_ID),
        properties=properties,
        attributes=promoted(properties, source.attributes),
    )


def _record(row: dict[str, Any], source: Source) -> Record:
    return Record(
        user_id=_user_id(row, source),
        at_us=_at(row, source),
        event=None,
        event_id=None,
        properties={},
        attributes=require_object(row.get(TRAITS), TRAITS),
    )


def _user_id(row: dict[str, Any], source: Source) -> str:
    user_id = row.get(USER_ID)
    if user_id is None and source.anonymous == "keep":
        return require_id(row.get(ANONYMOUS_ID), ANONYMOUS_ID)
    return require_id(user_id, USER_ID)


def _at(row: dict[str, Any], source: Source) -> int:
    found = (row[name] for name in TIMESTAMPS if row.get(name) is not None)
    return to_micros(next(found, None), source.timezone)
