"""What a destination of notifications may be told in headcount.yaml, and no other.

Source: vendors.md §2 (WalkMe Workstation notifications).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from headcount.definitions import values
from headcount.definitions.mistakes import (
    MissingKeyError,
    MistakeError,
    UnknownKeyError,
    describe,
    quote,
)
from headcount.definitions.places import read_guid
from headcount.definitions.settings import ALERTS, USER_EVENTS, Filling
from headcount.definitions.times import Duration

USER_FACTS = ("about", "event", "at")
ALERT_FACTS = (*USER_FACTS, "reason")
A_FILLING = "text, {attribute: …, default: …} or {fact: …}"
ONLY_FOR_USERS = ("first", "again", "most")

_KEYS = ("attribute", "default", "fact")
_BEGINS_WITH_A_YEAR = re.compile(r"[0-9]{4}-")
_NOT_IN_A_KEY = re.compile(r"[#\s]")

Found = Iterator[MistakeError]


def read_events(value: Any) -> tuple[str, ...]:
    """What is told of, one word or several."""
    choices = (*USER_EVENTS, *ALERTS)
    written = values.read_one_or_more(value)
    return tuple(values.read_choice(each, choices=choices) for each in written)


def read_guids(value: Any) -> tuple[str, ...]:
    """A GUID, or several."""
    return tuple(map(read_guid, values.read_one_or_more(value)))


def read_recipients(value: Any) -> tuple[str, ...]:
    """The ids of users, one or several."""
    return tuple(map(values.read_word, values.read_one_or_more(value)))


def read_when(value: Any) -> date | datetime | Duration:
    """A day or instant, or how long after the event."""
    if isinstance(value, str) and _BEGINS_WITH_A_YEAR.match(value):
        return values.read_moment(value)
    return values.read_duration(value)


def read_again(value: Any) -> str | Duration:
    """Whether a user who comes again is told again, or after what time."""
    if isinstance(value, str) and re.match(r"-?[0-9]", value):
        return values.read_duration(value)
    return values.read_choice(value, choices=("always", "never"))


def read_overrides(value: Any) -> tuple[tuple[str, Filling], ...]:
    """What each placeholder is filled with; only for what has no mistakes."""
    return tuple((key, _read_filling(filling)) for key, filling in value.items())


def override_mistakes(value: Any) -> Found:
    """All that is wrong with `overrides`."""
    try:
        fillings = values.read_mapping(value)
    except MistakeError as mistake:
        yield mistake
        return
    for key, filling in fillings.items():
        if _NOT_IN_A_KEY.search(key):
            wanted = "the placeholder's name: NAME for ###NAME###"
            yield MistakeError(found=quote(key), wanted=wanted, at=(key,))
        yield from (mistake.below(key) for mistake in _filling_mistakes(filling))


def notification_mistakes(options: Mapping[str, Any]) -> Found:
    """What does not go together: users and operators are told in different ways."""
    told = _told(options)
    if not told:
        return
    if told & set(USER_EVENTS) and told & set(ALERTS):
        found = "what users are told beside what operators are told"
        wanted = f"either {' and '.join(USER_EVENTS)}, or alerts; two destinations"
        yield MistakeError(found=found, wanted=wanted, at=("on",))
    elif told & set(ALERTS):
        yield from _alert_mistakes(options)
    else:
        yield from _user_mistakes(options)


def _alert_mistakes(options: Mapping[str, Any]) -> Found:
    if not options.keys() & {"to", "audience_ids"}:
        wanted = "the ids of the users who are told, or audience_ids"
        yield MissingKeyError("to", wanted=wanted)
    for option in ONLY_FOR_USERS:
        if option in options:
            found = f"{option} with alerts"
            wanted = "it with on: entered or exited only"
            yield MistakeError(found=found, wanted=wanted, at=(option,))
    for key, _ in _fillings_with("attribute", options):
        wanted = "text or {fact: …}: an alert is about no user"
        found = "an attribute in an alert"
        yield MistakeError(found=found, wanted=wanted, at=("overrides", key))


def _user_mistakes(options: Mapping[str, Any]) -> Found:
    if "to" in options:
        found = "to with on: entered or exited"
        wanted = "it with alerts only: who entered or left is told"
        yield MistakeError(found=found, wanted=wanted, at=("to",))
    for key, fact in _fillings_with("fact", options):
        if fact == "reason":
            wanted = f"one of {', '.join(USER_FACTS)}: only alerts have a reason"
            at = ("overrides", key, "fact")
            yield MistakeError(found=quote(fact), wanted=wanted, at=at)
    if "audience_ids" in options:
        for key, _ in _fillings_with("attribute", options):
            found = "an attribute beside audience_ids"
            wanted = "text or {fact: …}: an audience is told as one"
            yield MistakeError(found=found, wanted=wanted, at=("overrides", key))


def _told(options: Mapping[str, Any]) -> set[str]:
    try:
        return set(read_events(options.get("on")))
    except MistakeError:
        return set()


def _fillings_with(kind: str, options: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    overrides = options.get("overrides")
    for key, filling in overrides.items() if isinstance(overrides, Mapping) else ():
        if isinstance(filling, Mapping) and kind in filling:
            yield key, filling[kind]


def _filling_mistakes(filling: Any) -> Found:
    if not isinstance(filling, Mapping):
        yield from _mistake_of(values.read_word, filling)
        return
    for key in filling:
        if key not in _KEYS:
            yield UnknownKeyError(key, _KEYS)
    if len(filling.keys() & {"attribute", "fact"}) != 1:
        yield MistakeError(found=describe(filling), wanted=A_FILLING)
    if "default" in filling and "fact" in filling:
        found, wanted = "default beside fact", "it beside attribute only"
        yield MistakeError(found=found, wanted=wanted, at=("default",))
    for key in ("attribute", "default"):
        if key in filling:
            yield from _mistake_of(values.read_word, filling[key], key)
    if "fact" in filling:
        yield from _mistake_of(_read_fact, filling["fact"], "fact")


def _mistake_of(reader: Any, value: Any, *at: str) -> Found:
    try:
        reader(value)
    except MistakeError as mistake:
        yield mistake.below(*at)


def _read_fact(value: Any) -> str:
    return values.read_choice(value, choices=ALERT_FACTS)


def _read_filling(filling: Any) -> Filling:
    if not isinstance(filling, Mapping):
        return Filling("text", filling)
    if "fact" in filling:
        return Filling("fact", filling["fact"])
    return Filling("attribute", filling["attribute"], filling.get("default"))
