"""One row of a file, in the words of the store: what every format is read into.

Source: segments.md §4. The checks that all formats share are here: ids are exact text,
event names are text, only Production counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple, NoReturn

from headcount.ingest.parse import NotShortError, WrittenNumber
from headcount.ingest.rejects import RejectedRowError, SkippedRowError, shown
from headcount.rules.paths import ABSENT, find

USER_ID = "user_id"
EVENT = "event"
EVENT_ID = "event_id"
PROPERTIES = "properties"
ENVIRONMENT = "environment"
TYPE = "type"
PRODUCTION = "production"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NO_ATTRIBUTES: dict[str, Any] = {}


class Record(NamedTuple):
    """What a row says of one user at one instant.

    `event` None is an attribute record. `event_id` None is derived from the content.
    Attribute values are JSON values; None unsets.
    """

    user_id: str
    at_us: int
    event: str | None
    event_id: str | None
    properties: dict[str, Any]
    attributes: dict[str, Any]


def require_id(value: Any, field: str) -> str:
    """The id as exact text: a JSON number as it was written, leading zeros kept."""
    if type(value) is str:  # nearly all are
        return require_text(value, field)
    match value:
        case bool():
            pass
        case WrittenNumber():
            return value.text
        case Decimal():
            return str(value)
        case 0 | float():
            # `-0` and `1.50` have lost how they were written: read the row again.
            raise NotShortError
        case int():
            return str(value)
    return _reject(field, value, "text or a number")


def optional_id(value: Any, field: str) -> str | None:
    """As `require_id`; None stays None."""
    return None if value is None else require_id(value, field)


def require_text(value: Any, field: str) -> str:
    """The value when it is text that can name something: not empty, no controls."""
    if not isinstance(value, str) or not value:
        return _reject(field, value, "text")
    if value.isprintable() or not _CONTROL.search(value):
        return value
    return _reject(field, value, "text without control characters")


def require_object(value: Any, field: str) -> dict[str, Any]:
    """The value when it is a JSON object; None is an empty one."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        return _reject(field, value, "an object")
    return value


def require_production(value: Any, field: str) -> None:
    """Return when the row counts: it is of Production, in any case, or of nothing."""
    if value is None:
        return
    if not isinstance(value, str) or value.lower() != PRODUCTION:
        raise SkippedRowError(field, value)


def promoted(properties: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The named properties as attributes; a missing or null one unsets nothing."""
    if not names:
        return _NO_ATTRIBUTES
    found = {name: find(properties, name) for name in names}
    return {k: v for k, v in found.items() if v is not ABSENT and v is not None}


def _reject(field: str, value: Any, wanted: str) -> NoReturn:
    found = "nothing" if value is None else shown(value)
    raise RejectedRowError(field, found=found, wanted=wanted)
