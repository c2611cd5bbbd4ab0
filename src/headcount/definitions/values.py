"""One value of a YAML file as the type that is meant, or a MistakeError.

Each reader takes what `yaml_reader` gives (text, Decimal, bool, None, UnquotedDate,
list, dict) and is paired with the JSON Schema of what an author may write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, PlainValidator, WithJsonSchema
from pydantic_core import SchemaError, SchemaValidator, core_schema

from headcount.definitions import times
from headcount.definitions.mistakes import (
    MistakeError,
    UnquotedDate,
    describe,
    nearest,
    one_of,
    quote,
)
from headcount.definitions.times import Duration
from headcount.definitions.yaml_reader import NUMBER, is_finite

LONGEST_REGEX = 512
LONGEST_NAME = 128

JsonSchema = dict[str, Any]

NUMBER_TEXT = {"type": "string", "pattern": f"^{NUMBER.pattern}$"}
NUMERIC: JsonSchema = {"anyOf": [{"type": "number"}, NUMBER_TEXT]}
SCALAR: JsonSchema = {"type": ["boolean", "number", "string"]}

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def read_text(value: Any) -> str:
    """Text; what only looks like text must be put in quotes by its author."""
    if isinstance(value, str) and not isinstance(value, UnquotedDate):
        return value
    wanted = "text"
    if isinstance(value, bool | Decimal | UnquotedDate):
        plain = str(value).lower() if isinstance(value, bool) else value
        wanted = f'text: "{plain}" in quotes'
    raise MistakeError(found=describe(value), wanted=wanted)


def read_word(value: Any) -> str:
    """Text that is not empty: the name of a property, an event, a connection."""
    text = read_text(value)
    if text:
        return text
    raise MistakeError(found="empty text", wanted="at least one character")


def read_name(value: Any) -> str:
    """One line of 1 to 128 characters, not all of them blank."""
    text = read_text(value)
    if _CONTROL.search(text):
        raise MistakeError(
            found=quote(text), wanted="no line break or control character"
        )
    if not text.strip() or len(text) > LONGEST_NAME:
        found = f"{len(text)} characters" if text.strip() else "blank text"
        raise MistakeError(found=found, wanted=f"1 to {LONGEST_NAME} characters")
    return text


def read_event_name(value: Any) -> str:
    """The name of an event; a star stands only at the end."""
    name = read_word(value)
    if "*" in name[:-1]:
        wanted = 'a name, or the beginning of names and one star at the end: "wt.*"'
        raise MistakeError(found=quote(name), wanted=wanted)
    return name


def is_number(value: Any) -> bool:
    """Whether this is a number; for Python true is one."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def read_bound(value: Any) -> Decimal:
    """A number, or text that is wholly a number."""
    if is_number(value):
        return Decimal(value)
    if isinstance(value, str) and NUMBER.fullmatch(value) and is_finite(value):
        return Decimal(value)
    wanted = "a number, or text that is wholly a number"
    raise MistakeError(found=describe(value), wanted=wanted)


def read_pair(value: Any) -> tuple[Any, Any]:
    """Two items; each is read after it."""
    match value:
        case [low, high]:
            return low, high
        case _:
            raise MistakeError(found=describe(value), wanted="a list of two")


def require_ascending(pair: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
    """The same pair, when the first is not the greater."""
    low, high = pair
    if low > high:
        raise MistakeError(found=f"[{low}, {high}]", wanted="the lower bound first")
    return pair


def read_scalar(value: Any) -> bool | Decimal | str:
    """A value that data can be compared with."""
    if isinstance(value, bool):
        return value
    if is_number(value):
        return Decimal(value)
    if isinstance(value, str):
        return read_text(value)
    raise MistakeError(found=describe(value), wanted="text, a number, true or false")


def read_flag(value: Any) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    raise MistakeError(found=describe(value), wanted="true or false")


def read_true(value: Any) -> Literal[True]:
    """True; the key is left out otherwise."""
    if value is True:
        return True
    raise MistakeError(found=describe(value), wanted="true, or not this key")


def read_whole(value: Any, *, least: int, most: int) -> int:
    """A whole number between two bounds, both included."""
    if is_number(value) and least <= value <= most and value == int(value):
        return int(value)
    wanted = f"a whole number from {least} to {most}"
    raise MistakeError(found=describe(value), wanted=wanted)


def read_share(value: Any) -> float:
    """A part of a whole."""
    if is_number(value) and 0 <= value <= 1:
        return float(value)
    raise MistakeError(found=describe(value), wanted="a share from 0 to 1")


def read_regex(value: Any) -> str:
    """A pattern that Rust's `regex` compiles: linear in the text, whatever it is."""
    pattern = read_text(value)
    if len(pattern) > LONGEST_REGEX:
        found = f"a pattern of {len(pattern)} characters"
        raise MistakeError(found=found, wanted=f"at most {LONGEST_REGEX}")
    try:
        # Pydantic's core is written in Rust and compiles patterns with that very crate.
        SchemaValidator(core_schema.str_schema(pattern=pattern))
    except SchemaError as error:
        raise _not_a_regex(pattern, str(error)) from None
    return pattern


def _not_a_regex(pattern: str, report: str) -> MistakeError:
    *_, last = report.splitlines()
    reason = re.sub(r"^(?:error: |.*SchemaError: )", "", last.strip()).rstrip(".")
    caret = re.search(r"^ {4}( *)\^", report, re.MULTILINE)
    # A pattern of several lines is shown with numbers before them, and no such indent.
    is_placed = caret is not None and "\n" not in pattern
    where = f" (at character {len(caret[1]) + 1})" if caret and is_placed else ""
    wanted = f"a regular expression in the syntax of Rust: {reason}{where}"
    return MistakeError(found=quote(pattern), wanted=wanted)


def read_moment(value: Any) -> date | datetime:
    """A day or an instant, quoted or not."""
    if isinstance(value, str):
        return times.parse_moment(value)
    raise MistakeError(found=describe(value), wanted=times.A_MOMENT)


def read_duration(value: Any) -> Duration:
    """A length of time in words."""
    if isinstance(value, Duration):
        return value
    if isinstance(value, str):
        return times.parse_duration(value)
    raise MistakeError(found=describe(value), wanted=times.A_DURATION)


FILLED: JsonSchema = {"minItems": 1}
"""What `read_list` asks, for the JSON Schema; pydantic would count sound items only."""


def read_list(value: Any) -> tuple[Any, ...]:
    """A list that holds something; its items are read after it."""
    if isinstance(value, list | tuple) and value:
        return tuple(value)
    raise MistakeError(found=describe(value), wanted="a list with at least one item")


def one_or_more(item: JsonSchema) -> JsonSchema:
    """The JSON Schema of a list, or of one item alone."""
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}


