from __future__ import annotations

import pytest

from headcount.destinations.retry_after import LONGEST_S, parse_retry_after

DATE = "Fri, 01 May 2026 09:15:00 GMT"


@pytest.mark.parametrize(
    ("value", "wait_s"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("-5", 0.0),
        ("999999999", LONGEST_S),
        ("Fri, 01 May 2026 09:15:30 GMT", 30.0),
        ("Fri, 01 May 2026 19:15:30 +1000", 30.0),
        ("Friday, 01-May-26 09:15:30 GMT", 30.0),
        ("Fri May  1 09:15:30 2026", 30.0),
        ("Fri, 01 May 2026 08:00:00 GMT", 0.0),
        ("Sat, 02 May 2026 09:15:00 GMT", LONGEST_S),
    ],
)
def test_wait_is_read_and_clamped(value: str, wait_s: float) -> None:
    assert parse_retry_after([value], date=DATE) == wait_s


@pytest.mark.parametrize(
    "value", ["", "abc", "7.5", "1e3", "٣", "Fri, 31 Feb 2026 09:15:00 GMT", "9" * 400]
)
def test_nonsense_is_no_wait(value: str) -> None:
    assert parse_retry_after([value], date=DATE) is None


def test_longest_of_several_is_meant() -> None:
    assert parse_retry_after(["1", "abc", "5"], date=DATE) == 5.0
    assert parse_retry_after([], date=DATE) is None


@pytest.mark.parametrize("date", [None, "", "yesterday"])
def test_date_without_the_servers_own_says_nothing(date: str | None) -> None:
    assert parse_retry_after([DATE], date=date) is None
    assert parse_retry_after(["7"], date=date) == 7.0
