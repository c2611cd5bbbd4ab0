"""A segment whose ticks a test writes, and whoever is told of them by a stand-in."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from tests.contracts.vendors import QuickTime

from headcount.definitions.settings import DestinationSettings
from headcount.destinations.base import SegmentRef
from headcount.destinations.load import load_notifier, read_manner
from headcount.standins.process import StandIn
from headcount.store import membership, registry, runs, snapshots
from headcount.store.snapshots import Snapshot, Valid
from headcount.store.warehouse import Warehouse
from headcount.sync.due_notices import has_news
from headcount.sync.ledger import OpenStore
from headcount.sync.notify import notify_operators, notify_users
from headcount.sync.report import PushResult

TICK = datetime(2026, 5, 1, 9, 15, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
TEMPLATE = "75cfcba6-c320-42cb-938e-4c2bd08a43a3"
SEGMENT = SegmentRef("buyers", "Buyers", "shop")


def write_tick(
    store: Warehouse, members: tuple[str, ...], *, at: datetime, version: int = 1
) -> None:
    """The tick `at` has these members: the tables an evaluation would leave."""
    listed = pl.DataFrame({"user_id": list(members)}, schema={"user_id": pl.String})
    with store.transaction():
        _register(store, version, at)
        codes = membership.require_codes(store, "shop", listed)
        present = codes.select(
            "user_code", entered_at=pl.lit(at).cast(membership.INSTANT)
        )
        standing = membership.read_standing(store, "buyers", at)
        change = membership.plan_change(standing, present)
        membership.commit_changes(
            store, [membership.Told("buyers", at, version, change)]
        )
        store.con.execute(
            "UPDATE segment_versions SET first_used_at = $at "
            "WHERE version = $version AND first_used_at IS NULL",
            {"at": at, "version": version},
        )
        written = Snapshot("buyers", at, "file", len(members), "sha")
        snapshots.commit_snapshots(
            store, [Valid(written, at, is_again=True)], run_id="run"
        )
        _, attempts = runs.read_newest(store, at)
        run = runs.Run(f"{at}/{attempts}", at, attempts, "done", 0, at, 0.0)
        runs.record_run(store, run)


def _register(store: Warehouse, version: int, at: datetime) -> None:
    known = registry.read_registered(store)
    if "buyers" not in known:
        registry.add_segment(
            store,
            segment_id="buyers",
            system="shop",
            file="buyers.yaml",
            is_classic=False,
            now=at,
        )
    if "buyers" not in known or known["buyers"].version < version:
        registry.add_version(
            store,
            segment_id="buyers",
            version=version,
            fingerprint=str(version),
            definition="{}",
            now=at,
        )
        store.con.execute("UPDATE segments SET version = ?", [version])


@dataclass(slots=True)
class Bell:
    """Tells the buyers; `options` are those of headcount.yaml."""

    open_store: OpenStore
    standin: StandIn
    options: dict[str, Any] = field(default_factory=dict)
    ticks: int = -1
    time: QuickTime = field(default_factory=QuickTime)

    def __post_init__(self) -> None:
        self.options = {"template_id": TEMPLATE, "on": ("entered",)}
        self.options |= {"base_url": self.standin.url, "stand_in": True}

    @property
    def settings(self) -> DestinationSettings:
        """As the project file gives them."""
        kind = "walkme-notification"
        return DestinationSettings("bell", type=kind, options=self.options)

    @property
    def at(self) -> datetime:
        """The present tick."""
        return TICK + QUARTER * self.ticks

    def write(self, *members: str) -> None:
        """The next tick has these members."""
        self.ticks += 1
        with self.open_store() as store:
            write_tick(store, members, at=self.at)

    def tick(self, *members: str, version: int = 1) -> PushResult:
        """The next tick has these members, and is told of."""
        self.ticks += 1
        return self.tick_again(*members, version=version)

    def tick_again(self, *members: str, version: int = 1) -> PushResult:
        """The present tick is told again with these members."""
        with self.open_store() as store:
            write_tick(store, members, at=self.at, version=version)
        return self.push()

    def push(self) -> PushResult:
        """Whoever is to be told is told."""
        with closing(load_notifier(self.settings, self.standin)) as notifier:
            return notify_users(
                self.open_store,
                notifier=notifier,
                segment=SEGMENT,
                now=self.at,
                pace=self.time.pace(),
            )

    def alert(self) -> PushResult:
        """Operators are told of what goes wrong."""
        with closing(load_notifier(self.settings, self.standin)) as notifier:
            return notify_operators(
                self.open_store,
                notifier=notifier,
                now=self.at,
                pace=self.time.pace(),
            )

    @property
    def is_due(self) -> bool:
        """Whether the next push has anything to do."""
        with self.open_store() as store:
            return has_news(store, "bell", SEGMENT, read_manner(self.settings))

    @property
    def shown(self) -> list[dict[str, Any]]:
        """What users were shown, oldest first."""
        return self.standin.read_notifications()

    @property
    def told(self) -> dict[str, int]:
        """How often each user was told."""
        return Counter(user for one in self.shown for user in one["endUsersIds"])

    def rows(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        """What the store says."""
        with self.open_store() as store:
            return store.con.execute(query, params).fetchall()
