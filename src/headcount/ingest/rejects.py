"""Rows that are not loaded, and why: the reason is kept beside the raw text.

Source: segments.md §4, faults.md §5. A rejected row is bad; a skipped one is good but
not for us (another environment). Too many bad rows mean that the file's shape changed.
"""

from __future__ import annotations

from headcount.errors import DataError, HeadcountError

MAX_RAW = 4096  # characters of a bad row that are kept
MIN_BAD_ROWS = 100  # fewer bad rows than this never refuse a file
MAX_SHOWN = 200  # characters of a bad value inside a reason


class RowError(HeadcountError):
    """One row is not loaded; the others of its file are."""


class RejectedRowError(RowError):
    """A row is bad: found something that cannot be an event or a record."""

    kind = "rejected_row"
    is_drift = True  # counts towards the threshold that refuses the whole file

    def __init__(self, field: str, *, found: str, wanted: str) -> None:
        self.field = field
        self.found = found
        self.wanted = wanted
        super().__init__(f"{field}: found {found}; wanted {wanted}")


class UnsupportedCallError(RejectedRowError):
    """A Segment call that says nothing about one user's events: refused, not bad."""

    kind = "unsupported_call"
    is_drift = False


class SkippedRowError(RowError):
    """A good row that is not Production (segments.md §4)."""

    kind = "skipped_row"

    def __init__(self, field: str, value: object) -> None:
        self.field = field
        super().__init__(f"{field} {shown(value)} is not Production")


def shown(value: object) -> str:
    """The value as a reason names it, bounded."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def bounded(raw: str | bytes) -> str:
    """The raw text as it is kept: at most MAX_RAW characters, valid Unicode."""
    if isinstance(raw, bytes):
        raw = raw[: 4 * MAX_RAW].decode("utf-8", "backslashreplace")
    return raw if len(raw) <= MAX_RAW else f"{raw[:MAX_RAW]}…"


def require_few_bad_rows(
    path: str, *, rows: int, bad: int, max_share: float, first: str
) -> None:
    """Return when the bad rows are few, else refuse the file: its shape has changed."""
    if bad < MIN_BAD_ROWS or bad <= max_share * rows:
        return
    reason = (
        f"{bad} of {rows} rows are bad, more than the {max_share:.0%} allowed "
        f"(`max_bad_share` of the source); nothing was loaded. The first: {first}"
    )
    raise DataError(path, reason)
