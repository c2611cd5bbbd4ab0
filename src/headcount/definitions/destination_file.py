"""One entry of `destinations` in headcount.yaml: a type, a connection, its options."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator

from headcount.definitions import values
from headcount.definitions.frozen import Frozen, Reading
from headcount.definitions.mistakes import (
    MissingKeyError,
    MistakeError,
    UnknownKeyError,
    describe,
)
from headcount.definitions.places import is_on_this_machine, read_base_url, read_guid
from headcount.definitions.settings import DestinationSettings
from headcount.definitions.values import Flag, Name

EVERY = ("base_url", "stand_in")
OPTIONS: dict[str, tuple[str, ...]] = {
    "walkme": (
        *EVERY,
        *("token_path", "segments_path", "segment_path"),
        *("max_batch", "max_id_chars", "hyphenate_system"),
        *("creates_empty", "can_replace", "missing_is_deleted"),
        *("guid_fields", "external_id_fields", "list_fields", "empty_is_success"),
    ),
    "walkme-notification": (*EVERY, "system_id", "template_id", "on"),
    "appcues": (*EVERY, "account_id", "region"),
    "clevertap": (*EVERY, "region"),
    "webhook": EVERY,
}
"""What each type may be told; the adapter of the type says what it means."""

REQUIRED = {
    "walkme-notification": ("system_id", "template_id", "on"),
    "appcues": ("account_id",),
    "webhook": ("base_url",),
}
REGIONS = {
    "appcues": ("us", "eu"),
    "clevertap": ("in1", "sg1", "us1", "aps3", "mec1", "eu1", "sk1"),
}
OWN = ("type", "connection", "enabled")


def _read_plain(value: Any) -> Any:
    """The value with numbers as Python's own, for adapters to check."""
    if isinstance(value, list | tuple):
        return tuple(map(_read_plain, value))
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if value is None or isinstance(value, Mapping):
        raise MistakeError(found=describe(value), wanted="a value, or not this key")
    return value if isinstance(value, bool) else values.read_text(value)


_READERS: dict[str, Callable[[Any], Any]] = {
    "base_url": read_base_url,
    "stand_in": values.read_flag,
    "account_id": values.read_word,
    "system_id": read_guid,
    "template_id": values.read_word,
    "on": partial(values.read_choice, choices=("entered", "exited")),
}


def _reader(kind: str, option: str) -> Callable[[Any], Any]:
    if option == "region":
        return partial(values.read_choice, choices=REGIONS[kind])
    return _READERS.get(option, _read_plain)


class DestinationFile(Frozen):
    """A destination as it is written; what only its type knows stands in `options`."""

    wanted: ClassVar[str] = "a mapping like {type: walkme, connection: walkme_default}"

    type: Annotated[
        str, BeforeValidator(partial(values.read_choice, choices=tuple(OPTIONS)))
    ]
    connection: Name
    enabled: Flag = True
    options: dict[str, Any]

    @classmethod
    def spell_out(cls, written: Any) -> Any:
        """What is not every destination's own is an option of its type."""
        if not isinstance(written, Mapping):
            return written
        own = {key: value for key, value in written.items() if key in OWN}
        rest = {key: value for key, value in written.items() if key not in OWN}
        return {**own, "options": rest}

    @classmethod
    def mistakes(
        cls, written: Mapping[str, Any], reading: Reading
    ) -> Iterator[MistakeError]:
        """Options that the type does not have, lacks, or cannot read."""
        del reading
        kind, options = written.get("type"), written["options"]
        if not isinstance(kind, str) or kind not in OPTIONS:
            return
        for option in REQUIRED.get(kind, ()):
            if option not in options:
                yield MissingKeyError(option)
        known = (*OWN, *OPTIONS[kind])
        for option, value in options.items():
            if option not in known:
                yield UnknownKeyError(option, known)
                continue
            try:
                _reader(kind, option)(value)
            except MistakeError as mistake:
                yield mistake.below(option)

    def to_settings(self, name: str) -> DestinationSettings:
        """The destination's settings, its options read.

        A `base_url` on this machine can only be a stand-in's, so that need not be said.
        """
        read = {
            option: _reader(self.type, option)(value)
            for option, value in self.options.items()
        }
        if is_on_this_machine(read.get("base_url", "")):
            read.setdefault("stand_in", True)
        return DestinationSettings(
            name=name,
            type=self.type,
            connection=self.connection,
            enabled=self.enabled,
            options=read,
        )
