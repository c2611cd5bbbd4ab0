"""The base of everything read from YAML: strict, immutable, every fault at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import cache
from typing import Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, InitErrorDetails

from headcount.definitions.mistakes import MistakeError, UnknownKeyError, describe
from headcount.definitions.settings import Settings


@dataclass(frozen=True, slots=True)
class Reading:
    """What the values of a file may be checked against while they are read."""

    settings: Settings | None = None
    timezone: tzinfo = UTC


class Frozen(BaseModel):
    """Strict and immutable: an unknown key is a fault, nothing is coerced.

    Pydantic stops at the first kind of fault of a mapping; here what is wrong with its
    keys, with its values and between them is told together.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    wanted: ClassVar[str] = "a mapping"
    wanted_for_null: ClassVar[str] = "a value, or not this key"
    nullable: ClassVar[frozenset[str]] = frozenset()
    shorthands: ClassVar[tuple[dict[str, Any], ...]] = ()
    fewest_keys: ClassVar[int] = 0
    has_long_form: ClassVar[bool] = True

    @classmethod
    def spell_out(cls, written: Any) -> Any:
        """The mapping that a shorthand stands for."""
        return written

    @classmethod
    def mistakes(
        cls, written: Mapping[str, Any], reading: Reading
    ) -> Iterator[MistakeError]:
        """What is wrong between the keys, each of them readable or not."""
        yield from ()

    @classmethod
    def unknown_key(cls, key: str) -> MistakeError:
        """What to tell of a key that this mapping does not have."""
        return UnknownKeyError(key, _keys(cls))

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """What an author may write: the mapping, or one of its shorthands."""
        reference = handler(core_schema)
        schema = handler.resolve_ref_schema(reference)
        if cls.fewest_keys:
            schema["minProperties"] = cls.fewest_keys
        if cls.shorthands:
            mapping = [dict(schema)] if cls.has_long_form else []
            schema.clear()
            schema.update({"anyOf": [*cls.shorthands, *mapping]})
        return reference

    @model_validator(mode="wrap")
    @classmethod
    def _read(
        cls,
        written: Any,
        handler: ModelWrapValidatorHandler[Self],
        info: ValidationInfo,
    ) -> Self:
        if isinstance(written, cls):
            return handler(written)
        mapping = cls.spell_out(written)
        if not isinstance(mapping, Mapping):
            raise MistakeError(found=describe(written), wanted=cls.wanted)
        details = [
            InitErrorDetails(
                type="value_error",
                loc=mistake.at,
                input=mapping,
                ctx={"error": mistake},
            )
            for mistake in cls._all_mistakes(mapping, info.context or Reading())
        ]
        told = {detail["loc"] for detail in details}
        known = {key: value for key, value in mapping.items() if key in _keys(cls)}
        try:
            value = handler(known)
        except ValidationError as error:
            details += [
                _again(each) for each in error.errors() if each["loc"] not in told
            ]
        if details:
            raise ValidationError.from_exception_data(cls.__name__, details)
        return value

    @classmethod
    def _all_mistakes(
        cls, mapping: Mapping[str, Any], reading: Reading
    ) -> Iterator[MistakeError]:
        keys = _keys(cls)
        for key, value in mapping.items():
            if key not in keys:
                yield cls.unknown_key(key)
            elif value is None and key not in cls.nullable:
                wanted = cls.wanted_for_null
                yield MistakeError(found=describe(None), wanted=wanted, at=(key,))
        yield from cls.mistakes(mapping, reading)


@cache
def _keys(model: type[Frozen]) -> tuple[str, ...]:
    """The keys an author may write, in the order of the model."""
    fields = model.model_fields.items()
    return tuple(field.alias or name for name, field in fields)


def _again(error: Any) -> InitErrorDetails:
    """The same error, to be raised together with others."""
    return InitErrorDetails(
        type=error["type"],
        loc=error["loc"],
        input=error["input"],
        ctx=error.get("ctx", {}),
    )
