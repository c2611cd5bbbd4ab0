"""Many ticks of one segment against a vendor that misbehaves; seeds make it repeatable.

    python -m tests.contracts.cycles 300 30
    python -m tests.contracts.cycles 100 30 --kills

runs seeds of 30 ticks, each against the next vendor, and prints one JSON line for each
and one for all. Every seed is run a second time without faults, unless that is not to
be compared (`--faults-only`). With `--kills` the pushing process dies about every fifth
request, and is not compared either.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.contracts.vendors import VENDORS, QuickTime, Vendor

from headcount.destinations.base import Destination
from headcount.standins.process import StandIn, running_standin
from headcount.store.warehouse import Warehouse
from headcount.sync.ledger import Aim, read_told
from headcount.sync.plan import Retelling
from headcount.sync.push import Wanted, push_segment
from headcount.sync.reconcile import reconcile_segment

BEGIN = datetime(2026, 5, 1, 9, 15, tzinfo=UTC)
TICK = timedelta(minutes=15)
THIRTY_PERCENT = {
    "429-seconds": 0.03,
    "429-date": 0.02,
    "503": 0.03,
    "500-before": 0.03,
    "500-after": 0.05,
    "partial": 0.03,
    "lost-request": 0.02,
    "lost-reply": 0.05,
    "late": 0.02,
    "expired-token": 0.02,
}
MAX_BATCH = 50
BAD = [f"bad-{number}" for number in range(3)]  # no vendor takes them
USERS = [f"user-{number:03}" for number in range(400)]
POINTS_A_DEATH = 32  # about six points a request


class DeathError(BaseException):
    """The process is gone: nothing catches this."""


@dataclass(slots=True)
class Mortal:
    """A store and a destination whose process may die after anything that lasts."""

    store: Warehouse
    destination: Any
    chance: random.Random | None = None
    is_dead: bool = False

    @contextmanager
    def open_store(self) -> Iterator[Warehouse]:
        """The store; a process that is gone writes nothing more."""
        if self.is_dead:
            raise DeathError
        yield self.store
        self._pass_point()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.destination, name)
        return self._mortal(found) if callable(found) else found

    def _mortal(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any) -> Any:
            result = call(*given)
            self._pass_point()
            return result

        return called

    def _pass_point(self) -> None:
        if self.chance is not None and self.chance.random() < 1 / POINTS_A_DEATH:
            self.is_dead = True
            raise DeathError


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a seed ended.

    is_equal   after reconcile the vendor holds ours less those it refuses
    was_equal  it did so before, without
    are_rejects_exact   all whom it refuses are rejects, and no good user is
    requests   what was said of the segment before reconcile; `without_faults`: in the
               same ticks without any, None when that was not tried
    too_early  requests inside a pause that was asked for
    """

    vendor: str
    seed: int
    is_equal: bool
    was_equal: bool
    are_rejects_exact: bool
    requests: int
    without_faults: int | None
    too_early: int
    deaths: int


