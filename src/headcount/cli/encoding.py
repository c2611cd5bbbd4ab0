"""Values as JSON text, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from headcount import clock


def to_json(document: Any) -> str:
    """One line of JSON: instants in UTC with a Z, exact numbers and paths as text."""
    return json.dumps(document, ensure_ascii=False, default=to_plain)


def to_plain(value: Any) -> Any:
    """What stands in JSON for a value that JSON has no word for."""
    match value:
        case datetime():
            return clock.to_text(value)
        case date() | time():
            return value.isoformat()
        case Decimal() | Path() | timedelta() | UUID():
            return str(value)
        case bytes():
            return value.hex()
        case set() | frozenset():
            return sorted(value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return asdict(value)
        case _:
            return repr(value)
