"""Instants inside property values, and instants as whole microseconds.

Source: segments.md §2: `before`, `after`, `within_last` read ISO 8601 text or epoch
seconds / milliseconds; what cannot be read is treated as missing.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl

from headcount.rules import ranges
from headcount.rules.micros import to_micros
from headcount.rules.values import Values, exact_number

MILLISECONDS_FROM = Decimal(10) ** 11
"""From here on an epoch number is in milliseconds: as seconds it is the year 5138."""

EARLIEST_US = to_micros(ranges.BEGINNING)
LATEST_US = to_micros(ranges.FOREVER)

_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?",
)
_DATE_LENGTH = len("2026-05-01")


def read_instants(values: Values, tz: ZoneInfo) -> pl.Series:
    """Row by row, microseconds since the epoch; null where no instant can be read."""
    readable = pl.DataFrame({"text": values.text, "is_boolean": values.is_boolean})
    texts = readable.select(pl.when(~pl.col("is_boolean")).then(pl.col("text")))
    distinct = texts.to_series().unique().drop_nulls()
    read = {text: parse_instant(text, tz) for text in distinct}
    return (
        texts.to_series().replace_strict(
            list(read), pl.Series(list(read.values()), dtype=pl.Int64), default=None
        )
        if read
        else pl.repeat(None, len(values), dtype=pl.Int64, eager=True)
    )


def parse_instant(text: str, tz: ZoneInfo) -> int | None:
    """Microseconds since the epoch of ISO 8601 text or an epoch number, else None."""
    if _ISO.fullmatch(text):
        return _parse_iso(text, tz)
    if re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,6})?", text):
        return _parse_epoch(exact_number(text))
    return None


def _parse_iso(text: str, tz: ZoneInfo) -> int | None:
    try:
        if len(text) == _DATE_LENGTH:
            return to_micros(ranges.local_midnight(date.fromisoformat(text), tz))
        return to_micros(ranges.instant_of(datetime.fromisoformat(text), tz))
    except (ValueError, OverflowError):
        return None


def _parse_epoch(number: Decimal) -> int | None:
    scale = 1_000 if abs(number) >= MILLISECONDS_FROM else 1_000_000
    if abs(number) > Decimal(10) ** 18:
        return None
    micros = int((number * scale).to_integral_value(rounding="ROUND_FLOOR"))
    return micros if EARLIEST_US <= micros <= LATEST_US else None
