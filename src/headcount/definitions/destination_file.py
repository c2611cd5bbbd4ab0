"""One entry of `destinations` in headcount.yaml: a type, a connection, its options."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator

from headcount.definitions import values
from headcount.definitions.frozen import Frozen, Reading
from headcount.definitions.mistakes import (
    MissingKeyError,
    MistakeError,
    UnknownKeyError,
)
from headcount.definitions.notification_file import (
    notification_mistakes,
    override_mistakes,
    read_again,
    read_events,
    read_guids,
    read_overrides,
    read_recipients,
    read_when,
)
from headcount.definitions.places import is_on_this_machine, read_base_url, read_guid
from headcount.definitions.settings import DestinationSettings
from headcount.definitions.values import Flag, Name

Reader = Callable[[Any], Any]


def _words(value: Any) -> tuple[str, ...]:
    return tuple(map(values.read_word, values.read_list(value)))


def _statuses(value: Any) -> tuple[int, ...]:
    return tuple(map(_whole(200, 599), values.read_any_list(value)))


def _whole(least: int, most: int) -> Reader:
    return partial(values.read_whole, least=least, most=most)


def _choice(*choices: str) -> Reader:
    return partial(values.read_choice, choices=choices)


_word, _flag = values.read_word, values.read_flag
_EVERY = {"base_url": read_base_url, "stand_in": _flag}

OPTIONS: dict[str, dict[str, Reader]] = {
    "walkme": {
        **_EVERY,
        **dict.fromkeys(("token_path", "segments_path", "segment_path"), _word),
        "max_batch": _whole(1, 25_000),
        "max_id_chars": _whole(1, 100),
        "hyphenate_system": _flag,
        "creates_empty": _flag,
        "can_replace": _flag,
        "missing_is_deleted": _flag,
        **dict.fromkeys(("guid_fields", "external_id_fields", "list_fields"), _words),
        "member_fields": _words,
        "empty_is_success": _statuses,
    },
    "walkme-notification": {
        **_EVERY,
        "on": read_events,
        "template_id": read_guid,
        "system_id": read_guids,
        "audience_ids": read_guids,
        "to": read_recipients,
        "notification_type": _choice("push", "popup"),
        **dict.fromkeys(("title", "runtime_title", "runtime_description"), _word),
        **dict.fromkeys(("start", "end"), read_when),
        "overrides": read_overrides,
        "first": _choice("skip", "notify"),
        "again": read_again,
        "within": values.read_duration,
        "most": _whole(1, 1_000_000_000),
        "unanswered": _choice("leave", "repeat"),
        **dict.fromkeys(("token_path", "path"), _word),
        "method": _choice("POST", "PUT"),
        "max_batch": _whole(1, 100),
        "hyphenate_system": _flag,
        "empty_is_success": _statuses,
    },
    "appcues": {
        **_EVERY,
        "account_id": _word,
        "region": _choice("us", "eu"),
        **dict.fromkeys(("segments_path", "job_path", "jobs_path"), _word),
        "lists_jobs": _flag,
        **dict.fromkeys(("job_fields", "job_id_fields", "member_fields"), _words),
        "upload": _choice("csv", "json"),
        "max_batch": _whole(1, 1_000_000),
        "has_header": _flag,
        "max_per_second": _whole(1, 60),
        "marker": _word,
        "list_fields": _words,
        "empty_is_success": _statuses,
        **dict.fromkeys(("state_fields", "done_states", "failed_states"), _words),
        **dict.fromkeys(("error_fields", "reason_fields"), _words),
        **dict.fromkeys(("error_user_fields", "error_why_fields"), _words),
        "missing_is_deleted": _flag,
    },
    "clevertap": {
        **_EVERY,
        "region": _choice("in1", "sg1", "us1", "aps3", "mec1", "eu1", "sk1"),
        **dict.fromkeys(("create_path", "update_path"), _word),
        "max_batch": _whole(1, 100),
        "max_in_flight": _whole(1, 100),
        "action_field": _word,
        **dict.fromkeys(("exists_statuses", "gone_statuses"), _statuses),
        **dict.fromkeys(("failed_states", "refused_fields"), _words),
        **dict.fromkeys(("refused_user_fields", "refused_why_fields"), _words),
    },
    "webhook": {
        **_EVERY,
        "max_batch": _whole(1, 10_000),
        "max_payload_bytes": _whole(4_000, 1_000_000),
        "type_prefix": _word,
    },
}
"""What each type may be told, and how that is read; its adapter says what it means."""

REQUIRED = {
    "walkme-notification": ("template_id", "on"),
    "appcues": ("account_id",),
    "webhook": ("base_url",),
}
OWN = ("type", "connection", "enabled")


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
            for mistake in _mistakes_of(kind, option, value):
                yield mistake.below(option)
        if kind == "walkme-notification":
            yield from notification_mistakes(options)

    def to_settings(self, name: str) -> DestinationSettings:
        """The destination's settings, its options read.

        A `base_url` on this machine can only be a stand-in's, so that need not be said.
        """
        read = {
            option: OPTIONS[self.type][option](value)
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


def _mistakes_of(kind: str, option: str, value: Any) -> Iterator[MistakeError]:
    if option == "overrides":
        yield from override_mistakes(value)
        return
    try:
        OPTIONS[kind][option](value)
    except MistakeError as mistake:
        yield mistake
