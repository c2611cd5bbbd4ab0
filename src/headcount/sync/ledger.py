"""The books of one destination and segment: written before each request and after it.

Every method opens the store for one short transaction; the store is never held while
a destination is waited for. A request is `planned`, then `sent`, then `done` or
`refused`; one that a crash left at `sent` is `unknown`, and so are its users until
something absolute is said of them again. Each push has a generation: a write of an
older one raises SupersededError, so that a process thought dead sends nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import polars as pl

from headcount.destinations.base import Job, Look, SegmentRef
from headcount.destinations.retry_after import LONGEST_S
from headcount.errors import SyncError
from headcount.store.warehouse import Warehouse
from headcount.sync.plan import (
    MEMBERS,
    Action,
    Batch,
    Held,
    Hold,
    Reject,
    SyncPlan,
)

RETRY_AFTER = timedelta(days=1)  # until a user who was refused is tried again

OpenStore = Callable[[], AbstractContextManager[Warehouse]]


class SupersededError(SyncError):
    """A newer push of the same segment to the same destination has begun."""

    kind = "superseded"

    def __init__(self, destination: str, segment_id: str) -> None:
        self.destination = destination
        self.segment_id = segment_id
        super().__init__(
            f"{destination}: a newer push of {segment_id} has taken over; this one ends"
        )


@dataclass(frozen=True, slots=True)
class Sync:
    """What is known of one destination and segment."""

    remote_id: str | None
    remote_name: str | None
    adopted_as: str | None
    may_hold_others: bool
    asked_name: str | None
    status: str
    reason: str | None
    generation: int
    snapshot_at: datetime | None
    snapshot_sha256: str | None


@dataclass(frozen=True, slots=True)
class Aim:
    """The snapshot that a push is of; a tick that is told again has another content."""

    at: datetime
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A batch as the ledger knows it; `batch_id` stays however often it is sent."""

    batch_id: str
    action: Action
    user_ids: list[str]
    is_retry: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a destination answers; all pushes to it, of all processes, heed this."""

    failures_in_row: int = 0
    paused_until: datetime | None = None
    gone_address: str | None = None

    def wait_s(self, at: datetime) -> float:
        """Seconds until the destination may be called again.

        No pause is longer than LONGEST_S: one that seems to be was written before the
        clock was set back.
        """
        if self.paused_until is None:
            return 0.0
        wait_s = (self.paused_until - at).total_seconds()
        return wait_s if 0.0 < wait_s <= LONGEST_S else 0.0


class Ledger:
    """The books of one destination and segment, for one push.

    Without an aim nobody is to be there. `tried_as` tells by which settings the
    destination is asked: users it refused are tried again once they are others.
    """

    def __init__(
        self,
        open_store: OpenStore,
        destination: str,
        segment: SegmentRef,
        aim: Aim | None = None,
        *,
        tried_as: str = "",
    ) -> None:
        self.destination = destination
        self.segment = segment
        self.aim = aim
        self._tried_as = tried_as
        self._open_store = open_store
        self._generation: int | None = None
        self._may_be_created = False  # by an earlier push

    def begin(
        self,
        plan: Callable[[Sync, Held], SyncPlan],
        *,
        adopt: tuple[str, str] | None = None,
        at: datetime,
    ) -> tuple[Sync, list[Entry]]:
        """What is known, and the requests that `plan` makes of it, written as planned.

        What an earlier push left unanswered is unknown from here on, what it left
        unsent is planned anew. A new generation begins when there is something to send
        or when that earlier push may still be alive; without either nothing is written.
        A plan with a hold is written down as waiting, and its requests are not.
        `adopt` is a remote id and how the definition writes it.
        """
        with self._fenced_books() as books:
            self._execute(books, "register_sync")
            self._settle(books, detail="never answered", at=at)
            self._execute(books, "drop_planned_batches")
            if adopt is not None:
                self._adopt(books, *adopt)
            sync = self._read_sync(books)
            self._may_be_created = sync.remote_name is not None
            planned = plan(sync, self._read_held(books, at=at))
            self._write_rejects(books, planned.rejects, at=at)
            batches = () if planned.hold else planned.batches
            if planned.hold:
                self._write_hold(books, planned.hold, at=at)
            is_anothers = self._generation is None and sync.status == "pushing"
            if batches or is_anothers:
                self._open_generation(books)
            entries = [
                self._write_batch(books, batch, ordinal=ordinal, at=at)
                for ordinal, batch in enumerate(batches)
            ]
        return sync, entries

    def add(self, batch: Batch, *, at: datetime) -> Entry:
        """One more request of this push, written as planned."""
        with self._fenced_books() as books:
            key = {**self._key, "generation": self._generation}
            ((ordinal,),) = books.rows("sync/next_ordinal", key)
            return self._write_batch(books, batch, ordinal=ordinal, at=at)

    def claim(self, entry: Entry, *, at: datetime) -> Health:
        """The entry is written as sent, unless the destination wants a pause.

        Raises SupersededError when another push has begun. Must come right before the
        request, each time that it is made.
        """
        with self._fenced_books() as books:
            health = self._read_health(books)
            if health.wait_s(at) == 0.0:
                books.execute("sync/send_batch", {"batch_id": entry.batch_id})
                if entry.action == "create":
                    self._execute(books, "name_remote", remote_name=self.segment.name)
        return health

    def confirm(
        self, entry: Entry, *, without: Mapping[str, str] | None = None, at: datetime
    ) -> None:
        """The request was applied: the ledger's members are what the remote holds.

        It was not applied to those `without`.
        """
        with self._fenced_books() as books:
            self._answer(books, entry, "done", at=at)
            match entry.action:
                case "rename":
                    self._execute(books, "name_remote", remote_name=self.segment.name)
                case "add":
                    books.execute("sync/hold_members", {"batch_id": entry.batch_id})
                case "remove":
                    self._execute(books, "drop_members", batch_id=entry.batch_id)
                case "replace":
                    sync = self._read_sync(books)
                    self._hold_exactly(books, entry, remote_id=sync.remote_id)
                case "delete":
                    self._execute(books, "forget_members")
                    self._execute(books, "drop_rejects", user_ids=[])
                    self._execute(books, "forget_remote")
                    self._execute(books, "name_remote", remote_name=None)
            if entry.is_retry:
                self._execute(books, "forgive_rejects", batch_id=entry.batch_id)
            if without:
                is_add = entry.action == "add"
                self._execute(
                    books,
                    "drop_users" if is_add else "doubt_users",
                    user_ids=list(without),
                )

    def confirm_created(self, entry: Entry, remote_id: str, *, at: datetime) -> None:
        """The remote segment exists and holds exactly the users it was created with."""
        with self._fenced_books() as books:
            self._answer(books, entry, "done", at=at)
            self._hold_exactly(books, entry, remote_id=remote_id)

    def confirm_found(
        self, entry: Entry, remote_id: str, *, is_ours: bool, at: datetime
    ) -> None:
        """The remote segment exists; who is in it is not known.

        When `is_ours`, an unanswered create of this ledger made it, and only the users
        of that request can be in it.
        """
        with self._fenced_books() as books:
            sync = self._read_sync(books)
            self._settle(books, detail=f"found as {remote_id}", at=at)
            others = sync.may_hold_others or not is_ours
            self._own(books, remote_id, may_hold_others=others)

    def refuse(self, entry: Entry, *, detail: str, at: datetime) -> None:
        """The request was certainly not applied: members are what they were."""
        with self._fenced_books() as books:
            self._answer(books, entry, "refused", detail=detail, at=at)
            if entry.action == "create" and not self._may_be_created:
                self._execute(books, "name_remote", remote_name=None)

    def reject(
        self, action: Action, rejects: Mapping[str, str], *, at: datetime
    ) -> None:
        """The destination has just refused each of these users, with these reasons.

        Whom it does not add is not there; whom it does not remove may be.
        """
        with self._fenced_books() as books:
            if action != "remove":
                self._execute(books, "drop_users", user_ids=list(rejects))
            self._execute(
                books,
                "write_rejects",
                user_ids=list(rejects),
                reasons=list(rejects.values()),
                at=at,
                tried_as=self._tried_as,
            )

    def doubt(self, *, detail: str, at: datetime) -> None:
        """The request sent last may have been applied: its users are unknown."""
        with self._fenced_books() as books:
            self._settle(books, detail=detail, at=at)

    def note_job(self, entry: Entry, job: Job | None) -> None:
        """The destination works the request off as `job`; None: it does so no more."""
        with self._fenced_books() as books:
            books.execute("sync/note_job", {"batch_id": entry.batch_id, "job": job})

    def read_jobs(self) -> list[tuple[Entry, Job, datetime]]:
        """What earlier pushes left the destination working at, and since when."""
        with self._books() as books:
            rows = books.rows("sync/read_jobs", self._key)
        return [(Entry(*entry), Job(job), since) for *entry, job, since in rows]

    def forget_remote(self) -> None:
        """The remote segment is gone, and with it what is known of its members."""
        with self._fenced_books() as books:
            self._execute(books, "forget_members")
            self._execute(books, "forget_remote")

    def close(self, status: str, *, reason: str | None, at: datetime) -> None:
        """How the push ended; what was held, or let go, is over once it got there."""
        aim = self.aim if status == "synced" else None
        with self._fenced_books() as books:
            self._execute(books, "register_sync")
            self._execute(
                books,
                "close_sync",
                status=status,
                reason=reason,
                snapshot_at=aim and aim.at,
                snapshot_sha256=aim and aim.sha256,
                asked_name=self.segment.name if aim else None,
                at=at,
            )
            if status in {"synced", "deleted"}:
                self._execute(books, "drop_hold")

    def correct(self, look: Look | None) -> None:
        """The remote segment is as it was just seen, as far as it was."""
        if look is None:
            if not self.segment.adopts:
                self.forget_remote()
            return
        with self._fenced_books() as books:
            if look.name is not None:
                self._execute(books, "name_remote", remote_name=look.name)
            if look.user_ids is not None:
                self._execute(books, "forget_members")
                self._execute(books, "hold_users", user_ids=sorted(look.user_ids))
                remote_id = self._read_sync(books).remote_id
                self._own(books, remote_id, may_hold_others=False)

    def note_check(self, *, method: str, drift: str | None, at: datetime) -> None:
        """The remote segment was compared, or told again."""
        with self._books() as books:
            self._execute(books, "record_check", method=method, drift=drift, at=at)

    def is_in_doubt(self) -> bool:
        """Whether there are users of whom it is not known if they are there."""
        with self._books() as books:
            ((doubts,),) = books.rows("sync/count_doubts", self._key)
        return bool(doubts)

    def is_gone(self, address: str) -> bool:
        """Whether the destination said there that it wants nothing more."""
        with self._books() as books:
            return self._read_health(books).gone_address == address

    def note_gone(self, address: str) -> None:
        """The destination wants nothing more at this address, whoever pushes."""
        with self._books() as books:
            key = {"destination": self.destination, "address": address}
            books.execute("sync/note_gone", key)

    def note_trouble(self, *, failures: int, paused_until: datetime | None) -> None:
        """One more failure (or none) in a row, and perhaps a pause, for all pushes."""
        with self._books() as books:
            books.execute(
                "sync/note_trouble",
                {
                    "destination": self.destination,
                    "failures": failures,
                    "paused_until": paused_until,
                },
            )

    @contextmanager
    def _books(self) -> Iterator[Warehouse]:
        with self._open_store() as store, store.transaction():
            yield store

    @contextmanager
    def _fenced_books(self) -> Iterator[Warehouse]:
        """As `_books`, when this push is still the newest."""
        with self._books() as books:
            if self._generation is not None:
                newest = self._read_sync(books).generation
                if newest != self._generation:
                    raise SupersededError(self.destination, self.segment.segment_id)
            yield books

    def _execute(self, books: Warehouse, name: str, **params: Any) -> None:
        books.execute(f"sync/{name}", {**self._key, **params})

    @property
    def _key(self) -> dict[str, Any]:
        return {
            "destination": self.destination,
            "segment_id": self.segment.segment_id,
        }

    def _read_sync(self, books: Warehouse) -> Sync:
        sync = _read_sync(books, self._key)
        assert sync is not None  # noqa: S101 - registered when the push began
        return sync

    def _read_held(self, books: Warehouse, *, at: datetime) -> Held:
        segment_id, name = self.segment.segment_id, self.segment.name
        tried = {"tried_as": self._tried_as, "tried_before": at - RETRY_AFTER}
        rejects = books.frame("sync/read_rejects", {**self._key, **tried})
        held = read_held(books, self.destination, segment_id, name=name)
        return replace(held, rejects=rejects)

    def _read_health(self, books: Warehouse) -> Health:
        rows = books.rows("sync/read_health", {"destination": self.destination})
        return Health(*rows[0]) if rows else Health()

    def _settle(self, books: Warehouse, *, detail: str, at: datetime) -> None:
        """What was sent and not answered is unknown, and so are its users."""
        self._execute(books, "doubt_sent_members")
        self._execute(books, "doubt_replaced_members")
        self._execute(books, "doubt_sent_batches", detail=detail, at=at)

    def _adopt(self, books: Warehouse, remote_id: str, adopted_as: str) -> None:
        if self._read_sync(books).adopted_as != adopted_as:
            self._execute(books, "forget_members")
            self._execute(
                books, "adopt_remote", remote_id=remote_id, adopted_as=adopted_as
            )

    def _write_rejects(
        self, books: Warehouse, rejects: tuple[Reject, ...], *, at: datetime
    ) -> None:
        user_ids = [reject.user_id for reject in rejects]
        self._execute(books, "drop_rejects", user_ids=user_ids)
        if rejects:
            self._execute(
                books,
                "write_rejects",
                user_ids=user_ids,
                reasons=[reject.reason for reject in rejects],
                at=at,
                tried_as=None,
            )

    def _write_hold(self, books: Warehouse, hold: Hold, *, at: datetime) -> None:
        self._execute(
            books,
            "write_hold",
            **asdict(hold) | {"reasons": list(hold.reasons)},
            snapshot_at=self.aim and self.aim.at,
            snapshot_sha256=self.aim and self.aim.sha256,
            at=at,
        )

    def _open_generation(self, books: Warehouse) -> None:
        ((self._generation,),) = books.rows("sync/open_generation", self._key)

    def _write_batch(
        self, books: Warehouse, batch: Batch, *, ordinal: int, at: datetime
    ) -> Entry:
        batch_id, user_ids = self._batch_id(batch, ordinal), list(batch.user_ids)
        self._execute(
            books,
            "plan_batch",
            batch_id=batch_id,
            generation=self._generation,
            ordinal=ordinal,
            action=batch.action,
            user_ids=user_ids,
            at=at,
        )
        return Entry(batch_id, batch.action, user_ids, batch.is_retry)

    def _batch_id(self, batch: Batch, ordinal: int) -> str:
        parts = (
            self.destination,
            self.segment.segment_id,
            str(self._generation),
            str(ordinal),
            batch.action,
            *batch.user_ids,
        )
        return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()

    def _answer(
        self,
        books: Warehouse,
        entry: Entry,
        outcome: str,
        *,
        detail: str | None = None,
        at: datetime,
    ) -> None:
        books.execute(
            "sync/answer_batch",
            {
                "batch_id": entry.batch_id,
                "outcome": outcome,
                "detail": detail,
                "at": at,
            },
        )
        if outcome == "done":
            books.execute("sync/note_success", {"destination": self.destination})

    def _hold_exactly(
        self, books: Warehouse, entry: Entry, *, remote_id: str | None
    ) -> None:
        self._execute(books, "keep_only_members", batch_id=entry.batch_id)
        books.execute("sync/hold_members", {"batch_id": entry.batch_id})
        self._own(books, remote_id, may_hold_others=False)

    def _own(
        self, books: Warehouse, remote_id: str | None, *, may_hold_others: bool
    ) -> None:
        self._execute(
            books,
            "own_remote",
            remote_id=remote_id,
            may_hold_others=may_hold_others,
        )


def read_held(
    warehouse: Warehouse,
    destination: str,
    segment_id: str,
    *,
    name: str | None = None,
) -> Held:
    """What the ledger says the destination holds of the segment.

    Before the first push: nothing. `name` is what it should be called there.
    """
    key = {"destination": destination, "segment_id": segment_id}
    sync = _read_sync(warehouse, key)
    if sync is None:
        return Held(None, pl.DataFrame(schema=MEMBERS), was_filled=False)
    return Held(
        sync.remote_id,
        warehouse.frame("sync/read_held", key),
        may_hold_others=sync.may_hold_others,
        is_misnamed=None not in {name, sync.remote_name} and sync.remote_name != name,
        was_filled=sync.snapshot_at is not None,
    )


def _read_sync(warehouse: Warehouse, key: dict[str, Any]) -> Sync | None:
    rows = warehouse.rows("sync/read_sync", key)
    return Sync(*rows[0]) if rows else None


def read_turn(warehouse: Warehouse, destination: str, segment_id: str) -> int:
    """How often the segment was reconciled there."""
    key = {"destination": destination, "segment_id": segment_id}
    rows = warehouse.rows("sync/read_turn", key)
    return int(rows[0][0]) if rows else 0


def read_told(warehouse: Warehouse, destination: str, segment_id: str) -> pl.Series:
    """Everybody whom the destination was ever told of, for this segment."""
    key = {"destination": destination, "segment_id": segment_id}
    return warehouse.frame("sync/read_told", key).get_column("user_id")
