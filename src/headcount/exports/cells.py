"""Attribute values as text, and how instants read where they are text.

An attribute value is canonical JSON: `"a"`, `1.5`, `true`, `{"b":1}`.
"""

from __future__ import annotations

import json

import polars as pl

INSTANT = "%Y-%m-%dT%H:%M:%S%.fZ"


def to_text(values: pl.Series) -> pl.Series:
    """Attribute values as text: `"a"` is a, 1 is 1, an object is its JSON."""
    # Only text begins with a quote, and has one inside only behind a backslash.
    texts = values.str.strip_chars('"')
    escaped = values.str.contains("\\", literal=True).fill_null(value=False)
    if not escaped.any():
        return texts
    decoded = [_decoded(value) for value in values.filter(escaped)]
    return texts.scatter(escaped.arg_true(), decoded)


def is_number(values: pl.Series) -> pl.Series:
    """Whether each attribute value is a number; text that looks like one is not."""
    return values.str.contains("^[-0-9]").fill_null(value=False)


def _decoded(value: str) -> str:
    return str(json.loads(value)) if value.startswith('"') else value
