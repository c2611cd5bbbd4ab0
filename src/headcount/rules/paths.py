"""Where a dotted name may lie in an object: a literal key with dots wins.

Source: segments.md §2, "Property and attribute names may be dotted paths into
objects; a literal key that contains dots wins." At each object the longest key that
is there is taken first; a shorter one only when nothing is found below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Keys = tuple[str, ...]

ABSENT = object()


def candidates(path: str) -> Iterator[Keys]:
    """Every way to read `path` as keys one below the other, the winning one first."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        key, rest = ".".join(parts[:length]), parts[length:]
        if not rest:
            yield (key,)
            continue
        for below in candidates(".".join(rest)):
            yield (key, *below)


def find(value: Any, path: str) -> Any:
    """The value at `path`, None when it is null there, ABSENT when nothing is there."""
    found = (descend(value, keys) for keys in candidates(path))
    return next((one for one in found if one is not ABSENT), ABSENT)


def descend(value: Any, keys: Keys) -> Any:
    """The value under exactly these keys, or ABSENT."""
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return ABSENT
        value = value[key]
    return value