def read_one_or_more(value: Any) -> tuple[Any, ...]:
    """A list, or one item alone."""
    return read_list(value) if isinstance(value, list | tuple) else (value,)


def read_mapping(value: Any) -> Mapping[str, Any]:
    """A mapping whose keys are not empty; its values are read after it."""
    if not isinstance(value, Mapping):
        raise MistakeError(found=describe(value), wanted="a mapping")
    if "" in value:
        raise MistakeError(found="an empty key", wanted="at least one character")
    return value


def read_any_list(value: Any) -> tuple[Any, ...]:
    """A list, which may be empty; its items are read after it."""
    if isinstance(value, list | tuple):
        return tuple(value)
    raise MistakeError(found=describe(value), wanted="a list")


def read_filled_mapping(value: Any) -> Mapping[str, Any]:
    """A mapping that holds something; its values are read after it."""
    mapping = read_mapping(value)
    if not mapping:
        raise MistakeError(found="an empty mapping", wanted="at least one entry")
    return mapping


def read_choice(value: Any, *, choices: Sequence[str]) -> str:
    """One of a few words."""
    text = read_text(value)
    if text in choices:
        return text
    raise MistakeError(
        found=quote(text), wanted=one_of(choices), nearest=nearest(text, choices)
    )


def unknown(name: str, known: Iterable[str], wanted: str) -> MistakeError:
    """What to tell of a name that nothing in the project has."""
    names = list(known)
    listed = f"{wanted}: {one_of(names)}" if names else f"{wanted}, which has none"
    return MistakeError(found=quote(name), wanted=listed, nearest=nearest(name, names))


TEXT: JsonSchema = {"type": "string"}
_WORD: JsonSchema = {"type": "string", "minLength": 1}
_NAME: JsonSchema = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}
EVENT_NAME: JsonSchema = {"type": "string", "pattern": r"^[^*]*\*?$", "minLength": 1}
_PAIR: JsonSchema = {"type": "array", "items": NUMERIC, "minItems": 2, "maxItems": 2}
_REGEX: JsonSchema = {"type": "string", "maxLength": LONGEST_REGEX, "format": "regex"}
_MOMENT: JsonSchema = {
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})?)?$",
    "examples": ["2026-05-01", "2026-05-01T09:00:00Z"],
}
_DURATION: JsonSchema = {
    "type": "string",
    "pattern": f"^[1-9][0-9]* ({'|'.join(times.UNITS)})s?$",
    "examples": ["30 days", "12 hours", "3 months"],
}

Text = Annotated[str, PlainValidator(read_text), WithJsonSchema(TEXT)]
Word = Annotated[str, PlainValidator(read_word), WithJsonSchema(_WORD)]
Name = Annotated[str, PlainValidator(read_name), WithJsonSchema(_NAME)]
Flag = Annotated[bool, PlainValidator(read_flag), WithJsonSchema({"type": "boolean"})]
OnlyTrue = Annotated[
    Literal[True], PlainValidator(read_true), WithJsonSchema({"const": True})
]
Number = Annotated[Decimal, PlainValidator(read_bound), WithJsonSchema(NUMERIC)]
LowAndHigh = Annotated[
    tuple[Number, Number],
    BeforeValidator(read_pair),
    AfterValidator(require_ascending),
    WithJsonSchema(_PAIR),
]
Scalar = Annotated[
    bool | Decimal | str, PlainValidator(read_scalar), WithJsonSchema(SCALAR)
]
Regex = Annotated[str, PlainValidator(read_regex), WithJsonSchema(_REGEX)]
Moment = Annotated[
    date | datetime, PlainValidator(read_moment), WithJsonSchema(_MOMENT)
]
Length = Annotated[Duration, PlainValidator(read_duration), WithJsonSchema(_DURATION)]
EventName = Annotated[str, PlainValidator(read_event_name), WithJsonSchema(EVENT_NAME)]
