"""What an author wrote wrong, in the words a person is told: found, wanted, nearest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

Keys = tuple[str | int, ...]
"""The way from the root of a file to a node: keys of mappings, indices of lists."""

LONGEST_QUOTE = 60


class MistakeError(ValueError):
    """Something written cannot be meant; `definitions.faults` adds file and line.

    `at` leads from the node that was being read to the one at fault.
    """

    def __init__(
        self, *, found: str, wanted: str, nearest: str | None = None, at: Keys = ()
    ) -> None:
        self.found = found
        self.wanted = wanted
        self.nearest = nearest
        self.at = at
        super().__init__(f"found {found}; wanted {wanted}")

    def below(self, *keys: str | int) -> MistakeError:
        """The same mistake, told of a node further up."""
        return MistakeError(
            found=self.found,
            wanted=self.wanted,
            nearest=self.nearest,
            at=(*keys, *self.at),
        )


class UnknownKeyError(MistakeError):
    """A key that its mapping does not have: wrong whatever it holds."""

    def __init__(self, key: str, known: Iterable[str]) -> None:
        self.key = key
        known = tuple(known)
        super().__init__(
            found=f"the unknown key {quote(key)}",
            wanted=one_of(known),
            nearest=nearest(key, known),
            at=(key,),
        )


class MissingKeyError(MistakeError):
    """A key that its mapping must have."""

    def __init__(self, *keys: str, wanted: str = "a value: it is required") -> None:
        super().__init__(found="nothing", wanted=wanted, at=keys)


class UnquotedDate(str):
    """A date or instant without quotes: YAML's own type, text only by accident."""

    __slots__ = ()


def describe(value: Any) -> str:
    """What a node holds, short enough for one line."""
    match value:
        case None:
            return "nothing (null)"
        case bool():
            return str(value).lower()
        case int() | Decimal():
            return f"the number {value}"
        case UnquotedDate():
            return f"the unquoted date {value}"
        case str():
            return quote(value)
        case Mapping():
            return "a mapping"
        case list() | tuple():
            return "a list" if value else "an empty list"
        case _:
            return type(value).__name__


def quote(text: str) -> str:
    """The text as one line in quotes, cut where it is long."""
    is_long = len(text) > LONGEST_QUOTE
    return repr(text[:LONGEST_QUOTE] + "…" if is_long else text)


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The known word that `word` most resembles, whatever the case, if one does."""
    by_folded = {known.casefold(): known for known in words}
    matches = get_close_matches(word.casefold(), by_folded, n=1)
    return by_folded[matches[0]] if matches else None


def one_of(words: Iterable[str]) -> str:
    """The words as a person lists them: `a, b or c`."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
