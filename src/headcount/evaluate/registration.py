"""What a tick has to do with each segment: definitions meet what is registered.

Pure: the caller reads both sides and writes what comes of it.

Source: segments.md §3 (Expiry), §5 (life cycle, versions, orphaned, Classic).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from headcount.definitions.fingerprint import fingerprint
from headcount.definitions.load import (
    Loaded,
    LoadedDefinition,
    definition_from_json,
    definition_to_json,
)
from headcount.definitions.model import Definition
from headcount.definitions.settings import System
from headcount.errors import Fault
from headcount.rules.ranges import expiry
from headcount.store.registry import Registered

Todo = Literal["evaluate", "keep", "fail"]


@dataclass(frozen=True, slots=True)
class Case:
    """One segment at one tick.

    `at` is the instant its rules are evaluated at; `is_last` says that it expires
    there. `edit` is what became of its file since the version that is registered.
    """

    definition: Definition
    file: str
    version: int
    registered: Registered | None
    edit: Literal["none", "new", "reworded", "changed"]
    todo: Todo
    at: datetime
    is_last: bool = False
    is_orphaned: bool = False
    reason: str | None = None

    @property
    def segment_id(self) -> str:
        """The segment's id."""
        return self.definition.id


@dataclass(frozen=True, slots=True)
class Refusal:
    """An edit that may not be made; the segment goes on as it was registered."""

    segment_id: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Registration:
    """Every segment that is registered or has a sound file, and the refused edits."""

    cases: tuple[Case, ...]
    refusals: tuple[Refusal, ...]


def plan_registration(
    loaded: Loaded,
    registered: Mapping[str, Registered],
    systems: Mapping[str, System],
    *,
    at: datetime,
) -> Registration:
    """What a tick at `at` does with each segment, in the order of ids."""
    alive = {key: one for key, one in registered.items() if one.deleted_at is None}
    files = {one.definition.id: one for one in loaded.definitions}
    refusals = tuple(_refusals(files, alive))
    refused = {one.segment_id for one in refusals}
    faulty = {}
    for each in loaded.faulty:
        faulty[each.file] = faulty[each.segment_id] = each.faults[0]
    cases = []
    for segment_id in sorted(files.keys() | alive.keys()):
        if segment_id in files and segment_id not in refused:
            case = _of_file(files[segment_id], alive.get(segment_id), at)
        else:
            one = alive[segment_id]
            fault = faulty.get(segment_id, faulty.get(one.file))
            case = _of_registered(one, at, fault)
            if segment_id not in refused:
                case = replace(case, is_orphaned=fault is None)
        cases.append(_timed(case, systems.get(case.definition.system)))
    return Registration(tuple(cases), refusals)


def _of_file(
    loaded: LoadedDefinition, registered: Registered | None, at: datetime
) -> Case:
    """The case of a sound definition file."""
    definition = loaded.definition
    todo: Todo = "keep" if definition.classic else "evaluate"
    if registered is None:
        return Case(definition, loaded.file, 1, None, "new", todo, at)
    if fingerprint(definition) != registered.fingerprint:
        version = registered.version + 1
        return Case(definition, loaded.file, version, registered, "changed", todo, at)
    same = definition_to_json(definition) == registered.definition
    edit: Literal["none", "reworded"] = "none" if same else "reworded"
    version = registered.version
    return Case(definition, loaded.file, version, registered, edit, todo, at)


def _of_registered(registered: Registered, at: datetime, fault: Fault | None) -> Case:
    """The case of a segment that goes on as registered, or fails with its file."""
    definition = definition_from_json(registered.definition)
    todo: Todo = "keep" if definition.classic else "evaluate"
    version, file = registered.version, registered.file
    case = Case(definition, file, version, registered, "none", todo, at)
    if fault is None:
        return case
    is_kept = definition.classic or registered.status == "Expired"
    return replace(case, todo="keep" if is_kept else "fail", reason=str(fault))


def _timed(case: Case, system: System | None) -> Case:
    """The case with its last evaluation placed, and an expired one left alone.

    A system that headcount.yaml no longer names fails its segments.
    """
    registered = case.registered
    if case.todo != "evaluate":
        return case
    if registered is not None and registered.status == "Expired":
        return replace(case, todo="keep")
    if system is None:
        reason = f"headcount.yaml has no system {case.definition.system!r} any more"
        return replace(case, todo="fail", reason=reason)
    end = expiry(case.definition, system.timezone)
    if end is None or end > case.at:
        return case
    last = registered.last_evaluated_at if registered is not None else None
    # An edit may have moved the end before what is already told: that stays told.
    is_ahead = last is None or end > last
    return replace(case, is_last=True, at=end if is_ahead else case.at)


def status_of(case: Case) -> str:
    """The status of a case that is not evaluated at this tick."""
    if case.todo == "fail":
        return "Failed"
    if case.definition.classic:
        return "Active"
    return case.registered.status if case.registered is not None else "Pending"


def _refusals(
    files: Mapping[str, LoadedDefinition], alive: Mapping[str, Registered]
) -> Iterator[Refusal]:
    for segment_id in sorted(files.keys() & alive.keys()):
        loaded, registered = files[segment_id], alive[segment_id]
        for path, found, wanted in _forbidden_edits(loaded.definition, registered):
            fault = Fault(loaded.file, loaded.line, path, found, wanted)
            yield Refusal(segment_id, fault)


def _forbidden_edits(
    definition: Definition, registered: Registered
) -> Iterator[tuple[str, str, str]]:
    """The path of what may not change, what was found there, and what to do."""
    if definition.system != registered.system:
        wanted = f"{registered.system!r}, as registered, or a new segment"
        yield "$.system", f"another system, {definition.system!r}", wanted
    elif definition.classic != registered.is_classic:
        registered_as = f"`classic: {str(registered.is_classic).lower()}`"
        wanted = f"{registered_as}, as registered, or a new segment"
        yield "$.classic", f"{definition.classic}".lower(), wanted
    elif (
        registered.status == "Expired"
        and fingerprint(definition) != registered.fingerprint
    ):
        found = "an edit of the rules, range or end of an expired segment"
        yield "$", found, "a new segment: an expired one is never made active again"
