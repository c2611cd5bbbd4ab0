"""WalkMe collector events as NDJSON: nested, what happened to what under `data`.

Source: interface.md §2; vendors.md §3.5, item 1. `data.oId` is the property `oId`;
what lies deeper (`pInit`) stays an object.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from headcount.definitions.settings import Source
from headcount.ingest.batch import Batch
from headcount.ingest.formats.walkme import NESTED, flattened, to_record
from headcount.ingest.records import Record, require_object
from headcount.ingest.rows import Convert, read_json_batches

TIME = "time"
DATA = "data"
KIND = "type"


def read_batches(
    path: Path, name: str, source: Source, now: datetime
) -> Iterator[Batch]:
    """The file's events."""
    convert = converter(source)
    return read_json_batches(path, name, source, now=now, convert=convert)


def converter(source: Source) -> Convert:
    """Reads one event; of equal names, the one under `data` is kept."""

    def convert(row: dict[str, Any]) -> Record:
        fields = dict(flattened(row, NESTED))
        data = require_object(fields.pop(DATA, None), DATA)
        fields |= {key: value for key, value in data.items() if key != KIND}
        if KIND in data:
            fields[f"{DATA}.{KIND}"] = data[KIND]
        return to_record(fields, source, timestamp=TIME)

    return convert
