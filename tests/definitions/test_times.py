from __future__ import annotations

import pytest

from headcount.definitions.mistakes import MistakeError
from headcount.definitions.times import (
    NAMED_RANGES,
    UNITS,
    Calendar,
    Duration,
    Last,
    duration_text,
    parse_duration,
    parse_moment,
    parse_range,
    range_text,
)


@pytest.mark.parametrize("unit", UNITS)
def test_units_are_singular_or_plural(unit: str) -> None:
    assert parse_duration(f"1 {unit}") == parse_duration(f"1 {unit}s")
    assert parse_duration(f"45 {unit}") == Duration(45, unit)  # type: ignore[arg-type]


@pytest.mark.parametrize("words", NAMED_RANGES)
def test_named_ranges_read_back(words: str) -> None:
    assert range_text(parse_range(words)) == words


def test_last_week_is_not_last_1_week() -> None:
    assert parse_range("last week") == Calendar("week", previous=True)
    assert parse_range("last 1 week") == Last(Duration(1, "week"))


@pytest.mark.parametrize("text", ["1 day", "30 days", "500 years", "6000 months"])
def test_durations_read_back(text: str) -> None:
    assert duration_text(parse_duration(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "days",
        "3",
        "3  days",
        "3 days ",
        " 3 days",
        "٣ days",
        "3 fortnights",
        "03 days",
    ],
)
def test_durations_in_other_words_are_refused(text: str) -> None:
    with pytest.raises(MistakeError):
        parse_duration(text)


@pytest.mark.parametrize("amount", ["501", "9" * 30, "9" * 5_000])
def test_durations_beyond_the_calendar_are_refused(amount: str) -> None:
    with pytest.raises(MistakeError, match="at most 500 years"):
        parse_duration(f"{amount} years")


@pytest.mark.parametrize(
    "text",
    [
        "20260501",
        "2026-W18-1",
        "2026-05-01T09",
        "2026-05-01T24:00",
        "2026-05-01T09:00:60Z",
        "2026-05-01T09:00+2",
        "0001-01-01T00:00:00+14:00",
        "0000-01-01",
    ],
)
def test_moments_in_other_forms_are_refused(text: str) -> None:
    with pytest.raises(MistakeError):
        parse_moment(text)
