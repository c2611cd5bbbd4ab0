"""`headcount.yaml` as it is written, read by the same strict rules as a definition.

Source: interface.md §2; addresses: faults.md §2 (SSRF) and §5 (37).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, PlainValidator, ValidationError

from headcount.definitions import values
from headcount.definitions.destination_file import DestinationFile
from headcount.definitions.faults import faults_of, sorted_faults
from headcount.definitions.frozen import Frozen, Reading
from headcount.definitions.guard_file import GuardFile
from headcount.definitions.mistakes import (
    MissingKeyError,
    MistakeError,
    describe,
    quote,
)
from headcount.definitions.places import read_guid, read_source_path, read_timezone
from headcount.definitions.settings import (
    Columns,
    EventFormat,
    Limits,
    Settings,
    SnapshotRetention,
    Source,
    Subscription,
    System,
)
from headcount.definitions.values import Name, Word
from headcount.definitions.yaml_reader import Document, read_yaml
from headcount.errors import DefinitionError

FILE_NAME = "headcount.yaml"
MAPPED = {"csv", "parquet", "ndjson"}
LARGEST_LIMIT = 10**9
LEAST_MEMORY = 256 * 2**20

_UNITS = {"MB": 2**20, "GB": 2**30}
_BYTES = re.compile(r"([1-9][0-9]{0,6}) ?(MB|GB)")

Found = Iterator[MistakeError]
Written = Mapping[str, Any]


def _read_limit(value: Any) -> int | None:
    if value is None:
        return None
    return values.read_whole(value, least=0, most=LARGEST_LIMIT)


def _read_platform(value: Any) -> str:
    platform = values.read_choice(value, choices=("web", "mobile-web"))
    if platform == "mobile-web":
        wanted = "web: segments of mobile web systems are not evaluated"
        raise MistakeError(found="mobile-web", wanted=wanted)
    return platform


def _read_exact_length(value: Any) -> timedelta | None:
    if value is None:
        return None
    duration = values.read_duration(value)
    if duration.exact_seconds is None:
        wanted = "seconds, minutes, hours, days or weeks"
        raise MistakeError(found=quote(str(value)), wanted=wanted)
    return timedelta(seconds=duration.exact_seconds)


def _read_bytes(value: Any) -> int | None:
    if value is None:
        return None
    found = _BYTES.fullmatch(value) if isinstance(value, str) else None
    size = int(found[1]) * _UNITS[found[2]] if found else 0
    if size < LEAST_MEMORY:
        wanted = "a size like 4 GB, from 256 MB on, or null"
        raise MistakeError(found=quote(str(value)), wanted=wanted)
    return size


def _read_namespace(value: Any) -> str:
    namespace = values.read_name(value)
    if namespace.startswith(":"):
        raise MistakeError(found=quote(namespace), wanted="no colon at its beginning")
    return namespace


def _choice(*choices: str) -> PlainValidator:
    return PlainValidator(partial(values.read_choice, choices=choices))


Limit = Annotated[int | None, PlainValidator(_read_limit)]
Words = Annotated[tuple[Word, ...], BeforeValidator(values.read_any_list)]
Timezone = Annotated[ZoneInfo, PlainValidator(read_timezone)]
Bytes = Annotated[int | None, PlainValidator(_read_bytes)]
LengthOrNone = Annotated[timedelta | None, PlainValidator(_read_exact_length)]


class LimitsFile(Frozen):
    """The most a system may hold; null is no limit."""

    wanted: ClassVar[str] = "a mapping like {segments: 10, users: 50000, conditions: 5}"
    nullable: ClassVar[frozenset[str]] = frozenset({"segments", "users", "conditions"})

    segments: Limit = Limits().segments
    users: Limit = Limits().users
    conditions: Limit = Limits().conditions


class SystemFile(Frozen):
    """One system; its key is its name."""

    wanted: ClassVar[str] = "a mapping like {timezone: America/New_York}"

    guid: Annotated[str, PlainValidator(read_guid)] | None = None
    timezone: Timezone = ZoneInfo("UTC")
    platform: Annotated[str, PlainValidator(_read_platform)] = "web"
    limits: LimitsFile = LimitsFile()


class ColumnsFile(Frozen):
    """Which column, or JSON path, holds what."""

    wanted: ClassVar[str] = (
        "a mapping like {user_id: uid, event: action, timestamp: ts}"
    )

    user_id: Word
    timestamp: Word
    event: Word | None = None
    event_id: Word | None = None
    environment: Word | None = None
    properties: Words | None = None
    attributes: Words | None = None


class SourceFile(Frozen):
    """Files of one shape that feed one system."""

    wanted: ClassVar[str] = (
        "a mapping like {name: …, system: …, path: …, format: native}"
    )
    nullable: ClassVar[frozenset[str]] = frozenset({"max_ahead"})

    name: Name
    system: Name
    path: Annotated[str, PlainValidator(read_source_path)]
    format: Annotated[EventFormat, _choice(*get_args(EventFormat))]
    records: Annotated[
        Literal["events", "attributes"], _choice("events", "attributes")
    ] = "events"
    columns: ColumnsFile | None = None
    timezone: Timezone | None = None
    id_namespace: Annotated[str, PlainValidator(_read_namespace)] | None = None
    max_ahead: Annotated[timedelta | None, PlainValidator(_read_exact_length)] = (
        timedelta(days=1)
    )
    attributes: Words = ()
    anonymous: Annotated[Literal["reject", "keep"], _choice("reject", "keep")] = (
        "reject"
    )
    max_bad_share: Annotated[float, PlainValidator(values.read_share)] = 0.1

    @classmethod
    def mistakes(cls, written: Written, reading: Reading) -> Found:
        """A map of columns that is missing, idle, or lacks what the records need."""
        del reading
        shape = written.get("format")
        records = written.get("records", "events")
        columns = written.get("columns")
        if shape in MAPPED and "columns" not in written:
            yield MissingKeyError("columns", wanted=f"the columns of {shape} files")
        elif isinstance(shape, str) and shape in set(get_args(EventFormat)) - MAPPED:
            yield from _idle(written, shape)
        if isinstance(columns, Mapping):
            yield from _columns_of(columns, records)
        if written.get("anonymous") == "keep" and shape != "segment":
            wanted = "it with format: segment only"
            yield MistakeError(found="anonymous", wanted=wanted, at=("anonymous",))


def _idle(written: Written, shape: str) -> Found:
    for key in ("columns", "records"):
        if key in written:
            found = f"{key} with format: {shape}"
            wanted = "it with csv, parquet or ndjson only: this format has its own"
            yield MistakeError(found=found, wanted=wanted, at=(key,))


def _columns_of(columns: Written, records: Any) -> Found:
    if records == "events" and "event" not in columns:
        found = "no column of the event's name"
        wanted = "event: …, or records: attributes"
        yield MistakeError(found=found, wanted=wanted, at=("columns",))
    if records == "attributes":
        for key in columns.keys() & {"event", "event_id", "properties", "environment"}:
            found = f"{key} with records: attributes"
            wanted = "user_id, timestamp and attributes only"
            yield MistakeError(found=found, wanted=wanted, at=("columns", key))


class SubscriptionFile(Frozen):
    """An export made by itself."""

    wanted: ClassVar[str] = "a mapping like {segment: …, format: xlsx, every: day}"

    segment: Word
    format: Annotated[
        Literal["csv", "xlsx", "parquet"], _choice("csv", "xlsx", "parquet")
    ]
    every: Annotated[
        Literal["tick", "hour", "day", "week", "month"],
        _choice("tick", "hour", "day", "week", "month"),
    ]
    attributes: Words = ()


class ExportsFile(Frozen):
    """What is exported without being asked for, and how long files are kept."""

    wanted: ClassVar[str] = "a mapping like {subscriptions: […], keep: 30 days}"
    nullable: ClassVar[frozenset[str]] = frozenset({"keep"})

    subscriptions: Annotated[
        tuple[SubscriptionFile, ...], BeforeValidator(values.read_any_list)
    ] = ()
    keep: LengthOrNone = timedelta(days=30)


class SnapshotsFile(Frozen):
    """How long snapshots are kept."""

    wanted: ClassVar[str] = "a mapping like {keep: 30 days, keep_daily: null}"
    nullable: ClassVar[frozenset[str]] = frozenset({"keep", "keep_daily"})

    keep: LengthOrNone = SnapshotRetention().every
    keep_daily: LengthOrNone = SnapshotRetention().daily


class ProjectFile(Frozen):
    """The whole of headcount.yaml."""

    nullable: ClassVar[frozenset[str]] = frozenset({"guard", "memory"})

    systems: Annotated[
        Mapping[str, SystemFile], BeforeValidator(values.read_filled_mapping)
    ]
    sources: Annotated[
        tuple[SourceFile, ...], BeforeValidator(values.read_any_list)
    ] = ()
    destinations: Annotated[
        Mapping[str, DestinationFile], BeforeValidator(values.read_mapping)
    ] = Field(default_factory=dict)
    guard: GuardFile = GuardFile()
    segments: Word = "segments"
    exports: ExportsFile = ExportsFile()
    snapshots: SnapshotsFile = SnapshotsFile()
    memory: Bytes = None

    @classmethod
    def mistakes(cls, written: Written, reading: Reading) -> Found:
        """A source of an unknown system, two of one name, a guard of no destination."""
        del reading
        yield from _unguarded(written)
        sources = written.get("sources")
        systems = written.get("systems")
        named = [
            (index, source)
            for index, source in enumerate(sources if isinstance(sources, list) else ())
            if isinstance(source, Mapping)
        ]
        times = Counter(str(source.get("name")) for _, source in named)
        for index, source in named:
            name, system = source.get("name"), source.get("system")
            if name is not None and times[str(name)] > 1:
                found = f"{quote(str(name))} {times[str(name)]} times"
                at = ("sources", index, "name")
                yield MistakeError(found=found, wanted="a name of its own", at=at)
            if isinstance(systems, Mapping) and isinstance(system, str):
                yield from _unknown_system(index, system, systems)


def _unguarded(written: Written) -> Found:
    guard, destinations = written.get("guard"), written.get("destinations", {})
    named = guard.get("destinations") if isinstance(guard, Mapping) else None
    if not isinstance(named, Mapping) or not isinstance(destinations, Mapping):
        return
    for name in named:
        if name not in destinations:
            mistake = values.unknown(name, destinations, "a destination of this file")
            yield mistake.below("guard", "destinations", name)


def _unknown_system(index: int, system: str, systems: Mapping[str, Any]) -> Found:
    if system not in systems:
        mistake = values.unknown(system, systems, "a system of this file")
        yield mistake.below("sources", index, "system")


def read_project_file(path: Path) -> tuple[Settings, Document]:
    """The settings and where each stands; DefinitionError holds all faults at once."""
    document = read_yaml(path, file=FILE_NAME)
    if not document.is_readable:
        raise DefinitionError(list(document.faults))
    if not isinstance(document.tree, dict):
        wanted = "a mapping of systems, sources, destinations, …"
        fault = document.fault((), found=describe(document.tree), wanted=wanted)
        raise DefinitionError([*document.faults, fault])
    try:
        written = ProjectFile.model_validate(document.tree)
    except ValidationError as error:
        faults = (*document.faults, *faults_of(error, document))
        raise DefinitionError(list(sorted_faults(faults))) from None
    if document.faults:
        raise DefinitionError(list(document.faults))
    return _to_settings(written), document


def _to_settings(written: ProjectFile) -> Settings:
    return Settings(
        systems={name: _to_system(name, s) for name, s in written.systems.items()},
        sources=tuple(_to_source(source) for source in written.sources),
        destinations={
            name: destination.to_settings(name)
            for name, destination in written.destinations.items()
        },
        guards=written.guard.to_settings(),
        segments_folder=written.segments.rstrip("/") or "/",
        subscriptions=tuple(
            Subscription(each.segment, each.format, each.every, each.attributes)
            for each in written.exports.subscriptions
        ),
        keep_exports=written.exports.keep,
        snapshots=SnapshotRetention(
            written.snapshots.keep, written.snapshots.keep_daily
        ),
        memory_bytes=written.memory,
    )


def _to_system(name: str, written: SystemFile) -> System:
    limits = written.limits
    return System(
        name=name,
        timezone=written.timezone,
        guid=written.guid,
        platform=written.platform,
        limits=Limits(limits.segments, limits.users, limits.conditions),
    )


def _to_source(written: SourceFile) -> Source:
    columns = written.columns
    fields = {name: getattr(written, name) for name in SourceFile.model_fields}
    mapped = columns and Columns(
        **{name: getattr(columns, name) for name in ColumnsFile.model_fields}
    )
    return Source(**fields | {"columns": mapped})
