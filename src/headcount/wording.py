"""How counts, instants and foreign text read in a sentence, on any screen."""

from __future__ import annotations

from datetime import UTC, datetime


def to_words(instant: datetime | None) -> str:
    """The instant in UTC for a person: seconds only when it has some."""
    if instant is None:
        return "never"
    at = instant.astimezone(UTC)
    if at.microsecond:
        return at.strftime("%Y-%m-%d %H:%M:%S.%fZ")
    return at.strftime("%Y-%m-%d %H:%M:%SZ" if at.second else "%Y-%m-%d %H:%MZ")


def printable(text: str) -> str:
    """The text with control characters spelled out, so that none reaches a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def plural(count: int, noun: str) -> str:
    """`1 segment`, `2 segments`, `1,000 segments`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
