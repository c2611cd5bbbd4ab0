"""The only reader of the clock. Everything below takes instants as arguments."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from headcount.errors import UsageError

TICK = timedelta(minutes=15)


def now() -> datetime:
    """The present instant in UTC, or what HEADCOUNT_NOW says (tests, rehearsals)."""
    rehearsed = os.environ.get("HEADCOUNT_NOW")
    return parse_instant(rehearsed) if rehearsed else datetime.now(UTC)


def elapsed_s() -> float:
    """Seconds since some moment: they only grow, whatever is done to the clock."""
    return time.monotonic()


def unix_s() -> int:
    """Whole seconds since 1970 by the machine's clock, whatever HEADCOUNT_NOW says.

    Only for signatures, which others check by clocks of their own.
    """
    return int(time.time())


def parse_instant(text: str) -> datetime:
    """The UTC instant that ISO 8601 `text` names; without an offset it is UTC."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        msg = f"{text!r} is not an ISO 8601 instant, like 2026-05-01T09:15:00Z"
        raise UsageError(msg) from None
    if instant.tzinfo is None:
        return instant.replace(tzinfo=UTC)
    return instant.astimezone(UTC)


def to_text(instant: datetime) -> str:
    """The instant in ISO 8601, in UTC with a Z: as all JSON of this package says it."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def last_tick(instant: datetime) -> datetime:
    """The newest whole quarter hour that is not after `instant`."""
    since_midnight = instant - instant.replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    return instant - since_midnight % TICK


def ticks_between(first: datetime, last: datetime) -> Iterator[datetime]:
    """The quarter hours from one to another, both included."""
    at = first
    while at <= last:
        yield at
        at += TICK


def is_tick(instant: datetime) -> bool:
    """Whether `instant` is a whole quarter hour."""
    return last_tick(instant) == instant
