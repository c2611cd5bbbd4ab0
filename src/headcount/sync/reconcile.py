"""Compares what a destination shows of a segment with the ledger, and makes it right.

A request that arrives after a later one, or somebody's hand, leaves a remote segment
other than the ledger has it (faults.md §3.3). Where the vendor shows who is there, that
is found; where it does not, everything is said again: all at once, or a part each time.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal

import polars as pl

from headcount.destinations.base import Destination, Look, SegmentRef
from headcount.destinations.errors import DestinationError
from headcount.store.warehouse import Warehouse
from headcount.sync.courier import Courier
from headcount.sync.ledger import Ledger, OpenStore, SupersededError, Sync
from headcount.sync.plan import Batch, Held, Reject, SyncPlan
from headcount.sync.push import PACE, PATIENCE, Wanted, push_segment
from headcount.sync.report import PushResult
from headcount.sync.retry import Pace, Patience

Method = Literal["read", "told"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What was found of one destination and segment, and the push that made it right.

    method   read: it showed who is there; told: it was told again
    drift    what was not as the ledger has it, None when all that it shows was
    """

    method: Method
    drift: str | None
    push: PushResult

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return {
            "destination": self.push.destination,
            "segment_id": self.push.segment_id,
            **asdict(self),
        }


@dataclass(frozen=True, slots=True)
class Drift:
    """What a destination held that it should not, or the reverse, and still does."""

    destination: str
    segment_id: str
    checked_at: datetime
    drift: str


def read_drifts(warehouse: Warehouse) -> list[Drift]:
    """The drifts that no push has made right yet, by destination and segment."""
    return [Drift(*row) for row in warehouse.rows("sync/read_drifts")]


def reconcile_segment(
    open_store: OpenStore,
    *,
    destination: Destination,
    segment: SegmentRef,
    wanted: Wanted,
    now: datetime,
    pace: Pace = PACE,
    patience: Patience = PATIENCE,
) -> CheckResult:
    """The destination holds who is wanted, and what had drifted is told.

    Who is there is read where that can be; else the retelling of `wanted` is sent. The
    guard measures what the ledger, as it then is, would have changed.
    """
    ledger = Ledger(
        open_store, destination.name, segment, tried_as=destination.fingerprint
    )
    courier = Courier(ledger, now=now, pace=pace, patience=patience)
    look, drift = None, None
    if destination.abilities.can_look:
        look, drift = _look(ledger, courier, destination)
    is_read = look is not None and look.user_ids is not None
    push = push_segment(
        open_store,
        destination=destination,
        segment=segment,
        wanted=wanted.told_of_changes() if is_read else wanted,
        now=courier.at,
        pace=pace,
        patience=patience,
    )
    method: Method = "read" if is_read else "told"
    ledger.note_check(method=method, drift=drift, at=courier.at)
    return CheckResult(method, drift, push)


def _look(
    ledger: Ledger, courier: Courier, destination: Destination
) -> tuple[Look | None, str | None]:
    """What it shows, None when it cannot be seen, and the drift that the ledger had."""
    found: list[Held] = []

    def plan(_: Sync, held: Held) -> SyncPlan:
        found.append(held)
        kept = held.rejects.select("user_id", "reason").rows()
        batches = (Batch("look"),) if held.remote_id else ()
        return SyncPlan(batches, tuple(Reject(*row) for row in kept))

    try:
        sync, entries = ledger.begin(plan, at=courier.at)
        if not entries:
            return None, None
        (entry,), (held,) = entries, found
        call = partial(destination.look, ledger.segment, sync.remote_id or "")
        look = courier.carry(entry, call)
        ledger.confirm(entry, at=courier.at)
    except (DestinationError, SupersededError) as error:
        log.warning("segment cannot be looked at: %s", error)
        return None, None
    drift = "; ".join(drift_of(look, held, called=sync.remote_name)) or None
    ledger.correct(look)
    return look, drift


def drift_of(look: Look | None, held: Held, *, called: str | None) -> Iterator[str]:
    """In words, what is shown and is not as it is held; users in doubt are no drift."""
    if look is None:
        yield "the segment is not there any more"
        return
    if None not in {look.name, called} and look.name != called:
        yield f"it is called {look.name!r} there, not {called!r}"
    if look.user_ids is None:
        return
    sure = held.members.filter(pl.col("state") == "held")
    missing = len(set(sure["user_id"]) - look.user_ids)
    extra = len(look.user_ids - set(held.members["user_id"]))
    if missing:
        yield f"users that are missing there: {missing:,}"
    if extra:
        yield f"users that nobody here put there: {extra:,}"
