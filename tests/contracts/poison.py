"""Are exactly the users whom a vendor refuses found among very many?

    python -m tests.contracts.poison 1000000 0.001

plants that share of bad ids, pushes all, and prints one JSON line.
"""

from __future__ import annotations

import json
import logging
import random
import sys
import time
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from tests.contracts.vendors import QuickTime, Vendor

from headcount.standins.process import running_standin
from headcount.store.warehouse import Warehouse
from headcount.sync.ledger import Aim
from headcount.sync.push import Wanted, push_segment

AT = datetime(2026, 5, 1, 9, 15, tzinfo=UTC)
MARK = "bad"


@dataclass(frozen=True, slots=True)
class Found:
    """What one push of so many users found; `least_requests` is one without bad ids."""

    users: int
    planted: int
    rejects: int
    is_exact: bool
    is_equal: bool
    requests: int
    least_requests: int
    seconds: float


def push_poisoned(
    users: int, share: float, *, max_batch: int = 1_000, seed: int = 0
) -> Found:
    """A first push of `users` ids to WalkMe's stand-in, of which a share is refused."""
    chance = random.Random(seed)  # noqa: S311
    bad = set(chance.sample(range(users), round(users * share)))
    ids = [f"user-{n:07}{MARK if n in bad else ''}" for n in range(users)]
    with (
        running_standin("walkme", options=("--poison", MARK)) as standin,
        Warehouse.in_memory() as store,
    ):
        vendor = Vendor(standin)
        with closing(vendor.connect(max_batch=max_batch)) as destination:
            began_s = time.monotonic()
            result = push_segment(
                lambda: nullcontext(store),
                destination=destination,
                segment=vendor.segment(),
                wanted=Wanted(ids, Aim(AT)),
                now=AT,
                pace=QuickTime().pace(),
            )
            seconds = round(time.monotonic() - began_s, 1)
        rows = store.con.execute("SELECT user_id FROM sync_rejects").fetchall()
        rejects = {user_id for (user_id,) in rows}
        return Found(
            users=users,
            planted=len(bad),
            rejects=len(rejects),
            is_exact=rejects == {each for each in ids if MARK in each},
            is_equal=vendor.members() == [each for each in ids if MARK not in each],
            requests=result.requests,
            least_requests=-(-users // max_batch),
            seconds=seconds,
        )


if __name__ == "__main__":
    logging.disable(logging.WARNING)  # one line a refused request
    users, share, *batch = sys.argv[1:]
    found = push_poisoned(int(users), float(share), max_batch=int(*batch or [1_000]))
    sys.stdout.write(json.dumps(asdict(found)) + "\n")
