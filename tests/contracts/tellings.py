"""Many ticks of notifications by a vendor that misbehaves: who was told how often?

    python -m tests.contracts.tellings 300 30

runs 300 seeds of 30 ticks on either side of the setting, and prints one JSON line each.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from functools import partial

from tests.sync.noticing import Bell

from headcount.standins.process import StandIn, running_standin
from headcount.store.warehouse import Warehouse

THIRTY_PERCENT = (
    "429-seconds=0.03,429-date=0.02,503=0.03,500-before=0.04,500-after=0.05,"
    "late=0.03,lost-request=0.03,lost-reply=0.05,expired-token=0.02"
)
NEW_USERS = 5  # a tick
MOST_EXTRA = 40  # pushes after the last tick


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a seed ended: enterings by how often they were told.

    `doubtful` are those whose only call was not answered; every untold one is among
    them, when all is well.
    """

    unanswered: str
    seed: int
    enterings: int
    untold: int
    once: int
    more: int
    doubtful: int
    untold_without_doubt: int
    requests: int


def run_tellings(
    unanswered: str, *, seed: int, ticks: int, faults: str = THIRTY_PERCENT
) -> Outcome:
    """Users enter at each tick, and are told until nobody is left to be told."""
    with (
        running_standin("walkme-notification", seed=seed, faults=faults) as standin,
        Warehouse.in_memory() as store,
    ):
        bell = Bell(partial(nullcontext, store), standin)
        bell.options |= {"unanswered": unanswered, "max_batch": 2}
        members = _tick_on(bell, ticks)
        standin.deliver_late()
        return _outcome(bell, standin, members, seed=seed)


def _tick_on(bell: Bell, ticks: int) -> list[str]:
    bell.tick()
    members: list[str] = []
    for tick in range(ticks):
        members += [f"user-{tick:03}-{number}" for number in range(NEW_USERS)]
        bell.tick(*members)
    for _ in range(MOST_EXTRA):
        if not bell.is_due:
            break
        bell.push()
    return members


def _outcome(bell: Bell, standin: StandIn, members: list[str], *, seed: int) -> Outcome:
    told = bell.told
    times = Counter(min(told.get(user, 0), 2) for user in members)
    doubtful = {
        user
        for (users,) in bell.rows(
            "SELECT user_ids FROM sync_batches WHERE outcome = 'unknown'"
        )
        for user in users
    }
    untold = {user for user in members if user not in told}
    calls = [r for r in standin.read_requests() if not r["path"].endswith("/token")]
    return Outcome(
        unanswered=str(bell.options["unanswered"]),
        seed=seed,
        enterings=len(members),
        untold=times[0],
        once=times[1],
        more=times[2],
        doubtful=len(doubtful),
        untold_without_doubt=len(untold - doubtful),
        requests=len(calls),
    )


if __name__ == "__main__":
    seeds, ticks = (int(argument) for argument in sys.argv[1:])
    for seed in range(seeds):
        for unanswered in ("leave", "repeat"):
            outcome = run_tellings(unanswered, seed=seed, ticks=ticks)
            sys.stdout.write(json.dumps(asdict(outcome)) + "\n")
            sys.stdout.flush()
