"""What a value is, where it is found and when two are equal (segments.md §2)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any


def looked_up(tree: Any, path: str) -> Any:
    """Names may be dotted paths into objects; a literal key that contains dots wins.

    At each object the longest key that is there and begins the rest of the path is
    tried first, a shorter one only if the rest is not found below it. A key that holds
    null is there. None when nothing is found, which is what null means as well.
    """
    found, value = found_at(tree, path.split("."))
    return value if found else None


def found_at(tree: Any, parts: list[str]) -> tuple[bool, Any]:
    """Whether the path leads somewhere from here, and to what."""
    if not parts:
        return True, tree
    for length in range(len(parts), 0, -1) if isinstance(tree, Mapping) else ():
        key = ".".join(parts[:length])
        if key in tree:
            found, value = found_at(tree[key], parts[length:])
            if found:
                return True, value
    return False, None


def number(value: Any) -> Fraction | None:
    """A number, or text that is wholly one (the JSON number grammar)."""
    grammar = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?"
    if isinstance(value, str) and re.fullmatch(grammar, value):
        return Fraction(Decimal(value))
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Fraction(value)
    return None


def shortest(value: int | Decimal) -> str:
    """A number's shortest plain decimal form: 1.0 is `1`, 1e2 `100`, -0.0 `0`."""
    text = format(Decimal(value), "f")
    if "." in text:
        text = text.rstrip("0").removesuffix(".")
    return "0" if text in {"-0", ""} else text


def canonical_text(value: Any) -> str | None:
    """The text by which two values are equal; None for what cannot be compared.

    Under it 1, 1.0 and "1" are one value and "1.0" another; true and "true" are one.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return shortest(value)
    return value if isinstance(value, str) else None


def canonical_json(value: Any) -> str:
    """JSON with sorted keys, no spaces, and every number in its shortest form."""
    if isinstance(value, Mapping):
        items = (
            f"{canonical_json(key)}:{canonical_json(value[key])}"
            for key in sorted(value)
        )
        return "{" + ",".join(items) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical_json, value)) + "]"
    if value is None or isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(canonical_text(value))


def lower(text: str) -> str:
    """Simple Unicode lower case: character by character, never a longer text."""
    return "".join("i" if char == "\u0130" else char.lower() for char in text)
