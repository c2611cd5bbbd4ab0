"""What `headcount.yaml` says, as frozen values (interface.md §2). Read by `project`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

EventFormat = Literal[
    "native",
    "segment",
    "walkme-webhook",
    "walkme-collector",
    "csv",
    "parquet",
    "ndjson",
]


@dataclass(frozen=True, slots=True)
class Limits:
    """The most a system may hold; None is no limit (segments.md §5)."""

    segments: int | None = 10
    users: int | None = 50_000
    conditions: int | None = 5


@dataclass(frozen=True, slots=True)
class System:
    """One product whose users are segmented; ids and codes are per system."""

    name: str
    timezone: ZoneInfo
    guid: str | None = None
    platform: str = "web"
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a mapped file keeps what: column names, or JSON paths for NDJSON.

    `properties` / `attributes` None means every other column.
    """

    user_id: str
    timestamp: str
    event: str | None = None
    event_id: str | None = None
    environment: str | None = None
    properties: tuple[str, ...] | None = None
    attributes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Files of one shape that feed one system."""

    name: str
    system: str
    path: str
    format: EventFormat
    records: Literal["events", "attributes"] = "events"
    columns: Columns | None = None
    timezone: ZoneInfo | None = None
    id_namespace: str | None = None
    max_ahead: timedelta | None = timedelta(days=1)
    attributes: tuple[str, ...] = ()
    anonymous: Literal["reject", "keep"] = "reject"
    max_bad_share: float = 0.1


USER_EVENTS = ("entered", "exited")
ALERTS = ("segment-failed", "push-failed", "push-held")
"""What a notification may tell users of, and what operators."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What stands in for a placeholder: `value` itself, or what it names.

    An attribute that a user does not have is `default`; None: that user is not told.
    """

    kind: Literal["text", "attribute", "fact"]
    value: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class DestinationSettings:
    """One entry of `destinations`; `options` holds what only its adapter knows."""

    name: str
    type: str
    connection: str | None = None
    enabled: bool = True
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def told_of(self) -> tuple[str, ...]:
        """What its notifications tell of; nothing where it is told of memberships."""
        is_notifier = self.type == "walkme-notification"
        return tuple(self.options["on"]) if is_notifier else ()


@dataclass(frozen=True, slots=True)
class Guard:
    """What makes a push wait for a person; a threshold of None never does.

    removed             more than this share of a segment would be removed
    after_empty_ingest  the same, when no row has come in since the tick before
    min_members         segments of fewer users there are not measured by shares
    emptied             nobody would be left
    first_push          a push that was never finished would add more users
    """

    removed: float | None = 0.2
    after_empty_ingest: float | None = 0.05
    min_members: int = 100
    emptied: bool = True
    first_push: int | None = 10_000


NO_GUARD: Mapping[str, Any] = {
    "removed": None,
    "after_empty_ingest": None,
    "emptied": False,
    "first_push": None,
}
Thresholds = Mapping[str, Any]
"""Those fields of a Guard that are set at one place."""


@dataclass(frozen=True, slots=True)
class Guards:
    """The thresholds of the project, and where they are others."""

    everywhere: Thresholds = field(default_factory=dict)
    destinations: Mapping[str, Thresholds] = field(default_factory=dict)
    segments: Mapping[str, Thresholds] = field(default_factory=dict)

    def of(self, destination: str, segment_id: str) -> Guard:
        """The guard of one push: what the segment says goes before the destination."""
        there = self.destinations.get(destination, {})
        own = self.segments.get(segment_id, {})
        return Guard(**{**self.everywhere, **there, **own})


@dataclass(frozen=True, slots=True)
class Subscription:
    """An export made by itself, once a `every`; each attribute is a column."""

    segment: str
    format: Literal["csv", "xlsx", "parquet"]
    every: Literal["tick", "hour", "day", "week", "month"]
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SnapshotRetention:
    """For how long every snapshot is kept, then the last of each day; None: for ever.

    What is gone can be told again from the stays.
    """

    every: timedelta | None = timedelta(days=30)
    daily: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole project file, checked."""

    systems: dict[str, System]
    sources: tuple[Source, ...]
    destinations: dict[str, DestinationSettings]
    guards: Guards = Guards()
    segments_folder: str = "segments"
    subscriptions: tuple[Subscription, ...] = ()
    keep_exports: timedelta | None = timedelta(days=30)
    snapshots: SnapshotRetention = SnapshotRetention()
    memory_bytes: int | None = None
