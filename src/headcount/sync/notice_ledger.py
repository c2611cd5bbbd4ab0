"""The books of notifications: who was told of what, written before each call.

A row of `notices` is written with its request and stays unless the request is known to
have told nobody. So whoever has a row is not told again: neither after a crash, nor
after an answer that was lost, nor when the tick is told again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import polars as pl

from headcount.store.warehouse import Warehouse
from headcount.sync.ledger import Entry, Ledger, Sync
from headcount.sync.notices import Call, DueUser, NoticePlan
from headcount.sync.plan import Batch
from headcount.sync.report import Status

TELLINGS = pl.Schema(
    {
        "subject": pl.String(),
        "event": pl.String(),
        "user_id": pl.String(),
        "at": pl.Datetime("us", "UTC"),
        "system_id": pl.String(),
    }
)

MakeNotices = Callable[[Warehouse], NoticePlan]
Planned = tuple[Entry, Call]


class NoticeLedger(Ledger):
    """The books of one destination of notifications and what it tells of."""

    _ordinal = 0

    def begin_calls(
        self, plan: MakeNotices, *, repeats: bool, at: datetime
    ) -> tuple[Sync, list[Planned], NoticePlan]:
        """What is known, the calls of `plan`, written as planned, and all of the plan.

        Who was surely not told by an earlier call is planned anew; who perhaps was, as
        nobody answered, only when it `repeats`. A new generation begins as for a push.
        """
        with self._fenced_books() as books:
            self._execute(books, "register_sync")
            self._settle(books, detail="never answered", at=at)
            untold = ["planned", "refused", *(["unknown"] if repeats else [])]
            books.execute("notices/release", {**self._key, "outcomes": untold})
            self._execute(books, "drop_planned_batches")
            planned = plan(books)
            self._write_rejects(books, planned.rejects, at=at)
            for due in planned.moves:
                self._move(books, due)
            sync = self._read_sync(books)
            is_anothers = self._generation is None and sync.status == "pushing"
            if planned.calls or is_anothers:
                self._open_generation(books)
            entries = [self._write_call(books, call, at=at) for call in planned.calls]
        return sync, list(zip(entries, planned.calls, strict=True)), planned

    def split(
        self, entry: Entry, calls: Sequence[Call], *, at: datetime
    ) -> list[Planned]:
        """Other calls in the place of one that was refused, written as planned."""
        with self._fenced_books() as books:
            books.execute("notices/release_batch", {"batch_id": entry.batch_id})
            entries = [self._write_call(books, call, at=at) for call in calls]
        return list(zip(entries, calls, strict=True))

    def give_up(self, entry: Entry) -> None:
        """The users of a refused entry are not tried again."""
        with self._fenced_books() as books:
            books.execute("notices/give_up", {"batch_id": entry.batch_id})

    def end(
        self, status: Status, *, reason: str | None, tick: datetime | None, at: datetime
    ) -> None:
        """How the push ended; when it is notified, everybody was told up to `tick`."""
        told_up_to = tick if status == "notified" else None
        with self._fenced_books() as books:
            self._execute(
                books,
                "close_sync",
                status=status,
                reason=reason,
                snapshot_at=told_up_to,
                snapshot_sha256=None,
                asked_name=None,
                at=at,
            )

    def _move(self, books: Warehouse, due: DueUser) -> None:
        row = due.telling.to_row() | {"taken_back": due.taken_back}
        books.execute("notices/move", {"destination": self.destination, **row})

    def _write_call(self, books: Warehouse, call: Call, *, at: datetime) -> Entry:
        batch = Batch("notify", tuple(call.user_ids))
        entry = self._write_batch(books, batch, ordinal=self._ordinal, at=at)
        self._ordinal += 1
        rows = [telling.to_row() for telling in call.tellings]
        with books.lend(tellings=pl.DataFrame(rows, schema=TELLINGS)):
            params = {"destination": self.destination, "batch_id": entry.batch_id}
            books.execute("notices/write", params)
        return entry
