"""Instants as whole microseconds since the epoch, exactly: what frames hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def to_micros(instant: datetime) -> int:
    """The aware instant as microseconds since the epoch, UTC."""
    return (instant - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """The UTC instant so many microseconds after the epoch."""
    return EPOCH + timedelta(microseconds=micros)
