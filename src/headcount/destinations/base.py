"""What every vendor's segments API is to the rest: one protocol, a few facts.

An adapter turns a call into a request and the answer into a result or an error of
`destinations.errors`. It never retries or batches and remembers nothing: `sync` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SegmentRef:
    """A segment of ours, as a vendor is told of it; `segment_id` is the external id.

    `adopts` is the remote id, as its definition writes it, of a segment to take over.
    """

    segment_id: str
    name: str
    system: str
    system_guid: str | None = None
    adopts: str | None = None


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the vendor documents it can take and do."""

    max_batch: int
    max_id_chars: int | None = None
    can_replace: bool = False
    can_rename: bool = False
    creates_empty: bool = True


class Login(Protocol):
    """What an adapter needs of a connection; it reaches no log and no error."""

    @property
    def login(self) -> str | None:
        """The user name, key or client id."""

    @property
    def password(self) -> str | None:
        """The secret that goes with it."""


class Destination(Protocol):
    """A vendor's segments API.

    Adding, removing and replacing are absolute statements: made twice they must leave
    what they leave when made once. `user_ids` are unique, at most `max_batch`, each of
    at most `max_id_chars`. Every method raises only `DestinationError`.
    """

    name: str
    abilities: Abilities

    def close(self) -> None:
        """No connection is open any more."""

    def to_remote_id(self, text: str) -> str:
        """The vendor's form of the id that a person wrote in a definition."""

    def create(self, segment: SegmentRef, user_ids: list[str]) -> str:
        """The remote id of a new segment that holds exactly `user_ids`.

        Raises SegmentExistsError when the vendor says that it has it already.
        """

    def find(self, segment: SegmentRef) -> str | None:
        """The remote id of the segment that carries our id, else our name; or None."""

    def add(self, segment: SegmentRef, remote_id: str, user_ids: list[str]) -> None:
        """`user_ids` are members there; the others stay."""

    def remove(self, segment: SegmentRef, remote_id: str, user_ids: list[str]) -> None:
        """`user_ids` are no members there; the others stay."""

    def replace(self, segment: SegmentRef, remote_id: str, user_ids: list[str]) -> None:
        """Exactly `user_ids` are members there. Only called when `can_replace`."""

    def delete(self, segment: SegmentRef, remote_id: str) -> None:
        """The segment is not there; that it was not there before is no error."""
