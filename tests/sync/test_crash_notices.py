"""Killed anywhere and run again, nobody is told twice, or nobody is left untold."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.sync.crashing import Countdown, Watched, in_a_fork
from tests.sync.noticing import SEGMENT, Bell

from headcount.destinations.load import load_notifier
from headcount.standins.process import StandIn
from headcount.store.warehouse import Warehouse
from headcount.sync.notify import notify_users

Push = Callable[..., str]


def push_once(order: dict[str, Any]) -> str:
    """How one push ended, if it lives to tell; run by the process that is killed."""
    countdown = Countdown(order["kill_at"])
    standin = StandIn("walkme-notification", order["url"], 0)
    bell = Bell(countdown.opening(Path(order["store"])), standin)
    bell.options |= order["options"] | {"on": ("entered",)}
    bell.ticks = order["ticks"]
    return notify_users(
        bell.open_store,
        notifier=Watched(load_notifier(bell.settings, standin), countdown),
        segment=SEGMENT,
        now=bell.at,
        pace=bell.time.pace(),
    ).status


@pytest.fixture
def bell(store: Path, workstation: StandIn) -> Bell:
    return Bell(partial(Warehouse.open, store), workstation)


@pytest.fixture
def push(bell: Bell, store: Path) -> Iterator[Push]:
    """Pushes that may be killed, in forks of a process without threads."""
    command = [sys.executable, "-m", __name__]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        place = {"store": str(store), "url": bell.standin.url}

        def push(kill_at: int | None) -> str:
            order = place | {"kill_at": kill_at, "ticks": bell.ticks}
            assert process.stdin
            assert process.stdout
            process.stdin.write(json.dumps(order | {"options": bell.options}) + "\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        yield push


@pytest.mark.parametrize(
    ("unanswered", "times"), [("leave", {0, 1}), ("repeat", {1, 2})]
)
def test_kill_at_any_point_errs_on_the_chosen_side(
    bell: Bell, push: Push, unanswered: str, times: set[int]
) -> None:
    bell.options["unanswered"] = unanswered
    bell.tick()
    members: list[str] = []
    for kill_at in count():
        members.append(f"user-{kill_at}")
        bell.write(*members)
        ended = push(kill_at)
        bell.push()
        if ended != "killed":
            break

    told = [bell.told.get(user, 0) for user in members]
    assert len(members) >= 5
    assert set(told) == times
    assert told.count(1) == len(told) - 1  # killed between the claim and the answer
    assert not bell.is_due


def main() -> None:
    """Orders are carried out until there are no more."""
    for line in sys.stdin:
        order = json.loads(line)
        sys.stdout.write(in_a_fork(partial(push_once, order)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
