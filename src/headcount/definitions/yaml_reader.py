"""Strict YAML: plain values, the line of every node, and each fault of the file.

The text is read event by event, never composed: anchors, aliases, tags, deep nesting
and further documents are met before anything is built from them.
Source: segments.md §1, "YAML's own traps".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

import yaml

from headcount.definitions.mistakes import Keys, UnquotedDate, quote
from headcount.errors import Fault

LARGEST_BYTES = 256 * 1024
DEEPEST = 20
LONGEST_NUMBER = 100

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
"""The JSON number grammar: what a number looks like in every language."""

_TRUTHS = {"true": True, "false": False}
_TRUTH_TRAPS = {"yes": "true", "on": "true", "true": "true"} | {
    "no": "false", "off": "false", "false": "false"
}  # fmt: skip
_NULL_TRAPS = {"~", "Null", "NULL"}
_NUMBER_TRAP = re.compile(
    r"""[-+]?(?:
        0[xX][0-9a-fA-F_]+ | 0[oO][0-7_]+ | 0[bB][01_]+
      | [0-9][0-9_]*(?::[0-9]+)+(?:\.[0-9_]*)?                 # base 60: 1:30 is 90
      | (?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?
      | \.(?:inf|Inf|INF)
    )|\.(?:nan|NaN|NAN)""",
    re.VERBOSE,
)
_DATE = re.compile(
    r"""[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}
    (?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]*)?)?
       (?:[ \t]*(?:[Zz]|[-+][0-9]{1,2}(?::?[0-9]{2})?))?)?""",
    re.VERBOSE,
)
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_YAML_TAG = "tag:yaml.org,2002:"
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its tree of plain values, where each node stands, and its faults.

    Numbers are Decimal, unquoted dates UnquotedDate, keys text as written. A path in
    `unreadable` is already told among the faults; its value means nothing.
    """

    file: str
    tree: Any
    lines: Mapping[Keys, int]
    faults: tuple[Fault, ...] = ()
    unreadable: frozenset[Keys] = frozenset()

    @property
    def is_readable(self) -> bool:
        """Whether there is a tree at all."""
        return () not in self.unreadable

    def line_of(self, keys: Keys) -> int:
        """The line of the node at `keys`, or of the nearest one above that exists."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return self.lines.get(keys, 1)

    def fault(
        self, keys: Keys, *, found: str, wanted: str, nearest: str | None = None
    ) -> Fault:
        """A fault of this file at `keys`."""
        return Fault(
            file=self.file,
            line=self.line_of(keys),
            path=path_of(keys),
            found=found,
            wanted=wanted,
            nearest=nearest,
        )

    def is_told(self, keys: Keys) -> bool:
        """Whether a fault of the YAML itself already covers the node at `keys`."""
        return any(keys[:n] in self.unreadable for n in range(len(keys) + 1))


def path_of(keys: Keys) -> str:
    """The path as a person reads it: `$.rules[2].where.amount`."""
    return "$" + "".join(map(_step, keys))


def _step(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    return f".{key}" if _PLAIN_KEY.fullmatch(key) else f"[{quote(key)}]"


def read_yaml(path: Path, *, file: str) -> Document:
    """The document in `path`, called `file` in its faults; never raises."""
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return _unreadable(file, 1, f"a file that cannot be read ({reason})", "a file")
    return parse_yaml(data, file=file)


def parse_yaml(data: bytes, *, file: str) -> Document:
    """The document in `data`; never raises, whatever the bytes are."""
    if len(data) > LARGEST_BYTES:
        found = f"more than {LARGEST_BYTES // 1024} kB"
        return _unreadable(file, 1, found, f"at most {LARGEST_BYTES // 1024} kB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{data[error.start]:02x}, which is not UTF-8"
        return _unreadable(file, line, found, "UTF-8 text")
    if unprintable := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, unprintable.start()) + 1
        found = f"the character U+{ord(unprintable[0]):04X}"
        return _unreadable(file, line, found, "printable text")
    return _Reader(file, text).read()


def _unreadable(file: str, line: int, found: str, wanted: str) -> Document:
    fault = Fault(file=file, line=line, path="$", found=found, wanted=wanted)
    return Document(file, None, {}, (fault,), frozenset({()}))


class _StopError(Exception):
    """Nothing behind this place is worth reading."""

    def __init__(self, line: int, found: str, wanted: str) -> None:
        self.line = line
        self.found = found
        self.wanted = wanted
        super().__init__(found)


class _Reader:
    """One pass over the events of one file."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._events: Iterator[Any] = yaml.parse(text, Loader=_Loader)
        self._lines: dict[Keys, int] = {}
        self._faults: list[Fault] = []
        self._unreadable: set[Keys] = set()

    def read(self) -> Document:
        try:
            tree = self._read_document()
        except _StopError as stop:
            return _unreadable(self._file, stop.line, stop.found, stop.wanted)
        except yaml.MarkedYAMLError as error:
            return self._not_yaml(error)
        return Document(
            self._file,
            tree,
            self._lines,
            tuple(self._faults),
            frozenset(self._unreadable),
        )

    def _not_yaml(self, error: yaml.MarkedYAMLError) -> Document:
        marks: Iterator[Any] = filter(None, (error.problem_mark, error.context_mark))
        line = next((mark.line + 1 for mark in marks), 1)
        problem = " ".join(filter(None, (error.problem, error.context)))
        return _unreadable(self._file, line, f"broken YAML: {problem}", "valid YAML")

    def _read_document(self) -> Any:
        next(self._events)
        start = next(self._events)
        if not isinstance(start, yaml.DocumentStartEvent):
            raise _StopError(1, "an empty file", "a mapping of keys")
        if start.version or start.tags:
            raise _StopError(1, "a % directive", "none: directives are not allowed")
        tree = self._read_node(next(self._events), ())
        next(self._events)
        after = next(self._events)
        if isinstance(after, yaml.DocumentStartEvent):
            line = _line_of(after)
            raise _StopError(line, "a second document", "one document a file")
        return tree

    def _read_node(self, event: Any, keys: Keys) -> Any:
        self._lines.setdefault(keys, _line_of(event))
        if isinstance(event, yaml.AliasEvent):
            found = f"the alias *{event.anchor}"
            wanted = "the value itself: aliases are not allowed"
            self._spoil(keys, event, found, wanted)
            return None
        self._refuse_anchor_and_tag(event, keys)
        match event:
            case yaml.ScalarEvent():
                return self._read_scalar(event, keys)
            case yaml.SequenceStartEvent():
                return self._read_list(event, keys)
            case _:
                return self._read_mapping(event, keys)

    def _refuse_anchor_and_tag(self, event: Any, keys: Keys) -> None:
        if event.anchor is not None:
            found = f"the anchor &{event.anchor}"
            self._tell(keys, event, found, "no anchor: anchors are not allowed")
        if event.tag is not None:
            found = f"the tag {event.tag.replace(_YAML_TAG, '!!')}"
            self._spoil(keys, event, found, "no tag: tags are not allowed")

    def _read_list(self, start: Any, keys: Keys) -> list[Any]:
        self._require_shallow(start, keys)
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._read_node(event, (*keys, len(items))))
        return items

    def _read_mapping(self, start: Any, keys: Keys) -> dict[str, Any]:
        self._require_shallow(start, keys)
        mapping: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._read_key(event, keys)
            first_line = self._lines.get((*keys, key), 0)
            self._lines.setdefault((*keys, key), _line_of(event))
            value = self._read_node(next(self._events), (*keys, key))
            if key in mapping:
                found = f"the key {quote(key)} again (first on line {first_line})"
                self._tell((*keys, key), event, found, "each key once")
            else:
                mapping[key] = value
        return mapping

    def _read_key(self, event: Any, keys: Keys) -> str:
        """A key is text as it is written: `on` and `no` are keys like any other."""
        line = _line_of(event)
        if not isinstance(event, yaml.ScalarEvent):
            raise _StopError(line, "a key that is not text", "a word as key")
        if event.anchor is not None or event.tag is not None:
            self._refuse_anchor_and_tag(event, keys)
        is_plain = not event.style
        if is_plain and event.value in {"", "<<"}:
            found = "a merge key <<" if event.value else "an empty key"
            raise _StopError(line, found, "a word as key")
        return str(event.value)

    def _require_shallow(self, event: Any, keys: Keys) -> None:
        if len(keys) >= DEEPEST:
            line = _line_of(event)
            found = f"more than {DEEPEST} levels inside each other"
            raise _StopError(line, found, f"at most {DEEPEST}")

    def _read_scalar(self, event: Any, keys: Keys) -> Any:
        text: str = event.value
        if event.style:
            return text
        if text in {"", "null"}:
            return None
        if text in _TRUTHS:
            return _TRUTHS[text]
        if NUMBER.fullmatch(text):
            return self._read_number(event, keys)
        if _DATE.fullmatch(text):
            return UnquotedDate(text)
        if wanted := _plainer(text):
            found = f"{text}, which YAML readers take for different things"
            self._spoil(keys, event, found, f'{wanted}, or "{text}" in quotes for text')
        return text

    def _read_number(self, event: Any, keys: Keys) -> Decimal:
        text: str = event.value
        if len(text) <= LONGEST_NUMBER and is_finite(text):
            return Decimal(text)
        wanted = f"a number that a double holds, in at most {LONGEST_NUMBER} characters"
        self._spoil(keys, event, f"the number {quote(text)[1:-1]}", wanted)
        return Decimal(0)

    def _spoil(self, keys: Keys, event: Any, found: str, wanted: str) -> None:
        self._unreadable.add(keys)
        self._tell(keys, event, found, wanted)

    def _tell(self, keys: Keys, event: Any, found: str, wanted: str) -> None:
        line = _line_of(event)
        self._faults.append(Fault(self._file, line, path_of(keys), found, wanted))


def _line_of(event: Any) -> int:
    line: int = event.start_mark.line + 1
    return line


def is_finite(number: str) -> bool:
    """Whether other systems can hold the number: a double does, however rounded."""
    value = float(number)
    digits = re.split("[eE]", number)[0]
    is_lost = value == 0 and re.search("[1-9]", digits) is not None
    return isfinite(value) and not is_lost


def _plainer(text: str) -> str | None:
    """How to write what a YAML 1.1 reader takes `text` for; None when it is text."""
    if text.lower() in _TRUTH_TRAPS and text in _spellings(text):
        return _TRUTH_TRAPS[text.lower()]
    if text in _NULL_TRAPS:
        return "null"
    return "a number like 12 or 0.5" if _NUMBER_TRAP.fullmatch(text) else None


def _spellings(text: str) -> set[str]:
    return {text.lower(), text.upper(), text.capitalize()}
