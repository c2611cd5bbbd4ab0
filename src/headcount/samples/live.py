"""The sample CRM as if its month ended today, and what its people go on doing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from headcount.samples.story import ENDS_AT, SEED, Visit, people, tell
from headcount.samples.webhook import month_files, to_line

VISITORS = (2, 6)  # in one stretch of minutes, at least and at most


def month_until(now: datetime) -> dict[str, list[str]]:
    """The month's files as `month_files` gives them, moved to end on the day of `now`.

    Whole days later, so that office hours stay; a line that cannot be read stays so.
    """
    shift = timedelta(days=(now.astimezone(UTC) - ENDS_AT).days)
    shift_ms = shift // timedelta(milliseconds=1)
    return {
        name: [_later(line, shift_ms) for line in lines]
        for name, lines in month_files().items()
    }


def lines_between(since: datetime, until: datetime) -> list[str]:
    """What some people did in [since, until), in the order of time.

    The same for the same instants.
    """
    rng = Random(f"{SEED}/live/{until.isoformat()}")
    deeds = []
    for person in rng.sample(people(), rng.randint(*VISITORS)):
        start = since + rng.random() * (until - since)
        visit = Visit(person, rng, start, str(UUID(int=rng.getrandbits(128))), set())
        tell(visit)
        deeds += [deed for deed in visit.deeds if deed.at < until]
    return [to_line(deed) for deed in sorted(deeds, key=lambda deed: deed.at)]


def _later(line: str, shift_ms: int) -> str:
    try:
        payload = json.loads(line)
    except ValueError:
        return line
    if not isinstance(payload["created_at"], int):
        return line
    payload["created_at"] += shift_ms
    return json.dumps(payload, separators=(",", ":"))
