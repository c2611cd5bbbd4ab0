"""Makes one destination hold one segment's snapshot, one request at a time.

Each request is written to the ledger before it is sent and after it is answered, so a
push may be killed anywhere and run again: what is not known is said again. When the
remote equals the snapshot already, nothing is sent.

What remains possible: a request that a network delivers after we gave it up and said
the opposite. Only reading back, or saying all again, can find that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import polars as pl

from headcount.destinations.base import Destination, SegmentRef
from headcount.destinations.errors import DestinationError, EndpointGoneError
from headcount.sync.courier import Courier
from headcount.sync.ledger import Ledger, OpenStore, SupersededError, Sync
from headcount.sync.plan import Held, SyncPlan, plan_deletion, plan_sync
from headcount.sync.remote import RemoteSegment
from headcount.sync.report import PushResult, Status
from headcount.sync.retry import Pace, Patience

MAX_ROUNDS = 4  # what is to do, what finding a lost segment adds, the proof, a spare
PACE, PATIENCE = Pace(), Patience()

MakePlan = Callable[[Sync, Held], SyncPlan]


def push_segment(
    open_store: OpenStore,
    *,
    destination: Destination,
    segment: SegmentRef,
    members: pl.Series | Sequence[str],
    snapshot_at: datetime,
    now: datetime,
    pace: Pace = PACE,
    patience: Patience = PATIENCE,
) -> PushResult:
    """The destination holds `members`, less rejects, or the result says why not.

    `members` are those of the snapshot of `snapshot_at`. A second call with the same
    ones sends nothing. Raises only StateError, when the store cannot be used; a request
    that was on its way is then unknown to the ledger, and the next call says it again.
    """
    wanted = pl.Series("user_id", members, dtype=pl.String)
    segment = replace(segment, as_of=snapshot_at)

    def plan(_: Sync, held: Held) -> SyncPlan:
        return plan_sync(wanted, held, destination.abilities)

    ledger = Ledger(open_store, destination.name, segment)
    courier = Courier(ledger, now=now, pace=pace, patience=patience)
    push = _Push(ledger, courier, destination, segment)
    return push.run(plan, goal="synced", snapshot_at=snapshot_at)


def push_deletion(
    open_store: OpenStore,
    *,
    destination: Destination,
    segment: SegmentRef,
    now: datetime,
    pace: Pace = PACE,
    patience: Patience = PATIENCE,
) -> PushResult:
    """The destination has no such segment of ours any more, or the result says why."""
    segment = replace(segment, adopts=None, as_of=now)

    def plan(sync: Sync, held: Held) -> SyncPlan:
        may_exist = bool(sync.remote_id or sync.remote_name)
        return plan_deletion(held, destination.abilities, may_exist=may_exist)

    ledger = Ledger(open_store, destination.name, segment)
    courier = Courier(ledger, now=now, pace=pace, patience=patience)
    push = _Push(ledger, courier, destination, segment)
    return push.run(plan, goal="deleted", snapshot_at=None)


class _Push:
    """The rounds of one push: plan, send, and plan again until nothing is left."""

    def __init__(
        self,
        ledger: Ledger,
        courier: Courier,
        destination: Destination,
        segment: SegmentRef,
    ) -> None:
        self._ledger = ledger
        self._courier = courier
        self._destination = destination
        self._segment = segment
        self._remote = RemoteSegment(
            destination, segment, ledger=ledger, courier=courier
        )
        self._rejected = 0

    def run(
        self, plan: MakePlan, *, goal: Status, snapshot_at: datetime | None
    ) -> PushResult:
        """How the push ended, as the ledger has it too."""
        try:
            return self._reach(plan, goal=goal, snapshot_at=snapshot_at)
        except SupersededError as error:
            return self._result("superseded", str(error))

    def _reach(
        self, plan: MakePlan, *, goal: Status, snapshot_at: datetime | None
    ) -> PushResult:
        try:
            sync = self._settle(plan)
        except DestinationError as error:
            if isinstance(error, EndpointGoneError):
                self._ledger.note_gone(error.address)
            status: Status = "behind" if error.retry else "failed"
            self._close(status, str(error), None)
            return self._result(status, str(error))
        notes = self._notes(sync) if goal == "synced" else self._remains(sync)
        reason = "; ".join(notes) or None
        is_renamed = goal == "synced" and sync.asked_name != self._segment.name
        known = (sync.status, sync.reason, sync.snapshot_at)
        if is_renamed or known != (goal, reason, snapshot_at):
            self._close(goal, reason, snapshot_at)
        return self._result(goal, reason)

    def _settle(self, plan: MakePlan) -> Sync:
        """What is known of the remote when nothing is left to send."""

        def counted(sync: Sync, held: Held) -> SyncPlan:
            planned = plan(sync, held)
            self._rejected = len(planned.rejects)
            return planned

        address = self._destination.address
        if self._ledger.is_gone(address):
            raise EndpointGoneError(self._destination.name, address=address)
        self._remote.finish_jobs()
        for _ in range(MAX_ROUNDS):
            adopt = self._adoption()
            sync, entries = self._ledger.begin(
                counted, adopt=adopt, at=self._courier.at
            )
            if not entries:
                return sync
            self._remote.send_all(sync, entries)
        msg = "a bug: what was confirmed is planned again"
        raise AssertionError(msg)

    def _adoption(self) -> tuple[str, str] | None:
        """The remote id that the definition names, in the vendor's form and its own."""
        adopts = self._segment.adopts
        return (self._destination.to_remote_id(adopts), adopts) if adopts else None

    def _notes(self, sync: Sync) -> Iterator[str]:
        """What a person should know of a remote that is as good as it can be."""
        if self._rejected:
            yield f"rejects: {self._rejected}, see sync_rejects"
        if sync.remote_id and sync.may_hold_others:
            yield "users whom others put there stay there"
        is_renamed = sync.remote_name not in {None, self._segment.name}
        if is_renamed and not self._destination.abilities.can_rename:
            yield f"it is called {sync.remote_name!r} there and cannot be renamed"

    def _remains(self, sync: Sync) -> Iterator[str]:
        """What a person should know of a deletion that is as good as it can be."""
        remains = sync.remote_id or sync.remote_name
        if remains and not self._destination.abilities.can_delete:
            yield f"no call deletes the segment {remains!r}: it stays without our users"

    def _close(self, status: Status, reason: str | None, at: datetime | None) -> None:
        self._ledger.close(status, reason=reason, snapshot_at=at, at=self._courier.at)

    def _result(self, status: Status, reason: str | None) -> PushResult:
        return PushResult(
            destination=self._destination.name,
            segment_id=self._segment.segment_id,
            status=status,
            added=self._remote.added,
            removed=self._remote.removed,
            rejected=self._rejected,
            requests=self._courier.requests,
            reason=reason,
        )
