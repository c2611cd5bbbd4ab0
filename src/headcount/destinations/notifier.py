"""What a vendor's notifications are to the rest: calls, each telling some users.

Unlike a membership a notification is no absolute statement: said twice it is seen
twice. So an adapter makes one request a call, never a second one, and its errors say
whether the vendor may have taken it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from headcount.definitions.settings import Filling
from headcount.definitions.times import Duration

A_DAY = Duration(1, "day")


@dataclass(frozen=True, slots=True)
class Notice:
    """One call: who is told, where, and what fills the template's placeholders.

    `at` is the instant of what it tells of; `title` and `text` are shown where the
    settings name none. Ids are unique, at most `Manner.max_batch`; none of them: the
    audience of the settings is told alone.
    """

    user_ids: tuple[str, ...]
    at: datetime
    system_id: str | None = None
    overrides: tuple[tuple[str, str], ...] = ()
    title: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Manner:
    """Who is to be told of what, and how often.

    told_of      entered, exited, or the alerts of operators
    system_ids   a call is made for each; (None,): the account's only one
    recipients   users who are told of alerts
    audience     whether calls name an audience, and no user who entered or left
    first        whether who comes with a new definition or destination is told too
    again        whether who comes again is told again, or how long after the last time
    within       who could not be told for so long is not told any more
    most         a push that would tell more users waits until this is raised
    repeats      whether a call that was not answered is made again
    ends_at      from then on nobody is told; a length of time never ends
    """

    told_of: tuple[str, ...]
    system_ids: tuple[str | None, ...] = (None,)
    recipients: tuple[str, ...] = ()
    audience: bool = False
    overrides: tuple[tuple[str, Filling], ...] = ()
    first: bool = False
    again: Literal["always", "never"] | Duration = "always"
    within: Duration = A_DAY
    most: int = 10_000
    repeats: bool = False
    ends_at: datetime | None = None
    max_batch: int = 100


class Notifier(Protocol):
    """A vendor's notifications. Every method raises only `DestinationError`."""

    name: str
    manner: Manner

    def close(self) -> None:
        """No connection is open any more."""

    def try_login(self) -> bool:
        """As of a destination."""
        return False

    def tell(self, notice: Notice) -> None:
        """The vendor has taken the notice on: one request was made."""
