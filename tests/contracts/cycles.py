"""Many ticks of one segment against a vendor that misbehaves; seeds make it repeatable.

    python -m tests.contracts.cycles 300 30

runs 300 seeds of 30 ticks and prints one JSON line for each.
"""

from __future__ import annotations

import json
import random
import sys
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.contracts.vendors import VENDORS, QuickTime, Vendor

from headcount.standins.process import StandIn, running_standin
from headcount.store.warehouse import Warehouse
from headcount.sync.ledger import Aim
from headcount.sync.push import Wanted, push_segment

BEGIN = datetime(2026, 5, 1, 9, 15, tzinfo=UTC)
TICK = timedelta(minutes=15)
THIRTY_PERCENT = (
    "429-seconds=0.03,429-date=0.02,503=0.03,500-before=0.04,500-after=0.05,"
    "partial=0.03,lost-request=0.03,lost-reply=0.05,expired-token=0.02"
)
MAX_BATCH = 50
USERS = [f"user-{number:03}" for number in range(400)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a seed ended; `least_requests` is what the same ticks take without faults."""

    vendor: str
    seed: int
    is_equal: bool
    unequal_when_synced: int
    requests: int
    least_requests: int


def run_cycles(
    vendor_name: str, *, seed: int, ticks: int, faults: str = THIRTY_PERCENT
) -> Outcome:
    """The members change at each tick and are pushed, the last until it is synced."""
    options = ("--slow", "0.01")
    with running_standin(
        vendor_name, seed=seed, faults=faults, options=options
    ) as standin:
        return _run(standin, seed=seed, ticks=ticks)


def _run(standin: StandIn, *, seed: int, ticks: int) -> Outcome:
    chance = random.Random(seed)  # noqa: S311
    vendor = Vendor(standin)
    quick, wrong, least = QuickTime(), 0, 0
    members: set[str] = set(chance.sample(USERS, 200))
    pushed: set[str] | None = None
    status = ""
    with (
        Warehouse.in_memory() as store,
        closing(vendor.connect(max_batch=MAX_BATCH)) as destination,
    ):
        for tick in range(ticks + 20):
            if tick < ticks:
                members ^= set(chance.sample(USERS, 40))
            elif status == "synced":
                break
            result = push_segment(
                lambda: nullcontext(store),
                destination=destination,
                segment=vendor.segment(),
                wanted=Wanted(sorted(members), Aim(BEGIN + tick * TICK)),
                now=BEGIN + tick * TICK,
                pace=quick.pace(),
            )
            status = result.status
            least += _least_requests(pushed, members)
            least += pushed is None and not destination.abilities.creates_with_users
            pushed = set(members)
            if status == "synced":
                wrong += vendor.members() != sorted(members)
        return Outcome(
            vendor=standin.vendor,
            seed=seed,
            is_equal=status == "synced" and vendor.members() == sorted(members),
            unequal_when_synced=wrong,
            requests=len([r for r in standin.read_requests() if _says(r)]),
            least_requests=least,
        )


def _says(request: dict[str, Any]) -> bool:
    """Whether it says something of a segment: no token, no look at a job."""
    is_token = request["path"].endswith("/token")
    is_look = "/jobs/" in request["path"]
    return not is_token and not is_look and request["status"] != 401


def _least_requests(before: set[str] | None, after: set[str]) -> int:
    if before is None:
        return max(_batches(len(after)), 1)
    return _batches(len(after - before)) + _batches(len(before - after))


def _batches(users: int) -> int:
    return -(-users // MAX_BATCH)


if __name__ == "__main__":
    seeds, ticks = (int(argument) for argument in sys.argv[1:])
    for seed in range(seeds):
        for name in VENDORS:
            outcome = run_cycles(name, seed=seed, ticks=ticks)
            sys.stdout.write(json.dumps(asdict(outcome)) + "\n")
            sys.stdout.flush()
