"""Killed anywhere and run again, a push ends as if nobody had killed it."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import count
from pathlib import Path

from tests.sync.crashing import crasher
from tests.sync.pushing import TICK, Pushing

QUARTER = timedelta(minutes=15)
USERS = [f"user-{number}" for number in range(9)]


def held(stored: Pushing) -> list[str]:
    rows = stored.rows(
        "SELECT user_id FROM sync_members WHERE state = 'held' ORDER BY 1"
    )
    return [user_id for (user_id,) in rows]


def test_push_converges_when_killed_at_any_point(stored: Pushing, store: Path) -> None:
    chance = random.Random(4)  # noqa: S311
    points = 0
    with crasher(stored.vendor, store) as process:
        for kill_at in count():
            first, second = (sorted(chance.sample(USERS, 3)) for _ in range(2))
            at = TICK + 2 * kill_at * QUARTER
            ended = process.push(first, at=at, kill_at=kill_at)
            assert process.push(second, at=at + QUARTER) == "synced"
            assert stored.vendor.members() == held(stored) == second
            if ended == "synced":
                break
            points += 1

    assert points >= 8
    assert len(stored.vendor.segments()) == 1


def test_push_converges_when_killed_at_random_times(
    stored: Pushing, store: Path
) -> None:
    chance = random.Random(5)  # noqa: S311
    ended = []
    with crasher(stored.vendor, store) as process:
        for tick in range(12):
            members = sorted(chance.sample(USERS, 6))
            at, kill_after_s = TICK + tick * QUARTER, chance.uniform(0.01, 0.4)
            ended.append(process.push(members, at=at, kill_after_s=kill_after_s))
            if tick % 4 == 3:
                assert process.push(members, at=at) == "synced"
                assert stored.vendor.members() == held(stored) == members

    requests = len(stored.vendor.requests())
    assert "killed" in ended
    assert stored.push(*held(stored)).requests == 0
    assert len(stored.vendor.requests()) == requests
