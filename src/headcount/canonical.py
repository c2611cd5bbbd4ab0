"""Values in the one form that equality, identity and storage agree on.

Source: segments.md §2 (a number's shortest decimal form) and §4 (canonical content).
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


def shortest_decimal(number: Decimal | int) -> str:
    """The number in plain decimal digits: no exponent, no trailing zeros, no `-0`."""
    if isinstance(number, int):
        return str(number)
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", "", "-"} else text


def canonical_json(value: Any) -> str:
    """One text for equal JSON values: keys sorted, numbers shortest, no spaces.

    Numbers are `int` or `Decimal` (never float, which would round).
    """
    match value:
        case None | bool():
            return json.dumps(value)
        case int() | Decimal():
            return shortest_decimal(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list():
            return "[" + ",".join(map(canonical_json, value)) + "]"
        case dict():
            items = (
                f"{canonical_json(key)}:{canonical_json(value[key])}"
                for key in sorted(value)
            )
            return "{" + ",".join(items) + "}"
        case _:
            msg = f"{type(value).__name__} is not a JSON value"
            raise TypeError(msg)


def parse_canonical(text: str) -> Any:
    """The JSON value with its numbers as they were written: no float anywhere."""
    return json.loads(text, parse_float=Decimal)
