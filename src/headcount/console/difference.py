"""Two versions of a definition beside each other, in words a person can compare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from headcount.definitions.model import Definition
from headcount.rules.words import definition_in_words, range_in_words

WORD = re.compile(r"\s+|[^\s]+")

Kind = Literal["same", "gone", "new"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words that stayed, went, or came."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one part of the definition says now, and what it said before."""

    part: str
    pieces: tuple[Piece, ...]


def changes_between(old: Definition, new: Definition) -> Iterator[Change]:
    """The parts that differ, in the order of the file."""
    before, after = _parts(old), _parts(new)
    for part, text in after.items():
        if before[part] != text:
            yield Change(part, tuple(_pieces(before[part], text)))


def _parts(definition: Definition) -> dict[str, str]:
    end = definition.evaluation_end
    return {
        "Name": definition.name,
        "Description": definition.description,
        "Created by": definition.created_by or "",
        "Date range": range_in_words(definition.date_range),
        "Evaluation end": end.isoformat() if end else "never",
        "Rules": definition_in_words(definition),
        "Destinations": ", ".join(one.name for one in definition.destinations),
    }


def _pieces(old: str, new: str) -> Iterator[Piece]:
    before, after = WORD.findall(old), WORD.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for what, from_old, to_old, from_new, to_new in matcher.get_opcodes():
        if what == "equal":
            yield Piece("same", "".join(after[from_new:to_new]))
            continue
        if to_old > from_old:
            yield Piece("gone", "".join(before[from_old:to_old]))
        if to_new > from_new:
            yield Piece("new", "".join(after[from_new:to_new]))
