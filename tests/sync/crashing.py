"""A process whose pushes are killed: at a chosen point, or after a chosen time.

Each line on stdin asks for one push; it is made by a fork, so that a kill costs no
start, and answered by how it ended: its status, or "killed".
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.contracts.vendors import QuickTime, Vendor
from tests.sync.pushing import NOW

from headcount.store.warehouse import Warehouse
from headcount.sync.ledger import Aim, OpenStore
from headcount.sync.push import Wanted, push_segment


class Countdown:
    """Kills this process at the n-th point it comes to; None lets it live.

    A point comes after everything that lasts: a transaction, a call.
    """

    def __init__(self, left: int | None) -> None:
        self.left = left

    def point(self) -> None:
        if self.left is None:
            return
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1

    def opening(self, store: Path) -> OpenStore:
        """Opens the store, with a point after each time."""

        @contextmanager
        def open_store() -> Iterator[Warehouse]:
            with Warehouse.open(store) as warehouse:
                yield warehouse
            self.point()

        return open_store


class Watched:
    """A destination with a point after each of its calls."""

    def __init__(self, destination: Any, countdown: Countdown) -> None:
        self._destination = destination
        self._countdown = countdown

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._destination, name)
        return self._watched(found) if callable(found) else found

    def _watched(self, call: Any) -> Any:
        def watched(*given: Any) -> Any:
            result = call(*given)
            self._countdown.point()
            return result

        return watched


def push_once(vendor: Vendor, order: dict[str, Any]) -> str:
    """The status of the push that `order` describes, if it lives to tell."""
    countdown = Countdown(order["kill_at"])
    if order["kill_after_s"]:
        signal.setitimer(signal.ITIMER_REAL, order["kill_after_s"])  # ends us, unasked
    return push_segment(
        countdown.opening(Path(order["store"])),
        destination=Watched(vendor.connect(max_batch=2), countdown),
        segment=vendor.segment(),
        wanted=Wanted(order["members"], Aim(datetime.fromisoformat(order["at"]))),
        now=NOW,
        pace=QuickTime().pace(),
    ).status


class Crasher:
    """The process, as a test sees it."""

    def __init__(self, process: subprocess.Popen[str], store: Path) -> None:
        self._process = process
        self._store = store

    def push(
        self,
        members: list[str],
        *,
        at: datetime,
        kill_at: int | None = None,
        kill_after_s: float = 0.0,
    ) -> str:
        """The status of the push, or "killed"."""
        order = {
            "store": str(self._store),
            "members": members,
            "at": at.isoformat(),
            "kill_at": kill_at,
            "kill_after_s": kill_after_s,
        }
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


@contextmanager
def crasher(vendor: Vendor, store: Path) -> Iterator[Crasher]:
    """A process that pushes for this vendor's account into this store."""
    standin = vendor.standin
    command = [sys.executable, "-m", __name__, standin.vendor, standin.url]
    command += [vendor.account]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Crasher(process, store)


def main() -> None:
    """Orders are carried out until there are no more."""
    from headcount.standins.process import StandIn  # noqa: PLC0415

    name, url, account = sys.argv[1:]
    vendor = Vendor(StandIn(name, url, 0), account)
    for line in sys.stdin:
        order = json.loads(line)
        sys.stdout.write(in_a_fork(lambda: push_once(vendor, order)) + "\n")  # noqa: B023
        sys.stdout.flush()


def in_a_fork(push: Callable[[], str]) -> str:
    """What `push` says in a process of its own, "killed" when that was killed."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write_end, push().encode())
        os._exit(0)
    os.close(write_end)
    os.waitpid(child, 0)
    with os.fdopen(read_end) as said:
        return said.read() or "killed"


if __name__ == "__main__":
    main()
