"""A definition's tree as the YAML a person would write, which reads back equal.

Short things stand in one line, long ones below each other. Text is quoted wherever
YAML, or `yaml_reader`, could take it for something else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from headcount.canonical import shortest_decimal

WIDTH = 80
PLAIN = re.compile(r"[A-Za-z][\w@./+-]*(?: [\w@./+-]+)*")
TAKEN = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
SPACED_KEYS = ("rules",)
"""Always below each other, however short: it is what people read."""


def to_yaml(tree: Mapping[str, Any]) -> str:
    """The mapping as a YAML document; its values are what `as_written` gives."""
    return "".join(f"{line}\n" for line in _block(tree, top=True))


def _block(tree: Mapping[str, Any], *, top: bool = False) -> Iterator[str]:
    for key, value in tree.items():
        head = f"{_text(key)}:"
        flow = _flow(value)
        is_short = len(head) + len(flow) < WIDTH or not isinstance(value, _NESTED)
        if not value or (is_short and not (top and key in SPACED_KEYS)):
            yield f"{head} {flow}"
        else:
            yield head
            yield from _below(value)


def _below(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (f"  {line}" for line in _block(value))
        return
    for item in value:
        lines = _block(item) if isinstance(item, Mapping) else iter([_flow(item)])
        for number, line in enumerate(lines):
            yield f"  {'  ' if number else '- '}{line}"


def _flow(value: Any) -> str:
    match value:
        case str():
            return _text(value)
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case Mapping():
            inner = (f"{_text(key)}: {_flow(item)}" for key, item in value.items())
            return "{" + ", ".join(inner) + "}"
        case Sequence():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case _:
            return shortest_decimal(value)


def _text(text: str) -> str:
    """The text bare where nobody mistakes it, else in double quotes."""
    if PLAIN.fullmatch(text) and text.casefold() not in TAKEN:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else _escape(c) for c in quoted)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004


_NESTED = (Mapping, list, tuple)
