"""The remote segment of one push: created, found again, told who is in it, deleted.

A request that is refused because of some of its users is made without them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from headcount.destinations.base import Destination, Job, SegmentRef
from headcount.destinations.errors import (
    BatchTooLargeError,
    DestinationError,
    JobFailedError,
    PartlyRefusedError,
    RefusedBatchError,
    RemoteSegmentGoneError,
    SegmentExistsError,
)
from headcount.sync.courier import Courier
from headcount.sync.isolation import Isolation, Refusal
from headcount.sync.jobs import Jobs
from headcount.sync.ledger import Entry, Ledger, Sync
from headcount.sync.plan import Action, Batch

RETRIED = 30  # users refused before whom one push tries one by one


class RemoteSegment:
    """Sends the entries of one plan; `added` and `removed` count confirmed users."""

    def __init__(
        self,
        destination: Destination,
        segment: SegmentRef,
        *,
        ledger: Ledger,
        courier: Courier,
    ) -> None:
        self.added = 0
        self.removed = 0
        self._destination = destination
        self._segment = segment
        self._ledger = ledger
        self._courier = courier
        self._jobs = Jobs(destination, ledger=ledger, courier=courier)
        self._sought = segment
        self._remote_id: str | None = None
        self._may_be_created = False  # by a request of ours that nobody answered

    def finish_jobs(self) -> None:
        """Nothing that an earlier push began is still going on there."""
        self._jobs.finish_old()

    def send_all(self, sync: Sync, entries: list[Entry]) -> None:
        """All entries are confirmed, or all before one that makes the plan outdated.

        An entry that is refused keeps the ones after it from nothing, unless they make
        no sense without it; the first error is raised at the end.
        """
        self._remote_id = sync.remote_id
        self._may_be_created = sync.remote_name is not None
        self._sought = replace(
            self._segment, name=sync.remote_name or self._segment.name
        )
        errors: list[DestinationError] = []
        for entry in entries:
            try:
                is_outdated = self._send(entry)
            except DestinationError as error:
                errors.append(error)
                is_outdated = error.ends_push or entry.action == "create"
            if is_outdated:
                break
        if errors:
            self._forget_if_gone(errors[-1])
            raise errors[0]

    def _send(self, entry: Entry) -> bool:
        """Whether a new plan is needed before anything else is sent."""
        try:
            return self._say(entry)
        except (RefusedBatchError, JobFailedError) as error:
            if not entry.user_ids:
                raise
            return self._isolate(entry, error)

    def _say(self, entry: Entry) -> bool:
        """As `_send`; raises what the destination has against it."""
        if entry.action == "create":
            return self._create(entry)
        doubts = self._courier.doubts
        job = self._courier.carry(entry, partial(self._tell, entry))
        if job is not None:
            self._jobs.follow(entry, job)
        if self._courier.doubts > doubts:
            self._jobs.finish_unseen()
        self._ledger.confirm(entry, at=self._courier.at)
        self._count(entry)
        return False

    def _isolate(self, entry: Entry, error: DestinationError) -> bool:
        """All users of a refused entry are settled: taken, or rejects in the ledger.

        Of users refused before only some are tried, so that a push does not last.
        """
        if entry.action == "create" and self._is_found_when_made_empty():
            return True
        user_ids = entry.user_ids[:RETRIED] if entry.is_retry else entry.user_ids
        search = Isolation(self._destination.name, len(user_ids))
        sender = partial(self._send_piece, entry, search)
        refusal = self._refusal(entry, error)
        is_again = isinstance(error, JobFailedError) and not refusal.named
        try:
            if is_again or len(user_ids) < len(entry.user_ids):
                search.attempt(user_ids, sender)
            else:
                search.settle(user_ids, refusal, sender)
        finally:
            self._note_rejects(entry, search)
        return entry.action in {"create", "replace"}

    def _is_found_when_made_empty(self) -> bool:
        """Whether it is there already; else it is there now, where it may be empty."""
        if not self._destination.abilities.creates_empty:
            return False
        return self._say(self._ledger.add(Batch("create"), at=self._courier.at))

    def _send_piece(
        self, whole: Entry, search: Isolation, user_ids: list[str]
    ) -> Refusal | None:
        """How some users of a refused entry were refused, None when they were taken."""
        self._note_rejects(whole, search)
        action: Action = "remove" if whole.action == "remove" else "add"
        batch = Batch(
            action if self._remote_id else "create", tuple(user_ids), whole.is_retry
        )
        piece = self._ledger.add(batch, at=self._courier.at)
        try:
            self._say(piece)
        except (RefusedBatchError, JobFailedError) as error:
            return self._refusal(piece, error)
        return None

    def _refusal(self, entry: Entry, error: DestinationError) -> Refusal:
        """What the error says of the users; those that were taken are confirmed."""
        named = getattr(error, "refused", {})
        if not named or not set(named) <= set(entry.user_ids):  # or it means others
            is_too_large = isinstance(error, BatchTooLargeError)
            return Refusal(error.fault, is_too_large=is_too_large)
        is_taken = isinstance(error, PartlyRefusedError)
        if is_taken:
            self._ledger.confirm(entry, without=named, at=self._courier.at)
            self._count(entry, less=len(named))
        return Refusal(error.fault, named, rest_is_taken=is_taken)

    def _note_rejects(self, entry: Entry, search: Isolation) -> None:
        """The users found so far are in the ledger."""
        if found := search.pop_found():
            self._ledger.reject(entry.action, found, at=self._courier.at)

    def _tell(self, entry: Entry) -> Job | None:
        segment, remote_id = self._named(entry), self._remote_id or ""
        match entry.action:
            case "add":
                return self._destination.add(segment, remote_id, entry.user_ids)
            case "remove":
                return self._destination.remove(segment, remote_id, entry.user_ids)
            case "replace":
                self._destination.replace(segment, remote_id, entry.user_ids)
            case "rename":
                self._destination.rename(segment, remote_id)
            case "delete":
                self._delete(segment)
        return None

    def _delete(self, segment: SegmentRef) -> None:
        remote_id = self._remote_id or self._destination.find(self._sought)
        if remote_id is not None:
            self._destination.delete(segment, remote_id)

    def _named(self, entry: Entry) -> SegmentRef:
        """The segment as the request of this entry speaks of it."""
        return replace(self._segment, key=entry.batch_id)

    def _create(self, entry: Entry) -> bool:
        """Whether it was there already, so that what is planned may not be enough."""
        call = partial(self._find_or_create, entry)
        remote_id, is_new = self._courier.carry(entry, call)
        if not is_new:
            self._ledger.confirm_found(
                entry, remote_id, is_ours=self._may_be_created, at=self._courier.at
            )
            return True
        self._ledger.confirm_created(entry, remote_id, at=self._courier.at)
        self._remote_id = remote_id
        self._count(entry)
        return False

    def _find_or_create(self, entry: Entry) -> tuple[str, bool]:
        """The remote id, and whether it is new.

        A first create goes ahead without looking: the list is not documented everywhere
        and the common way must not lean on it. Once a create may have been applied it
        is looked for first, since a second one would make a second segment.
        """
        can_find = self._destination.abilities.can_find
        if can_find and self._may_be_created and (found := self._find()):
            return found, False
        try:
            return self._destination.create(self._named(entry), entry.user_ids), True
        except SegmentExistsError:
            if found := self._find():
                return found, False
            raise
        except DestinationError as error:
            self._may_be_created = self._may_be_created or error.may_be_applied
            raise

    def _find(self) -> str | None:
        self._courier.requests += self._destination.abilities.can_find
        return self._destination.find(self._sought)

    def _count(self, entry: Entry, *, less: int = 0) -> None:
        if entry.action == "remove":
            self.removed += len(entry.user_ids) - less
        else:
            self.added += len(entry.user_ids) - less

    def _forget_if_gone(self, error: DestinationError) -> None:
        """The next push makes a segment that was deleted there anew, if it is ours."""
        if isinstance(error, RemoteSegmentGoneError) and not self._segment.adopts:
            self._ledger.forget_remote()
