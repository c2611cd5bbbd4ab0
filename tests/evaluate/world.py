"""A small project in a folder: files in, ticks out, through the real stages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Any
from zoneinfo import ZoneInfo

from headcount.clock import ticks_between
from headcount.definitions.load import Loaded, load_definitions
from headcount.definitions.loaded import Registry
from headcount.definitions.settings import Limits, Settings, Source, System
from headcount.evaluate.backfill import Span, tell_tick
from headcount.evaluate.outcome import SegmentReport, TickReport
from headcount.evaluate.proposal import Proposal, propose
from headcount.evaluate.tick import evaluate_tick
from headcount.evaluate.why import Explanation, explain
from headcount.ingest.sources import ingest_sources
from headcount.store import membership, registry
from headcount.store.warehouse import Warehouse

SHOP = "shop"


def utc(text: str) -> datetime:
    """The UTC instant that ISO 8601 text without an offset names."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class World:
    """One system `shop`; every call goes through the code that users run."""

    def __init__(self, folder: Path, *, timezone: str = "UTC", users: int = 50_000):
        self.folder = folder
        self.segments = folder / "segments"
        self.snapshots = folder / "snapshots"
        self.segments.mkdir(parents=True)
        self.warehouse = Warehouse.in_memory()
        system = System(SHOP, ZoneInfo(timezone), limits=Limits(users=users))
        source = Source("log", SHOP, "landing/*.ndjson", "native", max_ahead=None)
        self.settings = Settings({SHOP: system}, (source,), {})
        self._numbers = count()

    def log(self, *records: dict[str, Any]) -> None:
        """The records are ingested as one more file."""
        path = self.folder / "landing" / f"{next(self._numbers):04}.ndjson"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{json.dumps(one)}\n" for one in records))
        ingest_sources(
            self.warehouse, self.settings, self.folder, now=utc("2024-01-01")
        )

    def define(self, segment_id: str, rules: str, **more: str) -> None:
        """The definition is written, or written over."""
        lines = {"name": segment_id, "system": SHOP} | more
        head = "".join(f"{key}: {value}\n" for key, value in lines.items())
        text = f"{head}rules:\n{dedent(rules).strip()}\n" if rules else head
        (self.segments / f"{segment_id}.yaml").write_text(text)

    def load(self) -> Loaded:
        """The definitions as the folder has them now."""
        found = registry.read_registered(self.warehouse).values()
        return load_definitions(
            self.segments,
            self.settings,
            registry=Registry(
                {one.segment_id: one.system for one in found if not one.deleted_at},
                frozenset(one.segment_id for one in found if one.deleted_at),
            ),
        )

    def tick(self, at: str) -> TickReport:
        """The tick at `at` has run."""
        return evaluate_tick(
            self.warehouse,
            self.load(),
            self.settings.systems,
            folder=self.snapshots,
            at=utc(at),
            now=utc(at),
        )

    def backfill(
        self, first: str, last: str, *, restate: bool = False
    ) -> list[TickReport]:
        """The ticks from `first` to `last` are told; those that told something."""
        with TemporaryDirectory() as aside:
            span = Span(Path(aside), restate)
            reports = [
                tell_tick(
                    self.warehouse,
                    self.load(),
                    self.settings.systems,
                    folder=self.snapshots,
                    at=at,
                    now=utc(last),
                    span=span,
                )
                for at in ticks_between(utc(first), utc(last))
            ]
        return [one for one in reports if one.segments]

    def report(self, at: str, segment_id: str) -> SegmentReport:
        """What the tick at `at`, run now, made of one segment."""
        reports = {one.segment_id: one for one in self.tick(at).segments}
        return reports[segment_id]

    def propose(self, at: str) -> Proposal:
        """What the definitions in the folder would do at `at`."""
        return propose(self.warehouse, self.load(), self.settings.systems, at=utc(at))

    def why(self, segment_id: str, user_id: str, at: str) -> Explanation:
        """Why the user is in the segment at `at`, or not."""
        segment = registry.read_registered(self.warehouse)[segment_id]
        systems = self.settings.systems
        return explain(self.warehouse, segment, user_id, systems, at=utc(at))

    def members(self, segment_id: str, at: str) -> dict[str, datetime]:
        """Who is a member at `at`, and since when."""
        frame = membership.read_members(self.warehouse, segment_id, utc(at))
        return dict(frame.iter_rows())

    def snapshot_files(self) -> dict[str, bytes]:
        """Every file under the snapshots folder, with its bytes."""
        files = sorted(path for path in self.snapshots.rglob("*") if path.is_file())
        return {
            str(path.relative_to(self.snapshots)): path.read_bytes() for path in files
        }


def event(user: str, name: str, at: str, **properties: Any) -> dict[str, Any]:
    """A native event record."""
    return {
        "user_id": user,
        "event": name,
        "timestamp": f"{at}Z" if "T" in at else f"{at}T00:00:00Z",
        "properties": properties,
    }


def attributes(user: str, at: str, **values: Any) -> dict[str, Any]:
    """A native attribute record."""
    timestamp = f"{at}Z" if "T" in at else f"{at}T00:00:00Z"
    return {
        "type": "attributes",
        "user_id": user,
        "timestamp": timestamp,
        "attributes": values,
    }


@contextmanager
def opened(folder: Path, **options: Any) -> Iterator[World]:
    """A world whose store is closed at the end."""
    world = World(folder, **options)
    with world.warehouse:
        yield world
