"""Which calls tell whom of what. Pure: data to data.

Equal inputs give equal calls: users by id, cut where a call is full. Users whose
placeholders are filled with different words cannot share a call.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from headcount import clock
from headcount.definitions.settings import Filling
from headcount.definitions.times import Duration
from headcount.destinations.notifier import Manner, Notice
from headcount.rules.ranges import after
from headcount.sync.plan import Reject

UTC_ZONE = ZoneInfo("UTC")
TITLES = {
    "segment-failed": "Segment failed",
    "push-failed": "Push failed",
    "push-held": "Push held: waits for approval",
}

Overrides = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """That one user is told of one event of one subject, in one Workstation system."""

    subject: str
    event: str
    user_id: str
    at: datetime
    system_id: str | None

    def to_row(self) -> dict[str, Any]:
        """As the ledger keeps it."""
        return {
            "subject": self.subject,
            "event": self.event,
            "user_id": self.user_id,
            "at": self.at,
            "system_id": self.system_id or "",
        }


@dataclass(frozen=True, slots=True)
class Call:
    """One request to be, and all that it tells."""

    notice: Notice
    tellings: tuple[Telling, ...]

    @property
    def user_ids(self) -> list[str]:
        """Who is told by it, though it may name an audience instead."""
        return [telling.user_id for telling in self.tellings]

    def halves(self) -> tuple[Call, Call]:
        """The same of each half of the users."""
        middle = len(self.tellings) // 2
        return self._with(self.tellings[:middle]), self._with(self.tellings[middle:])

    def _with(self, tellings: tuple[Telling, ...]) -> Call:
        user_ids = tuple(telling.user_id for telling in tellings)
        return Call(replace(self.notice, user_ids=user_ids), tellings)


@dataclass(frozen=True, slots=True)
class DueUser:
    """A user who is to be told of `telling`.

    attributes   as canonical JSON, those that the settings name and the user has
    told_at      of what the user was told before
    taken_back   of what the user was told that is no more: this stands in its place
    """

    telling: Telling
    attributes: Mapping[str, str] = field(default_factory=dict)
    told_at: datetime | None = None
    taken_back: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a person should look at, for as long as it goes on."""

    event: str
    subject: str
    reason: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class NoticePlan:
    """What to send as of the tick `at`, who cannot be told, who was told already.

    `held` is how many users would be told at once, when that is too many.
    """

    calls: tuple[Call, ...] = ()
    rejects: tuple[Reject, ...] = ()
    moves: tuple[DueUser, ...] = ()
    held: int = 0
    at: datetime | None = None


def may_be_told(due: DueUser, again: Literal["always", "never"] | Duration) -> bool:
    """Whether the last time is long enough ago; True for who never was."""
    if due.told_at is None or again == "always":
        return True
    return again != "never" and due.telling.at >= after(due.told_at, again, UTC_ZONE)


def plan_users(
    due: Iterable[DueUser], *, segment_name: str, manner: Manner
) -> NoticePlan:
    """The calls that tell every due user once; none when nobody is, or too many are."""
    moves, rejects = [], []
    together: dict[tuple[Any, ...], list[Telling]] = defaultdict(list)
    for one in due:
        telling = one.telling
        if one.taken_back is not None:
            moves.append(one)
            continue
        if not may_be_told(one, manner.again):
            continue
        facts = _facts(segment_name, telling.event, telling.at)
        overrides = fill(manner.overrides, facts, one.attributes)
        if isinstance(overrides, str):
            rejects.append(Reject(telling.user_id, f"has no attribute {overrides}"))
            continue
        key = (telling.system_id or "", telling.event, telling.at, overrides)
        together[key].append(telling)
    calls = tuple(
        Call(_notice(part, overrides, manner), part)
        for (_, _, _, overrides), tellings in sorted(together.items())
        for part in _cut(tellings, manner)
    )
    unique = dict.fromkeys(rejects)  # one a system
    users = len({user_id for call in calls for user_id in call.user_ids})
    held = users if users > manner.most else 0
    return NoticePlan(() if held else calls, tuple(unique), tuple(moves), held)


def plan_alerts(
    troubles: Iterable[Trouble], told: frozenset[Telling], manner: Manner
) -> NoticePlan:
    """The calls that tell every operator of every trouble once."""
    return NoticePlan(tuple(_alerts(troubles, told, manner)))


def _alerts(
    troubles: Iterable[Trouble], told: frozenset[Telling], manner: Manner
) -> Iterator[Call]:
    for trouble in troubles:
        facts = _facts(trouble.subject, trouble.event, trouble.began_at)
        overrides = fill(manner.overrides, facts | {"reason": trouble.reason}, {})
        for system_id in manner.system_ids:
            tellings = [
                Telling(
                    trouble.subject, trouble.event, user, trouble.began_at, system_id
                )
                for user in sorted(set(manner.recipients)) or [""]
            ]
            new = [telling for telling in tellings if telling not in told]
            for part in _cut(new, manner):
                notice = Notice(
                    tuple(telling.user_id for telling in part if telling.user_id),
                    trouble.began_at,
                    system_id,
                    () if isinstance(overrides, str) else overrides,
                    title=TITLES[trouble.event],
                    text=f"{trouble.subject}: {trouble.reason}",
                )
                yield Call(notice, part)


def fill(
    overrides: Iterable[tuple[str, Filling]],
    facts: Mapping[str, str],
    attributes: Mapping[str, str],
) -> Overrides | str:
    """What each placeholder is filled with, else the attribute that is missing."""
    filled = []
    for key, filling in overrides:
        match filling.kind:
            case "text":
                value: str | None = filling.value
            case "fact":
                value = facts[filling.value]
            case _:
                found = attributes.get(filling.value)
                value = None if found is None else to_plain(found)
                value = filling.default if value is None else value
        if value is None:
            return filling.value
        filled.append((key, value))
    return tuple(filled)


def to_plain(canonical: str) -> str | None:
    """The text of a value in canonical JSON; None for null, an array or an object."""
    if canonical.startswith('"'):
        return str(json.loads(canonical))
    return None if canonical == "null" or canonical[0] in "[{" else canonical


def _facts(about: str, event: str, at: datetime) -> dict[str, str]:
    return {"about": about, "event": event, "at": clock.to_text(at)}


def _notice(
    tellings: tuple[Telling, ...], overrides: Overrides, manner: Manner
) -> Notice:
    named = () if manner.audience else tuple(t.user_id for t in tellings)
    first = tellings[0]
    return Notice(named, first.at, first.system_id, overrides)


def _cut(tellings: list[Telling], manner: Manner) -> Iterator[tuple[Telling, ...]]:
    """As many as one call can tell; an audience is any number of users."""
    most = len(tellings) if manner.audience else manner.max_batch
    for start in range(0, len(tellings), most or 1):
        yield tuple(tellings[start : start + most])
