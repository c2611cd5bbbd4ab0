"""What every vendor's segments API is to the rest: one protocol, a few facts.

An adapter turns a call into a request and the answer into a result or an error of
`destinations.errors`. It never retries or batches and remembers nothing: `sync` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import NewType, Protocol

from headcount.destinations.errors import UnsupportedCallError

Job = NewType("Job", str)
"""A receipt for work that the vendor has taken on: what to ask it by, also later."""


@dataclass(frozen=True, slots=True)
class SegmentRef:
    """A segment of ours, as a vendor is told of it; `segment_id` is the external id.

    `adopts` is the remote id, as its definition writes it, of a segment to take over.
    `as_of` is the instant of which a change speaks, `key` names the request: it stays
    however often that is made (an idempotency key).
    """

    segment_id: str
    name: str
    system: str
    system_guid: str | None = None
    adopts: str | None = None
    as_of: datetime | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the vendor documents it can take and do.

    max_batch         users a request; `max_bytes`: of their ids as a JSON array
    creates_with_users  a create takes users too; creates_empty: it needs none
    max_in_flight     requests at a time and endpoint, over all pushes to the account
    can_find          it can be asked which segments it has
    can_look          it can be asked for one segment: for its name at least
    lists_jobs        it can be asked which jobs it works at
    can_delete        a segment can be taken away; else only its members are
    side_effects      what else a push does there, for the person who lets it go
    """

    max_batch: int
    max_bytes: int | None = None
    max_id_chars: int | None = None
    creates_with_users: bool = True
    creates_empty: bool = True
    max_in_flight: int | None = None
    can_replace: bool = False
    can_rename: bool = False
    can_find: bool = True
    can_look: bool = False
    lists_jobs: bool = False
    can_delete: bool = True
    side_effects: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """A segment as the vendor shows it; what it does not show is None."""

    name: str | None
    user_ids: frozenset[str] | None


class Login(Protocol):
    """What an adapter needs of a connection; it reaches no log and no error."""

    @property
    def login(self) -> str | None:
        """The user name, key or client id."""

    @property
    def password(self) -> str | None:
        """The secret that goes with it."""


class Destination(Protocol):
    """A vendor's segments API. Adapters inherit: what a vendor lacks is said here.

    Adding, removing and replacing are absolute statements: made twice they must leave
    what they leave when made once. `user_ids` are unique, at most `max_batch`, each of
    at most `max_id_chars`. Every method raises only `DestinationError`.
    """

    name: str
    abilities: Abilities
    address: str
    """Where it is; once it says 410 it is not called there any more."""

    @property
    def fingerprint(self) -> str:
        """What can be asked of it, and where, as one short word."""
        said = f"{self.address} {self.abilities}".encode()
        return blake2b(said, digest_size=8).hexdigest()

    def close(self) -> None:
        """No connection is open any more."""

    def try_login(self) -> bool:
        """Whether the vendor was asked, and let us in; nothing was changed there.

        False where it has no such call.
        """
        return False

    def to_remote_id(self, text: str) -> str:
        """The vendor's form of the id that a person wrote in a definition."""

    def create(self, segment: SegmentRef, user_ids: list[str]) -> str:
        """The remote id of a new segment that holds exactly `user_ids`.

        Raises SegmentExistsError when the vendor says that it has it already.
        """

    def find(self, segment: SegmentRef) -> str | None:
        """The remote id of the segment that carries our id, else our name; or None.

        Without `can_find` it is the id that the segment has if there is one.
        """

    def add(
        self, segment: SegmentRef, remote_id: str, user_ids: list[str]
    ) -> Job | None:
        """`user_ids` are members there, or will be when the job is done."""

    def remove(
        self, segment: SegmentRef, remote_id: str, user_ids: list[str]
    ) -> Job | None:
        """`user_ids` are no members there, or will not be when the job is done."""

    def replace(self, segment: SegmentRef, remote_id: str, user_ids: list[str]) -> None:
        """Exactly `user_ids` are members there. Only called when `can_replace`."""
        raise UnsupportedCallError(self.name, "replace")

    def rename(self, segment: SegmentRef, remote_id: str) -> None:
        """It carries the segment's name there. Only called when `can_rename`."""
        raise UnsupportedCallError(self.name, "rename")

    def delete(self, segment: SegmentRef, remote_id: str) -> None:
        """The segment is not there; that it was not there before is no error.

        Only called when `can_delete`.
        """
        raise UnsupportedCallError(self.name, "delete")

    def look(self, segment: SegmentRef, remote_id: str) -> Look | None:
        """The segment as it is there, None when it is not. Only when `can_look`."""
        raise UnsupportedCallError(self.name, "look")

    def unfinished_jobs(self) -> list[Job]:
        """The account's jobs that have not ended, whoever began them.

        Only called when `lists_jobs`.
        """
        raise UnsupportedCallError(self.name, "unfinished_jobs")

    def is_done(self, job: Job) -> bool:
        """Whether the job has ended well; JobFailedError when it ended otherwise."""
        raise UnsupportedCallError(self.name, "is_done")