@dataclass(slots=True)
class Cycles:
    """One segment through its ticks."""

    standin: StandIn
    store: Warehouse
    seed: int
    kills: bool = False
    chance: random.Random = field(init=False)
    vendor: Vendor = field(init=False)
    time: QuickTime = field(init=False)
    members: set[str] = field(init=False)
    tick: int = 0
    deaths: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311
        self.vendor = Vendor(self.standin)
        self.time = QuickTime(self.standin)
        self.members = set(self.chance.sample(USERS, 200))

    def run(self, ticks: int, faults: dict[str, float]) -> Outcome:
        """The members change at each tick and are pushed; at the end all calms down."""
        self.standin.begin(faults, seed=self.seed)
        with closing(self.vendor.connect(max_batch=MAX_BATCH)) as destination:
            for _ in range(ticks):
                self.members ^= {*self.chance.sample(USERS, 40)}
                self.members ^= {each for each in BAD if self.chance.random() < 0.1}
                self._push(destination)
            requests = self.standin.read_requests()
            self.standin.deliver_late()
            self.standin.begin({}, seed=0)
            self.kills = False
            self._push(destination)
            was_equal = self._is_equal()
            self._reconcile(destination)
        return Outcome(
            vendor=self.standin.vendor,
            seed=self.seed,
            is_equal=self._is_equal(),
            was_equal=was_equal,
            are_rejects_exact=self.members & set(BAD) <= self._rejects() <= set(BAD),
            requests=len([each for each in requests if _says(each)]),
            without_faults=None,
            too_early=len([each for each in requests if each["is_too_early"]]),
            deaths=self.deaths,
        )

    def _push(self, destination: Destination) -> None:
        """The push of this tick, by as many processes as it takes."""
        self.tick += 1
        self.standin.skip(TICK.total_seconds())
        chance = self.chance if self.kills else None
        while True:
            mortal = Mortal(self.store, destination, chance)
            try:
                push_segment(
                    mortal.open_store,
                    destination=mortal,  # type: ignore[arg-type]
                    segment=self.vendor.segment(),
                    wanted=Wanted(sorted(self.members), self._aim),
                    now=self._aim.at,
                    pace=self.time.pace(),
                )
            except DeathError:
                self.deaths += 1
                self.standin.skip(60)  # a dead one's pause is kept by the ledger's time
                continue
            return

    def _reconcile(self, destination: Destination) -> None:
        mortal = Mortal(self.store, destination)
        segment = self.vendor.segment()
        told = read_told(self.store, destination.name, segment.segment_id)
        reconcile_segment(
            mortal.open_store,
            destination=destination,
            segment=segment,
            wanted=Wanted(sorted(self.members), self._aim, retelling=Retelling(told)),
            now=self._aim.at,
            pace=self.time.pace(),
        )

    @property
    def _aim(self) -> Aim:
        return Aim(BEGIN + self.tick * TICK)

    def _is_equal(self) -> bool:
        return self.vendor.members() == sorted(self.members - set(BAD))

    def _rejects(self) -> set[str]:
        rows = self.store.con.execute("SELECT user_id FROM sync_rejects").fetchall()
        return {user_id for (user_id,) in rows}


def run_cycles(
    standin: StandIn,
    *,
    seed: int,
    ticks: int,
    faults: dict[str, float] = THIRTY_PERCENT,
    kills: bool = False,
) -> Outcome:
    """The outcome of one seed, on a segment and in a store of its own."""
    with Warehouse.in_memory() as store:
        store.con.execute("SET threads = 1")  # so little is quicker without help
        return Cycles(standin, store, seed, kills).run(ticks, faults)


def _says(request: dict[str, Any]) -> bool:
    """Whether it says something of a segment: no token, no look."""
    is_token = request["path"].endswith("/token")
    return request["method"] != "GET" and not is_token and request["status"] != 401


@contextmanager
def running_vendors() -> Iterator[list[StandIn]]:
    """A stand-in of every vendor, which refuses bad users."""
    options = ("--slow", "0.01", "--poison", "bad")
    with ExitStack() as stack:
        yield [
            stack.enter_context(running_standin(name, options=options))
            for name in VENDORS
        ]


def main() -> None:
    """Every seed is run, with faults and without."""
    parser = argparse.ArgumentParser(prog="python -m tests.contracts.cycles")
    parser.add_argument("seeds", type=int)
    parser.add_argument("ticks", type=int)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--faults-only", action="store_true")
    parser.add_argument("--kills", action="store_true")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)  # one line a fault
    outcomes = []
    with running_vendors() as standins:
        for seed in range(asked.first, asked.first + asked.seeds):
            standin = standins[seed % len(standins)]
            given = {"seed": seed, "ticks": asked.ticks}
            outcome = run_cycles(standin, **given, kills=asked.kills)
            if not (asked.kills or asked.faults_only):
                calm = run_cycles(standin, **given, faults={})
                outcome = replace(outcome, without_faults=calm.requests)
            outcomes.append(outcome)
            _print(asdict(outcome))
    _print(_sum(outcomes))


def _sum(outcomes: list[Outcome]) -> dict[str, Any]:
    requests = sum(outcome.requests for outcome in outcomes)
    calm = sum(outcome.without_faults or 0 for outcome in outcomes)
    return {
        "seeds": len(outcomes),
        **{
            name: sum(getattr(outcome, name) for outcome in outcomes)
            for name in ("is_equal", "was_equal", "are_rejects_exact")
        },
        "requests": requests,
        "without_faults": calm,
        "ratio": round(requests / calm, 3) if calm else None,
        "too_early": sum(outcome.too_early for outcome in outcomes),
        "deaths": sum(outcome.deaths for outcome in outcomes),
    }


def _print(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
