"""Makes one destination hold one segment's snapshot, one request at a time.

Each request is written to the ledger before it is sent and after it is answered, so a
push may be killed anywhere and run again: what is not known is said again. When the
remote equals the snapshot already, nothing is sent.

What remains possible: a request that a network delivers after we gave it up and said
the opposite. Only reading back, or saying all again, can find that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from headcount.definitions.settings import NO_GUARD, Guard
from headcount.destinations.base import Destination, SegmentRef
from headcount.destinations.errors import DestinationError, EndpointGoneError
from headcount.sync.courier import Courier
from headcount.sync.guard import PushHeldError, Watch, guarded
from headcount.sync.ledger import Aim, Ledger, OpenStore, SupersededError, Sync
from headcount.sync.plan import (
    Held,
    Hold,
    Retelling,
    SyncPlan,
    plan_deletion,
    plan_retelling,
    plan_sync,
)
from headcount.sync.remote import RemoteSegment
from headcount.sync.report import PushResult, Status
from headcount.sync.retry import Pace, Patience

# All said again, what is to do, what a segment found or a reject adds, and the proof.
MAX_ROUNDS = 6
PACE, PATIENCE = Pace(), Patience()
UNWATCHED = Watch(Guard(**NO_GUARD))

MakePlan = Callable[[Sync, Held], SyncPlan]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who should be there: the members of one snapshot.

    With a `retelling` they are told, not only what has changed.
    """

    members: pl.Series | Sequence[str]
    aim: Aim
    watch: Watch = UNWATCHED
    retelling: Retelling | None = None

    def told_of_changes(self) -> Wanted:
        """The same without the retelling."""
        return replace(self, retelling=None)


def push_segment(
    open_store: OpenStore,
    *,
    destination: Destination,
    segment: SegmentRef,
    wanted: Wanted,
    now: datetime,
    pace: Pace = PACE,
    patience: Patience = PATIENCE,
) -> PushResult:
    """The destination holds who is wanted, less rejects, or the result says why not.

    A second call with the same sends nothing. A push that the watch finds too large is
    held: nothing is sent. Raises only StateError, when the store cannot be used; a
    request that was on its way is then unknown to the ledger, and the next call says it
    again.
    """
    members = pl.Series("user_id", wanted.members, dtype=pl.String)
    segment, abilities = replace(segment, as_of=wanted.aim.at), destination.abilities
    known_rejects = -1  # when all was told again last: with more of them it was not all

    def plan(_: Sync, held: Held) -> SyncPlan:
        nonlocal known_rejects
        is_news = held.rejects.height > known_rejects
        if wanted.retelling and held.remote_id is not None and is_news:
            known_rejects = held.rejects.height
            planned = plan_retelling(members, held, abilities, wanted.retelling)
        else:
            planned = plan_sync(members, held, abilities)
        return guarded(
            planned, wanted=members, held=held, watch=wanted.watch, abilities=abilities
        )

    tried_as = destination.fingerprint
    ledger = Ledger(
        open_store, destination.name, segment, wanted.aim, tried_as=tried_as
    )
    courier = Courier(ledger, now=now, pace=pace, patience=patience)
    return _Push(ledger, courier, destination, segment).run(plan, goal="synced")


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
    return _Push(ledger, courier, destination, segment).run(plan, goal="deleted")


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
        self._hold: Hold | None = None

    def run(self, plan: MakePlan, *, goal: Status) -> PushResult:
        """How the push ended, as the ledger has it too."""
        try:
            return self._reach(plan, goal=goal)
        except SupersededError as error:
            return self._result("superseded", str(error))

    def _reach(self, plan: MakePlan, *, goal: Status) -> PushResult:
        try:
            sync = self._settle(plan)
        except PushHeldError as error:
            return self._end("held", str(error))
        except DestinationError as error:
            if isinstance(error, EndpointGoneError):
                self._ledger.note_gone(error.address)
            return self._end("behind" if error.retry else "failed", str(error))
        notes = self._notes(sync) if goal == "synced" else self._remains(sync)
        reason = "; ".join(notes) or None
        return self._end(goal, reason, known=sync)

    def _settle(self, plan: MakePlan) -> Sync:
        """What is known of the remote when nothing is left to send."""

        def counted(sync: Sync, held: Held) -> SyncPlan:
            planned = plan(sync, held)
            self._rejected, self._hold = len(planned.rejects), planned.hold
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
            if self._hold:
                raise PushHeldError(self._segment.segment_id, self._hold)
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

    def _end(
        self, status: Status, reason: str | None, *, known: Sync | None = None
    ) -> PushResult:
        """The result, which the ledger has too; one that it has is not written."""
        if known is None or not self._is_known(known, status, reason):
            self._ledger.close(status, reason=reason, at=self._courier.at)
        return self._result(status, reason)

    def _is_known(self, sync: Sync, status: Status, reason: str | None) -> bool:
        aim = self._ledger.aim
        if (sync.status, sync.reason) != (status, reason):
            return False
        return aim is None or (
            (sync.snapshot_at, sync.snapshot_sha256) == (aim.at, aim.sha256)
            and sync.asked_name == self._segment.name
        )

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
