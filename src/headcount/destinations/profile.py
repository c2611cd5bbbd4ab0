"""How the facts of a vendor are set in headcount.yaml, and how its answers are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from headcount.destinations.errors import MisconfiguredError

P = TypeVar("P")


def read_profile(destination: str, kind: type[P], options: Mapping[str, Any]) -> P:
    """The profile with what `options` set; MisconfiguredError names every fault."""
    try:
        return TypeAdapter(kind).validate_python(dict(options))
    except ValidationError as error:
        faults = (f"{_path(e['loc'])}: {e['msg']}" for e in error.errors())
        raise MisconfiguredError(destination, "; ".join(faults)) from error


def field_of(document: Any, name: str) -> Any:
    """The value under `name`; None when there is none, or the document is no object."""
    return document.get(name) if isinstance(document, dict) else None


def list_of(document: Any, names: Iterable[str]) -> list[Any] | None:
    """The document if it is a list, else the first list under one of `names`."""
    places = (document, *(field_of(document, name) for name in names))
    return next((place for place in places if isinstance(place, list)), None)


def named_in(
    document: Any, lists: Iterable[str], *, users: Iterable[str], why: Iterable[str]
) -> dict[str, str]:
    """The users whom an answer names in one of `lists`, and what it says of each.

    An entry is an id, or an object that has it under one of `users` and a reason under
    one of `why`.
    """
    entries = [
        entry
        for name in lists
        if isinstance(listed := field_of(document, name), list)
        for entry in listed
    ]
    named = {}
    for entry in entries:
        ids = (entry, *(field_of(entry, name) for name in users))
        user_id = next((each for each in ids if isinstance(each, str)), None)
        if user_id is not None:
            said = (field_of(entry, name) for name in why)
            named[user_id] = next((str(each) for each in said if each), "refused")
    return named


def members_in(document: Any, names: Iterable[str]) -> frozenset[str] | None:
    """The ids in the list under one of `names`; None when there is none of ids only."""
    for name in names:
        listed = field_of(document, name)
        if isinstance(listed, list) and all(isinstance(each, str) for each in listed):
            return frozenset(listed)
    return None


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location))
