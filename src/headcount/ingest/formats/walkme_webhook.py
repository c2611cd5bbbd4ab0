"""WalkMe webhook bodies as NDJSON: one event a line, flat with dotted keys.

Source: interface.md §2; vendors.md §3.5, item 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from headcount.definitions.settings import Source
from headcount.ingest.batch import Batch
from headcount.ingest.formats.walkme import NESTED, flattened, to_record
from headcount.ingest.records import Record
from headcount.ingest.rows import Convert, read_json_batches

CREATED_AT = "created_at"


def read_batches(
    path: Path, name: str, source: Source, now: datetime
) -> Iterator[Batch]:
    """The file's events."""
    convert = converter(source)
    return read_json_batches(path, name, source, now=now, convert=convert)


def converter(source: Source) -> Convert:
    """Reads one body; fields that do not name the event stay as they are written."""

    def convert(row: dict[str, Any]) -> Record:
        return to_record(flattened(row, NESTED), source, timestamp=CREATED_AT)

    return convert
