from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from headcount.destinations.errors import DestinationDownError
from headcount.destinations.turnstile import Turnstile


@pytest.fixture
def account() -> str:
    return str(uuid.uuid4())


def test_no_more_than_so_many_pass_at_a_time(account: str) -> None:
    lock, inside, most = threading.Lock(), 0, 0

    def visit(_: int) -> None:
        nonlocal inside, most
        with Turnstile("vendor", account, in_flight=3).passing("update"):
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.02)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(visit, range(16)))

    assert most == 3


def test_lanes_and_accounts_are_counted_apart(account: str) -> None:
    one = Turnstile("vendor", account, in_flight=1, wait_s=0.0)
    other = Turnstile("vendor", account + "x", in_flight=1, wait_s=0.0)

    with one.passing("update"), one.passing("create"), other.passing("update"):
        pass


def test_who_waits_too_long_has_sent_nothing(account: str) -> None:
    turnstile = Turnstile("vendor", account, in_flight=1, wait_s=0.05)

    with (
        turnstile.passing("update"),
        pytest.raises(DestinationDownError, match="1 requests of ours to update"),
        turnstile.passing("update"),
    ):
        pass


def test_other_processes_are_counted_and_a_killed_one_is_not(account: str) -> None:
    code = (
        "import sys, time\n"
        "from headcount.destinations.turnstile import Turnstile\n"
        f"with Turnstile('vendor', {account!r}, in_flight=1).passing('update'):\n"
        "    print('in', flush=True)\n"
        "    time.sleep(60)\n"
    )
    turnstile = Turnstile("vendor", account, in_flight=1, wait_s=0.05)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as held:
        assert held.stdout
        assert held.stdout.readline() == b"in\n"
        with pytest.raises(DestinationDownError), turnstile.passing("update"):
            pass
        os.kill(held.pid, 9)

    with turnstile.passing("update"):
        pass


def test_requests_keep_their_distance(account: str) -> None:
    passed: list[float] = []

    def visit(_: int) -> None:
        with Turnstile("vendor", account, gap_s=0.02).passing("any"):
            passed.append(time.monotonic())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(visit, range(12)))

    passed.sort()
    assert passed[-1] - passed[0] >= 11 * 0.019
