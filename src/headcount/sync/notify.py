"""Tells users of one segment, or operators, what happened: once, or as near as can be.

What remains possible. A call that was not answered, or that a kill cut off, may have
told its users or not, and no vendor says which. By default it is left at that: nobody
is told twice, and those users may never be told. With `unanswered: repeat` it is made
again: everybody is told, and those users perhaps twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from headcount.destinations.base import SegmentRef
from headcount.destinations.errors import DestinationError, RefusedBatchError
from headcount.destinations.notifier import Notifier
from headcount.store.warehouse import Warehouse
from headcount.sync.courier import Courier
from headcount.sync.due_notices import note_troubles, read_alert_plan, read_user_plan
from headcount.sync.ledger import Entry, OpenStore, SupersededError
from headcount.sync.notice_ledger import MakeNotices, NoticeLedger, Planned
from headcount.sync.notices import Call, NoticePlan
from headcount.sync.push import PACE, PATIENCE
from headcount.sync.report import PushResult, Status
from headcount.sync.retry import Pace, Patience

EVERYTHING = SegmentRef("*", "alerts", "*")
"""What alerts are about stands in the ledger where others have a segment."""

MOST_SPLITS = 32  # in one push: what is refused more often is not about single users


class UnansweredError(DestinationError):
    """Nobody knows whether the users of a call were told; it is not made again."""

    kind = "unanswered"
    may_be_applied = True

    def __init__(self, error: DestinationError) -> None:
        self.retry_after_s = error.retry_after_s
        super().__init__(error.destination, error.fault)


def notify_users(
    open_store: OpenStore,
    *,
    notifier: Notifier,
    segment: SegmentRef,
    now: datetime,
    pace: Pace = PACE,
    patience: Patience = PATIENCE,
) -> PushResult:
    """Who entered or left the segment is told, or the result says why not.

    The first call begins a watch: who was a member then is told with `first` only.
    """

    def plan(books: Warehouse) -> NoticePlan:
        key = {"destination": notifier.name, "segment_id": segment.segment_id}
        books.execute("notices/watch", key)
        return read_user_plan(books, notifier.name, segment, notifier.manner)

    ledger = NoticeLedger(open_store, notifier.name, segment)
    courier = Courier(ledger, now=now, pace=pace, patience=patience)
    return _Telling(ledger, courier, notifier).run(plan)


def notify_operators(
    open_store: OpenStore,
    *,
    notifier: Notifier,
    now: datetime,
    pace: Pace = PACE,
    patience: Patience = PATIENCE,
) -> PushResult:
    """Operators are told of every trouble that goes on, or the result says why not."""

    def plan(books: Warehouse) -> NoticePlan:
        note_troubles(books, at=now)
        return read_alert_plan(books, notifier.name, notifier.manner)

    ledger = NoticeLedger(open_store, notifier.name, EVERYTHING)
    courier = Courier(ledger, now=now, pace=pace, patience=patience)
    return _Telling(ledger, courier, notifier).run(plan)


@dataclass(slots=True)
class _Telling:
    """The calls of one push, one after the other, and what became of them."""

    ledger: NoticeLedger
    courier: Courier
    notifier: Notifier
    told: int = 0
    rejected: int = 0
    in_doubt: int = 0
    splits: int = 0
    held: int = 0
    refused: list[tuple[Entry, RefusedBatchError]] = field(default_factory=list)
    error: DestinationError | None = None  # why calls were not made, or in vain

    def run(self, plan: MakeNotices) -> PushResult:
        """How the push ended, as the ledger has it too."""
        try:
            sync, planned, whole = self.ledger.begin_calls(
                plan, repeats=self.notifier.manner.repeats, at=self.courier.at
            )
            self.rejected, self.held = len(whole.rejects), whole.held
            self._make(deque(planned))
            self._settle_refused()
            status, reason = self._status(), "; ".join(self._notes()) or None
            if planned or (sync.status, sync.reason) != (status, reason):
                self.ledger.end(
                    status, reason=reason, tick=whole.at, at=self.courier.at
                )
        except SupersededError as error:
            status, reason = "superseded", str(error)
        return PushResult(
            destination=self.notifier.name,
            segment_id=self.ledger.segment.segment_id,
            status=status,
            added=self.told,
            rejected=self.rejected,
            requests=self.courier.requests,
            reason=reason,
        )

    def _make(self, waiting: deque[Planned]) -> None:
        """The calls are made until one fails that has a meaning for those after it.

        What is left is planned anew by the next push.
        """
        while waiting:
            entry, call = waiting.popleft()
            try:
                self.courier.carry(entry, partial(self._tell, call))
            except RefusedBatchError as error:
                waiting.extendleft(reversed(self._split(entry, call, error)))
            except UnansweredError as error:
                self._leave(call, error)
                self.error = error if waiting else None
                return
            except DestinationError as error:
                self.error = error
                return
            else:
                self.ledger.confirm(entry, at=self.courier.at)
                self.told += len(call.tellings)

    def _tell(self, call: Call) -> None:
        try:
            self.notifier.tell(call.notice)
        except DestinationError as error:
            if error.may_be_applied and not self.notifier.manner.repeats:
                raise UnansweredError(error) from error
            raise

    def _split(
        self, entry: Entry, call: Call, error: RefusedBatchError
    ) -> list[Planned]:
        """The calls to make instead of a refused one, to find whom it is about."""
        is_one = len(call.tellings) == 1 or not call.notice.user_ids
        if is_one or self.splits == MOST_SPLITS:
            self.refused.append((entry, error))
            return []
        self.splits += 1
        return self.ledger.split(entry, call.halves(), at=self.courier.at)

    def _leave(self, call: Call, error: UnansweredError) -> None:
        """The users of the call are left untold or told; others heed the trouble."""
        self.in_doubt = len(call.tellings)
        pause = timedelta(seconds=error.retry_after_s or 0.0)
        until = self.courier.at + pause if pause else None
        self.ledger.note_trouble(failures=1, paused_until=until)

    def _settle_refused(self) -> None:
        """Users whom the vendor refuses alone are not tried again.

        Where it took no call at all, it is not about the users: the next push tries
        again, as with calls that could not be split any more.
        """
        for entry, error in self.refused:
            if self.told and len(entry.user_ids) == 1:
                self.ledger.give_up(entry)
                self.rejected += 1
            else:
                self.error = self.error or error

    def _status(self) -> Status:
        if self.error is None:
            return "held" if self.held else "notified"
        goes_on = self.error.retry or isinstance(self.error, UnansweredError)
        return "behind" if goes_on else "failed"

    def _notes(self) -> Iterator[str]:
        """What a person should know of it."""
        if self.error is not None:
            yield str(self.error)
        if self.held:
            most = self.notifier.manner.most
            yield (
                f"would tell {self.held} users at once, more than `most: {most}`; "
                "raise it in headcount.yaml to let them be told"
            )
        if self.in_doubt:
            yield f"in a call without an answer, perhaps not told: {self.in_doubt}"
        if self.rejected:
            yield f"rejects: {self.rejected}, see sync_rejects and sync_batches"
