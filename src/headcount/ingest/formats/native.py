"""headcount's own NDJSON: events, and attribute records (interface.md §2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from headcount.definitions.settings import Source
from headcount.ingest.batch import Batch, latest_of
from headcount.ingest.plain import PlainReader
from headcount.ingest.records import (
    ENVIRONMENT,
    EVENT,
    EVENT_ID,
    PROPERTIES,
    TYPE,
    USER_ID,
    Record,
    optional_id,
    promoted,
    require_id,
    require_object,
    require_production,
    require_text,
)
from headcount.ingest.rejects import RejectedRowError, shown
from headcount.ingest.rows import Convert, Skim, read_json_batches, skim_nothing
from headcount.ingest.times import TIMESTAMP, to_micros

ATTRIBUTES = "attributes"
FIELDS = frozenset({EVENT_ID, USER_ID, EVENT, TIMESTAMP, PROPERTIES, ENVIRONMENT, TYPE})
RECORD_FIELDS = frozenset({USER_ID, TIMESTAMP, ATTRIBUTES, ENVIRONMENT, TYPE})


def read_batches(
    path: Path, name: str, source: Source, now: datetime
) -> Iterator[Batch]:
    """The file's rows; a field that the format does not have is ignored with a note."""
    ignored: Counter[str] = Counter()
    convert = _noting(converter(source), ignored)
    for batch in read_json_batches(
        path, name, source, now=now, convert=convert, skim=_skim(source, now)
    ):
        batch.notes.update(ignored)
        ignored.clear()
        yield batch


def _skim(source: Source, now: datetime) -> Skim:
    """How to read many events at once: not at all where some of them say attributes."""
    if source.attributes:
        return skim_nothing
    return PlainReader(source.id_namespace or "", latest_of(source, now)).skim


def converter(source: Source) -> Convert:
    """Reads one object: an event, or with `type: attributes` an attribute record."""

    def convert(row: dict[str, Any]) -> Record:
        require_production(row.get(ENVIRONMENT), ENVIRONMENT)
        kind = row.get(TYPE)
        if kind == ATTRIBUTES:
            return _record(row, source)
        if kind is not None and kind != EVENT:
            wanted = "'attributes', or no type for an event"
            raise RejectedRowError(TYPE, found=shown(kind), wanted=wanted)
        return _event(row, source)

    return convert


def _event(row: dict[str, Any], source: Source) -> Record:
    value = row.get  # a bound method: this runs once a row
    properties = require_object(value(PROPERTIES), PROPERTIES)
    return Record(
        require_id(value(USER_ID), USER_ID),
        to_micros(value(TIMESTAMP), source.timezone),
        require_text(value(EVENT), EVENT),
        optional_id(value(EVENT_ID), EVENT_ID),
        properties,
        promoted(properties, source.attributes) if source.attributes else {},
    )


def _record(row: dict[str, Any], source: Source) -> Record:
    return Record(
        user_id=require_id(row.get(USER_ID), USER_ID),
        at_us=to_micros(row.get(TIMESTAMP), source.timezone),
        event=None,
        event_id=None,
        properties={},
        attributes=require_object(row.get(ATTRIBUTES), ATTRIBUTES),
    )


def _noting(convert: Convert, ignored: Counter[str]) -> Convert:
    def noting(row: dict[str, Any]) -> Record:
        record = convert(row)
        known = FIELDS if record.event is not None else RECORD_FIELDS
        if not known.issuperset(row):
            ignored.update(row.keys() - known)
        return record

    return noting
