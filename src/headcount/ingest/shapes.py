"""The shape of a native event as a pattern: which fields it has, in which order.

A line that matches says literally what the strict reader (`ingest.parse`) would find in
it: each key stands there once, no text has an escape or a control character, no number
an exponent. So its values can be cut out, of many lines at a time, instead of read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

import polars as pl

from headcount.ingest.parse import parse_exactly
from headcount.ingest.records import (
    ENVIRONMENT,
    EVENT,
    EVENT_ID,
    PRODUCTION,
    PROPERTIES,
    TYPE,
    USER_ID,
)
from headcount.ingest.rejects import RowError
from headcount.ingest.times import TIMESTAMP

# Beyond some 1,200 states the matcher of patterns is a hundred times slower. A value
# takes 20, a key one a character, so this much canonical text stays well below.
MOST_CHARACTERS = 800

# Each pattern says at each character what may come next: only then is it fast to match.
CHARACTER = r'[^"\\\x00-\x1f\x7f-\x9f]'
TEXT = f'"{CHARACTER}*"'
TEXTS = rf"\[(?:{TEXT}(?:,{TEXT})*)?\]"
NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
SCALAR = f"{TEXT}|{NUMBER}|true|false|null"
DATE = "[12][0-9]{3}-[0-9]{2}-[0-9]{2}"
CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"
COLON, COMMA, LINE_END = ": ?", ", ?", r"[ \t\r\n]*"
REQUIRED = {
    USER_ID: f'"(?P<{USER_ID}>{CHARACTER}+)"',
    EVENT: f'"(?P<{EVENT}>{CHARACTER}+)"',
    TIMESTAMP: rf'"(?P<{TIMESTAMP}>{DATE}T{CLOCK})(?:Z|\+00:00)"',
}
OPTIONAL = {
    EVENT_ID: f'"(?P<{EVENT_ID}>{CHARACTER}+)"',
    TYPE: f'"{EVENT}"',
    ENVIRONMENT: f'(?i-u:"{PRODUCTION}")',
}
GAP = "\x1f"  # on both sides of a value's name; no JSON text has it


@dataclass(frozen=True, slots=True)
class Shape:
    """What lines of one shape have in common.

    `pattern` captures the fields of an event under their names, the timestamp without
    its zone, which is UTC, and of the properties the `values`, as JSON. `properties`
    puts these together, in canonical order.
    """

    pattern: str
    has_id: bool
    values: tuple[str, ...]
    properties: pl.Expr


class Part(NamedTuple):
    """A JSON value: its pattern, and its canonical text with gaps for the captured."""

    pattern: str
    canonical: str


def shape_of(line: str) -> Shape | None:
    """The shape of the line; None when it is no event, or a long one.

    What stands at a place decides nothing, but whether it is an object or an array.
    """
    row = _object_of(line)
    properties = row.get(PROPERTIES, {})
    if not isinstance(properties, dict):
        return None
    part = _part(properties, map("value_{}".format, count()))
    fields = {**REQUIRED, **OPTIONAL, PROPERTIES: part.pattern}
    is_event = REQUIRED.keys() <= row.keys() <= fields.keys()
    if not is_event or len(part.canonical) > MOST_CHARACTERS:
        return None
    pattern = _members({name: fields[name] for name in row})
    pieces = part.canonical.split(GAP)
    values = tuple(pieces[1::2])
    texts = [pl.col(text) if n % 2 else pl.lit(text) for n, text in enumerate(pieces)]
    whole = f"^{pattern}{LINE_END}$"
    return Shape(whole, EVENT_ID in row, values, pl.concat_str(texts))


def _object_of(line: str) -> dict[str, Any]:
    """The object that the line says, without any field when it does not say one."""
    if "\\" in line:
        return {}
    try:
        row = parse_exactly(line)
    except RowError:
        return {}
    return row if isinstance(row, dict) else {}


def _part(value: Any, names: Iterator[str]) -> Part:
    """The value's pattern, capturing what is in it, or itself, under the next names."""
    if not isinstance(value, dict):
        name = next(names)
        pattern = TEXTS if isinstance(value, list) else SCALAR
        return Part(f"(?P<{name}>{pattern})", f"{GAP}{name}{GAP}")
    parts = {key: _part(inner, names) for key, inner in value.items()}
    pattern = _members({key: part.pattern for key, part in parts.items()})
    canonical = (f'"{key}":{parts[key].canonical}' for key in sorted(parts))
    return Part(pattern, f"{{{','.join(canonical)}}}")


def _members(patterns: Mapping[str, str]) -> str:
    """The pattern of an object with these members, in this order."""
    members = (
        f'"{pl.escape_regex(key)}"{COLON}{pattern}' for key, pattern in patterns.items()
    )
    return rf"\{{{COMMA.join(members)}\}}"
