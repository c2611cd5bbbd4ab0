"""The one strict JSON parser: what it returns, every reader of the store agrees on.

Source: faults.md §5. Refused are duplicate keys, NaN, infinities, numbers beyond a
double's range, lone surrogates, and nesting deeper than DuckDB's own reader goes.
Numbers are exact: an `int` or `float` of few digits, which print as they were meant,
else a `Decimal`.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn, Self

from headcount.ingest.rejects import RejectedRowError, shown

ROW = "row"
MAX_DEPTH = 100  # DuckDB's JSON reader stops at 128
MAX_DIGITS = 15  # a double keeps so many
SMALLEST_SHORT = 1e-4  # below it, Python prints a float with an exponent
LARGEST = Decimal("1.7976931348623157e308")  # beyond it, a double is infinite
EXPONENT_DIGITS = 4  # Decimal itself gives up on very long ones
LEAST_EXPONENT = -400  # numbers with more decimals than that are no measurements


class NotShortError(Exception):
    """The quick reading would lose something: the row is to be read exactly."""


class WrittenNumber(Decimal):
    """A number that remembers how it was written, for ids."""

    text: str

    def __new__(cls, text: str) -> Self:
        """The number that `text` writes."""
        number = super().__new__(cls, text)
        number.text = text
        return number


def parse_quickly(text: str) -> Any:
    """The JSON value that `text` is; every number is an `int` or `float` that is exact.

    Raises NotShortError when it has a number that needs more, RejectedRowError when it
    is none of ours.
    """
    return _parse(text, _QUICK)


def parse_exactly(text: str) -> Any:
    """The JSON value that `text` is; long numbers and zero are WrittenNumbers."""
    return _parse(text, _EXACT)


def _parse(text: str, decoder: json.JSONDecoder) -> Any:
    text = text.strip(" \t\r\n")
    try:
        value, end = decoder.raw_decode(text)
    except json.JSONDecodeError as error:
        _reject(f"{error.msg} at character {error.pos + 1}", "one JSON object")
    except RecursionError:
        _reject_depth()
    if end != len(text):
        _reject(f"more after the value, at character {end + 1}", "one JSON object")
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _require_shallow(value)
    if "\\u" in text:
        _require_unicode(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        _reject(f"the key {shown(twice)} twice", "each key once")
    return found


def _quick_number(text: str) -> float | int:
    """The number that JSON's `text` with a point or exponent is, when it is short.

    A whole one is an `int`. Raises NotShortError when a double could round it.
    """
    if len(text) > MAX_DIGITS + 1 or "e" in text or "E" in text:
        raise NotShortError
    number = float(text)
    if number.is_integer():
        return int(number)
    if -SMALLEST_SHORT < number < SMALLEST_SHORT:
        raise NotShortError
    return number


def _quick_integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise NotShortError
    return int(text)


def _exact_number(text: str) -> WrittenNumber:
    _, _, exponent = text.lower().partition("e")
    if len(exponent.lstrip("+-0")) > EXPONENT_DIGITS:
        _reject("a number with a huge exponent", "numbers that a double can hold")
    number = WrittenNumber(text)
    _require_in_range(number)
    return number


def _exact_integer(text: str) -> int | WrittenNumber:
    # Zero has two ways to be written, which an int cannot tell apart.
    is_short = len(text) <= MAX_DIGITS and text not in {"0", "-0"}
    return int(text) if is_short else _exact_number(text)


def _require_in_range(number: Decimal) -> None:
    if not -LARGEST <= number <= LARGEST:
        _reject("a number beyond 1.8e308", "numbers that a double can hold")
    if number.adjusted() < LEAST_EXPONENT:
        _reject("a number with over 400 decimals", "numbers that a double can hold")


def _constant(name: str) -> NoReturn:
    _reject(name, "a JSON number")


def _require_shallow(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _children(outer)]
        if not level:
            return
    _reject_depth()


def _children(value: Any) -> list[Any]:
    match value:
        case dict():
            return [inner for inner in value.values() if isinstance(inner, dict | list)]
        case list():
            return [inner for inner in value if isinstance(inner, dict | list)]
        case _:
            return []


def _require_unicode(value: Any) -> None:
    """An escape can name half a character, which no UTF-8 text can hold."""
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        _reject("half a surrogate pair", "whole Unicode characters")


def _reject_depth() -> NoReturn:
    _reject(f"more than {MAX_DEPTH} nested brackets", "a flatter object")


def _reject(found: str, wanted: str) -> NoReturn:
    raise RejectedRowError(ROW, found=found, wanted=wanted) from None


_QUICK = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=_quick_number,
    parse_int=_quick_integer,
    parse_constant=_constant,
)
_EXACT = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=_exact_number,
    parse_int=_exact_integer,
    parse_constant=_constant,
)
