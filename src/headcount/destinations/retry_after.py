"""How long a reply asks us to wait (RFC 9110 §10.2.3, faults.md §3.2, §5 item 38)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_S = 900.0  # one tick: the next one tries again anyway
WHOLE_SECONDS = re.compile(r"-?[0-9]{1,18}")


def parse_retry_after(values: Iterable[str], *, date: str | None) -> float | None:
    """Seconds to wait, from 0 to `LONGEST_S`; None when nothing can be read.

    `values` are the Retry-After headers: whole seconds or an HTTP date, which is taken
    relative to the reply's own `date`, so that no two clocks are compared. Of several
    the longest is meant.
    """
    waits = [
        wait for value in values if (wait := _parse(value.strip(), date)) is not None
    ]
    return min(max(*waits, 0.0), LONGEST_S) if waits else None


def _parse(value: str, date: str | None) -> float | None:
    if WHOLE_SECONDS.fullmatch(value):
        return float(value)
    until, answered = _instant(value), _instant(date)
    if until is None or answered is None:
        return None
    return (until - answered).total_seconds()


def _instant(text: str | None) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
