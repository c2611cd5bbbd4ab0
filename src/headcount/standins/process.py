"""Starts a stand-in as a process of its own and talks to its side door."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from headcount.errors import UsageError

LOGIN = "stand-in-client"
PASSWORD = "whsec_c3RhbmQtaW4tc2VjcmV0LW9wZW5zLW5vdGhpbmc="  # noqa: S105 - opens nothing else
LOOPBACK = {"127.0.0.1", "localhost"}
STOP_S = 10.0
CALL_S = 10.0


@dataclass(frozen=True, slots=True)
class StandIn:
    """A running stand-in; `login` and `password` are those it lets in."""

    vendor: str
    url: str
    pid: int
    login: str = LOGIN
    password: str = PASSWORD

    def read_segments(self) -> list[dict[str, Any]]:
        """What the vendor holds: remote_id, account, external_id, name, user_ids."""
        segments: list[dict[str, Any]] = self._call("segments")["segments"]
        return segments

    def read_members(self, external_id: str) -> list[str] | None:
        """The members, sorted, of the segment with our id; None when there is none."""
        for segment in self.read_segments():
            if segment["external_id"] == external_id:
                members: list[str] = segment["user_ids"]
                return members
        return None

    def read_notifications(self) -> list[dict[str, Any]]:
        """What users were shown, oldest first; only of a vendor of notifications."""
        shown: list[dict[str, Any]] = self._call("notifications")
        return shown

    def read_requests(self) -> list[dict[str, Any]]:
        """Every request so far, oldest first, with its fault and its status."""
        requests: list[dict[str, Any]] = self._call("requests")
        return requests

    def order(self, *faults: str, on: Literal["call", "token"] = "call") -> None:
        """The next calls, or token requests, meet these faults and no earlier ones."""
        self._call("faults", {"faults": faults, "on": on})

    def forget(self) -> None:
        """It holds nothing and was asked nothing, as if it had just been started."""
        self._call("forget", {})

    def deliver_late(self) -> None:
        """Requests that were cut off as late have arrived."""
        self._call("late", {})

    def begin(self, rates: dict[str, float], *, seed: int) -> None:
        """Faults come by these rates, and nobody has asked for anything yet."""
        self._call("plan", {"rates": rates, "seed": seed})

    def skip(self, seconds: float) -> None:
        """Its clock has gone on by so much, as if somebody had waited."""
        self._call("clock", {"skip_s": seconds})

    def _call(self, name: str, body: Any = None) -> Any:
        return _call(self.url, name, body)


class NoStandInError(UsageError):
    """Nobody answers at an address as a stand-in does."""

    kind = "no_standin"

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(f"no stand-in answers at {url}: `headcount standins` runs one")


def read_held(url: str) -> dict[str, Any]:
    """All that the stand-in at `url` holds, and how many requests it had."""
    try:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK:
            raise NoStandInError(url)
        held: dict[str, Any] = _call(f"http://{parts.netloc}", "")
    except (OSError, ValueError):
        raise NoStandInError(url) from None
    return held


def _call(url: str, name: str, body: Any = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = Request(f"{url}/_standin/{name}", content, headers)  # noqa: S310
    with urlopen(request, timeout=CALL_S) as reply:  # noqa: S310 - loopback
        return json.load(reply)


@contextmanager
def running_standin(
    vendor: str,
    *,
    state_file: Path | None = None,
    seed: int = 0,
    faults: str = "",
    options: tuple[str, ...] = (),
) -> Iterator[StandIn]:
    """A stand-in on a free port of this machine, for as long as the block lasts.

    It also ends when this process is killed. `options` are further ones of
    `python -m headcount.standins`.
    """
    command = [sys.executable, "-m", "headcount.standins", vendor, "--ends-with-stdin"]
    command += ["--seed", str(seed), "--faults", faults, *options]
    command += ["--state-file", str(state_file)] if state_file else []
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            yield _ready(process)
        finally:
            _stop(process)


def _ready(process: subprocess.Popen[bytes]) -> StandIn:
    """The stand-in once it has said where it is; its stderr says why it did not."""
    assert process.stdout is not None  # noqa: S101 - asked for above
    line = process.stdout.readline()
    if not line:
        msg = f"the stand-in ended with exit code {process.wait()} before it was ready"
        raise RuntimeError(msg)
    said = json.loads(line)
    return StandIn(vendor=said["standin"], url=said["url"], pid=said["pid"])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
