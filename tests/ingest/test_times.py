from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcount.ingest.rejects import RejectedRowError
from headcount.ingest.times import to_micros
from headcount.rules import micros

NEW_YORK = ZoneInfo("America/New_York")
NINE = datetime(2026, 5, 1, 9, tzinfo=UTC)

READ: list[tuple[Any, ZoneInfo | None, datetime]] = [
    ("2026-05-01T09:00:00Z", None, NINE),
    ("2026-05-01 09:00", None, NINE),
    ("2026-05-01T09:00:00", None, NINE),
    ("2026-05-01T05:00:00", NEW_YORK, NINE),
    ("2026-05-01T09:00:00Z", NEW_YORK, NINE),
    ("2026-05-01T14:30:00+05:30", None, NINE),
    ("2026-05-01T14:30:00+0530", None, NINE),
    ("2026-05-01T11:00:00+02", None, NINE),
    ("2026-05-01T09:00:00.000001Z", None, NINE + timedelta(microseconds=1)),
    ("2026-05-01T09:00:00.0000019Z", None, NINE + timedelta(microseconds=1)),
    ("2026-05-01T09:00:00,5Z", None, NINE + timedelta(milliseconds=500)),
    ("2026-05-01", None, datetime(2026, 5, 1, tzinfo=UTC)),
    ("2026-05-01", NEW_YORK, datetime(2026, 5, 1, 4, tzinfo=UTC)),
    # A local time that the clocks leave out, and one that they show twice.
    ("2026-03-08T02:30:00", NEW_YORK, datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ("2026-11-01T01:30:00", NEW_YORK, datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
    ("2024-02-29", None, datetime(2024, 2, 29, tzinfo=UTC)),
    ("9999-12-31T23:59:59.999999Z", None, datetime.max.replace(tzinfo=UTC)),
    ("0001-01-01", None, datetime.min.replace(tzinfo=UTC)),
    (1777626000, None, NINE),
    (1777626000000, None, NINE),
    ("1777626000", NEW_YORK, NINE),
    ("1777626000000", None, NINE),
    ("1.777626e9", None, NINE),
    (1777626000.5, None, NINE + timedelta(milliseconds=500)),
    (Decimal("1777626000.0000019"), None, NINE + timedelta(microseconds=1)),
    (Decimal("1777626000000.0009"), None, NINE),
    (0, None, micros.EPOCH),
    (-1, None, micros.EPOCH - timedelta(seconds=1)),
    (Decimal("-0.0000001"), None, micros.EPOCH - timedelta(microseconds=1)),
    (99_999_999_999, None, datetime(5138, 11, 16, 9, 46, 39, tzinfo=UTC)),
    (100_000_000_000, None, datetime(1973, 3, 3, 9, 46, 40, tzinfo=UTC)),
]


@pytest.mark.parametrize(("value", "tz", "instant"), READ)
def test_timestamp_is_read(value: Any, tz: ZoneInfo | None, instant: datetime) -> None:
    assert micros.from_micros(to_micros(value, tz)) == instant


REFUSED: list[Any] = [
    "2024-02-30",
    "2025-02-29",
    "2026-05-01T09:00:60Z",
    "2026-05-01T24:00:00Z",
    "2026-05-01T09:60:00Z",
    "2026-13-01",
    "10000-01-01",
    "0000-01-01",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    "2026-05-01T09:00:00+24:00",
    "2026-05-01T09:00:00 UTC",
    "2026-W18-5",
    "20260501T090000Z",
    "2026-05-01x09:00:00",
    "01/05/2026",
    "\u0662\u0660\u0662\u0666-05-01",
    " 1777626000",
    "0x10",
    "1e999",
    "NaN",
    "",
    1777626000000000,
    10**30,
    True,
    [],
    {},
]


@pytest.mark.parametrize("value", REFUSED)
def test_timestamp_is_refused(value: Any) -> None:
    with pytest.raises(RejectedRowError) as refused:
        to_micros(value, None)

    assert refused.value.wanted == (
        "ISO 8601 or epoch seconds / milliseconds, between the years 1 and 9999"
    )


def test_missing_timestamp_is_named_so() -> None:
    with pytest.raises(RejectedRowError, match="timestamp: found nothing"):
        to_micros(None, None)


def test_eight_digits_are_refused_when_they_could_be_a_date() -> None:
    with pytest.raises(RejectedRowError, match="a date as 2026-05-01"):
        to_micros("20260501", None)

    assert to_micros("99999999", None) == to_micros(99999999, None)


@given(st.datetimes(timezones=st.timezones()))
def test_instant_survives_being_written(instant: datetime) -> None:
    try:
        expected = micros.to_micros(instant.astimezone(UTC))
    except OverflowError:
        return

    if instant.utcoffset() == timedelta(minutes=round_minutes(instant)):
        assert to_micros(instant.isoformat(), None) == expected


def round_minutes(instant: datetime) -> int:
    """Old local mean times have offsets with seconds, which the pattern leaves out."""
    offset = instant.utcoffset()
    assert offset is not None
    return offset // timedelta(minutes=1)
