"""What the two WalkMe shapes share: names, users, environment, user variables.

Source: interface.md §2; vendors.md §3.5. A key may be written flat (`wm.euId`) or
nested (`{"wm": {"euId": …}}`). Values may be text where WalkMe sends numbers.
"""

from __future__ import annotations

from typing import Any

from headcount.definitions.settings import Source
from headcount.ingest.records import (
    Record,
    promoted,
    require_id,
    require_text,
)
from headcount.ingest.rejects import RejectedRowError, SkippedRowError
from headcount.ingest.times import to_micros

USER = "wm.euId"
ENVIRONMENT = "wm.env"
VARIABLES = "wm.userVars."
TYPE = "type"
OBJECT_TYPES = ("data.type", "oType", "objectType")
PRODUCTION = ("0", "production")
NESTED = ("wm", "userVars", "wm.userVars")  # their keys are written flat elsewhere


def flattened(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The row with the objects of these names written as dotted keys, at any depth."""
    if not any(isinstance(row.get(name), dict) for name in names):
        return row
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if key in names and isinstance(value, dict):
            inner = flattened(value, names)
            flat.update({f"{key}.{below}": inner[below] for below in inner})
        else:
            flat[key] = value
    return flat


def to_record(fields: dict[str, Any], source: Source, *, timestamp: str) -> Record:
    """The event that these flat fields tell; `timestamp` is the key of its instant.

    `columns` of the source rename the keys of user, instant and object type, which a
    customer chooses when the webhook is set up.
    """
    columns = source.columns
    user = columns.user_id if columns else USER
    timestamp = columns.timestamp if columns else timestamp
    kinds = (columns.event,) if columns and columns.event else OBJECT_TYPES
    _require_production(fields.get(ENVIRONMENT))
    spent = {user, timestamp, TYPE, ENVIRONMENT, *kinds}
    properties = {
        key: value
        for key, value in fields.items()
        if key not in spent and not key.startswith(VARIABLES)
    }
    return Record(
        user_id=require_id(fields.get(user), user),
        at_us=to_micros(fields.get(timestamp), source.timezone),
        event=_event_name(fields, kinds),
        event_id=None,
        properties=properties,
        attributes=_variables(fields) | promoted(properties, source.attributes),
    )


def _event_name(fields: dict[str, Any], kinds: tuple[str, ...]) -> str:
    found = (fields[key] for key in kinds if fields.get(key) is not None)
    kind = next(found, None)
    if kind is None:
        wanted = (
            f"the object type ({', '.join(kinds)}; `columns: {{event: …}}` names it)"
        )
        raise RejectedRowError(kinds[0], found="nothing", wanted=wanted)
    action = require_text(fields.get(TYPE), TYPE)
    return f"{require_text(kind, kinds[0])}.{action}"


def _variables(fields: dict[str, Any]) -> dict[str, Any]:
    """User variables as attributes; null unsets nothing, empty text is a value."""
    return {
        key.removeprefix(VARIABLES): value
        for key, value in fields.items()
        if key.startswith(VARIABLES) and value is not None
    }


def _require_production(value: Any) -> None:
    if value is not None and str(value).lower() not in PRODUCTION:
        raise SkippedRowError(ENVIRONMENT, value)
