"""Finds the users because of whom a destination refuses a request, by halving.

A half that is taken is done with, and then the other one must hold a bad user: it is
not sent as it is. One bad user in n takes about log2(n) + 2 requests. Source: faults.md
§3.4. Pure but for what `send` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from headcount.destinations.errors import DestinationError

FREE = 64  # requests before anything is judged
MOST_BAD = (
    0.1  # of the users that are settled: more, and it is no matter of single users
)
USERS_A_REQUEST = 2  # in the long run, so that a search always ends


class TooManyRefusedError(DestinationError):
    """So many users are refused that something else must be wrong."""

    kind = "too_many_refused"

    def __init__(
        self, destination: str, *, refused: int, settled: int, why: str
    ) -> None:
        self.refused = refused
        self.settled = settled
        super().__init__(
            destination,
            f"refuses {refused:,} of the first {settled:,} users that were tried, so "
            f"the others were not; the last one: {why}. Are these the ids it knows?",
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that was not taken as a whole.

    named   users that the answer named, and what it said of each
    rest_is_taken   all others were taken
    is_too_large    for their number only
    """

    why: str
    named: Mapping[str, str] = field(default_factory=dict)
    rest_is_taken: bool = False
    is_too_large: bool = False


Send = Callable[[list[str]], Refusal | None]


@dataclass(slots=True)
class Isolation:
    """One search among so many `users`; `rejects` are those found, and why.

    `send` makes one request and says how it was refused, None when it was taken.
    """

    destination: str
    users: int
    rejects: dict[str, str] = field(default_factory=dict)
    taken: int = 0
    requests: int = 0
    _told: int = 0

    def settle(self, user_ids: list[str], refusal: Refusal, send: Send) -> None:
        """Each of the users, who were refused together, is taken or a reject.

        TooManyRefusedError when so many are refused that it is given up.
        """
        self.rejects |= refusal.named
        rest = [user_id for user_id in user_ids if user_id not in refusal.named]
        if refusal.rest_is_taken:
            self.taken += len(rest)
        elif refusal.named:
            self.attempt(rest, send)
        elif len(rest) == 1:
            self.rejects[rest[0]] = refusal.why
        else:
            self._halve(rest, refusal, send)

    def attempt(self, user_ids: list[str], send: Send) -> bool:
        """Whether all of them were taken at once; if not they are settled now."""
        if not user_ids:
            return True
        self._require_sense()
        self.requests += 1
        refusal = send(user_ids)
        if refusal is not None:
            self.settle(user_ids, refusal, send)
            return False
        self.taken += len(user_ids)
        return True

    def pop_found(self) -> dict[str, str]:
        """The rejects found since this was asked last."""
        found = dict(list(self.rejects.items())[self._told :])
        self._told = len(self.rejects)
        return found

    def _halve(self, user_ids: list[str], refusal: Refusal, send: Send) -> None:
        middle = (len(user_ids) + 1) // 2
        first, second = user_ids[:middle], user_ids[middle:]
        is_first_taken = self.attempt(first, send)
        if is_first_taken and len(second) > 1 and not refusal.is_too_large:
            self._halve(second, refusal, send)
        else:
            self.attempt(second, send)

    def _require_sense(self) -> None:
        refused, settled = len(self.rejects), self.taken + len(self.rejects)
        is_hopeless = self.requests >= FREE and refused > MOST_BAD * settled
        if is_hopeless or self.requests >= max(FREE, self.users // USERS_A_REQUEST):
            raise TooManyRefusedError(
                self.destination,
                refused=refused,
                settled=settled,
                why=next(reversed(self.rejects.values()), "none was named"),
            )
