"""Other people's NDJSON, read by the source's map of JSON paths (interface.md §2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from headcount.definitions.settings import Source
from headcount.ingest.batch import Batch
from headcount.ingest.mapping import map_converter
from headcount.ingest.rows import Convert, read_json_batches


def read_batches(
    path: Path, name: str, source: Source, now: datetime
) -> Iterator[Batch]:
    """The file's rows; fields that the map does not name are left out."""
    convert = converter(source)
    return read_json_batches(path, name, source, now=now, convert=convert)


def converter(source: Source) -> Convert:
    """Reads one object by the map; an explicit null in a record unsets."""
    return map_converter(source)
