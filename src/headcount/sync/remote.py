"""The remote segment of one push: created, found again, told who is in it, deleted."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from headcount.destinations.base import Destination, Job, SegmentRef
from headcount.destinations.errors import (
    DestinationError,
    RemoteSegmentGoneError,
    SegmentExistsError,
)
from headcount.sync.courier import Courier
from headcount.sync.jobs import Jobs
from headcount.sync.ledger import Entry, Ledger, Sync


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
        if entry.action == "create":
            return self._create(entry)
        job = self._courier.carry(entry, partial(self._tell, entry))
        if job is not None:
            self._jobs.follow(entry, job)
        self._ledger.confirm(entry, at=self._courier.at)
        self._count(entry)
        return False

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

    def _count(self, entry: Entry) -> None:
        if entry.action == "remove":
            self.removed += len(entry.user_ids)
        else:
            self.added += len(entry.user_ids)

    def _forget_if_gone(self, error: DestinationError) -> None:
        """The next push makes a segment that was deleted there anew, if it is ours."""
        if isinstance(error, RemoteSegmentGoneError) and not self._segment.adopts:
            self._ledger.forget_remote()
