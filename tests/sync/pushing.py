"""One segment, one vendor, one store: what the tests of pushes work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from tests.contracts.vendors import QuickTime, Vendor

from headcount.destinations.base import Destination, Job, SegmentRef
from headcount.sync.guard import Watch
from headcount.sync.ledger import Aim, OpenStore, read_told
from headcount.sync.plan import Retelling
from headcount.sync.push import (
    PATIENCE,
    UNWATCHED,
    Wanted,
    push_deletion,
    push_segment,
)
from headcount.sync.reconcile import CheckResult, reconcile_segment
from headcount.sync.report import PushResult
from headcount.sync.retry import Patience

NOW = datetime(2026, 5, 1, 9, 15, 20, tzinfo=UTC)
TICK = datetime(2026, 5, 1, 9, 15, tzinfo=UTC)


class Interrupted:
    """A destination to which something happens right before its first add."""

    def __init__(
        self, destination: Destination, meanwhile: Callable[[], object] | None = None
    ) -> None:
        self.destination = destination
        self.meanwhile = meanwhile

    def __getattr__(self, name: str) -> Any:
        return getattr(self.destination, name)

    def add(
        self, segment: SegmentRef, remote_id: str, user_ids: list[str]
    ) -> Job | None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        return self.destination.add(segment, remote_id, user_ids)


@dataclass(slots=True)
class Pushing:
    """Pushes of one segment; `ticks` counts the snapshots so far."""

    open_store: OpenStore
    vendor: Vendor
    destination: Destination
    segment: SegmentRef
    time: QuickTime
    ticks: int = 0

    def push(self, *members: str, **given: Any) -> PushResult:
        """The members of a new tick are pushed."""
        self.ticks += 1
        return self.push_again(*members, **given)

    def push_again(
        self,
        *members: str,
        patience: Patience = PATIENCE,
        destination: Destination | None = None,
        watch: Watch = UNWATCHED,
        retelling: Retelling | None = None,
        **fields: Any,
    ) -> PushResult:
        """The members of the present tick are pushed, `fields` being the segment's."""
        return push_segment(
            self.open_store,
            destination=destination or self.destination,
            segment=replace(self.segment, **fields),
            wanted=Wanted(members, self.aim, watch, retelling),
            now=NOW + timedelta(minutes=15) * self.ticks,
            pace=self.time.pace(),
            patience=patience,
        )

    @property
    def aim(self) -> Aim:
        """The snapshot of the present tick."""
        return Aim(TICK + timedelta(minutes=15) * self.ticks)

    def tell_again(
        self, *members: str, turn: int = 0, turns: int = 1, **given: Any
    ) -> PushResult:
        """The same members are told, and who else was ever spoken of."""
        retelling = Retelling(self.told(), turn, turns)
        return self.push_again(*members, retelling=retelling, **given)

    def reconcile(
        self, *members: str, destination: Destination | None = None
    ) -> CheckResult:
        """What the vendor holds is compared, or told again as a whole."""
        return reconcile_segment(
            self.open_store,
            destination=destination or self.destination,
            segment=self.segment,
            wanted=Wanted(members, self.aim, retelling=Retelling(self.told())),
            now=NOW + timedelta(minutes=15) * self.ticks,
            pace=self.time.pace(),
        )

    def told(self) -> pl.Series:
        """Everybody who was ever spoken of."""
        with self.open_store() as warehouse:
            return read_told(warehouse, self.destination.name, self.segment.segment_id)

    def delete(self) -> PushResult:
        return push_deletion(
            self.open_store,
            destination=self.destination,
            segment=self.segment,
            now=NOW + timedelta(minutes=15) * self.ticks,
            pace=self.time.pace(),
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.open_store() as warehouse:
            return warehouse.con.execute(query).fetchall()
