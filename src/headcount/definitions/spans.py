"""Date ranges as an author writes them: words, or a mapping of `from` and `to`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema

from headcount.definitions import times
from headcount.definitions.frozen import Frozen, Reading
from headcount.definitions.mistakes import MistakeError, describe
from headcount.definitions.times import Ago, AllTime, Between, Calendar, DateRange, Last


def read_edge(value: Any) -> date | datetime | Ago:
    """A day, an instant, or so long ago."""
    if isinstance(value, str):
        return times.parse_edge(value)
    raise MistakeError(found=describe(value), wanted=times.AN_EDGE)


Edge = Annotated[date | datetime | Ago, PlainValidator(read_edge)]


class Span(Frozen):
    """`{from: …, to: …}` as it is written."""

    wanted: ClassVar[str] = times.A_RANGE

    from_: Edge | None = Field(None, alias="from")
    to: Edge | None = None

    @classmethod
    def mistakes(
        cls, written: Mapping[str, Any], reading: Reading
    ) -> Iterator[MistakeError]:
        """Neither end is there."""
        del reading
        if not written:
            yield MistakeError(
                found="neither from nor to", wanted="at least one of them"
            )


def read_range(value: Any, info: ValidationInfo) -> DateRange:
    """The range; MistakeError when its start can never lie before its end."""
    match value:
        case Between() | Last() | Calendar() | AllTime():
            return value
        case str():
            return times.parse_range(value)
        case Mapping():
            reading: Reading = info.context or Reading()
            return _require_possible(
                Span.model_validate(value, context=reading), reading
            )
        case _:
            raise MistakeError(found=describe(value), wanted=times.A_RANGE)


def _require_possible(span: Span, reading: Reading) -> Between:
    between = Between(span.from_, span.to)
    if times.is_possible(between, reading.timezone):
        return between
    ends = (f"{key} {edge}" for key, edge in times.between_text(between).items())
    raise MistakeError(found=" ".join(ends), wanted="from before to")


_WORDS = {
    "type": "string",
    "anyOf": [
        {"enum": list(times.NAMED_RANGES)},
        {
            "pattern": f"^last [1-9][0-9]* ({'|'.join(times.UNITS)})s?$",
            "examples": ["last 30 days", "last 12 hours", "last 3 months"],
        },
    ],
}
_EDGE = {"type": "string", "examples": ["2026-05-01", "14 days ago"]}
_SPAN = {
    "type": "object",
    "properties": {"from": _EDGE, "to": _EDGE},
    "additionalProperties": False,
    "minProperties": 1,
}

Range = Annotated[
    DateRange, PlainValidator(read_range), WithJsonSchema({"anyOf": [_WORDS, _SPAN]})
]
