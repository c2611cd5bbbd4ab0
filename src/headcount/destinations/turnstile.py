"""At most so many requests at a time, or a second, over all processes of this machine.

A vendor counts by account and does not care which process asks, so what is counted is
kept where all of a user's processes find it: in locked files, named after the account.
A killed process frees what it held.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

from headcount import clock
from headcount.destinations.errors import DestinationDownError, MisconfiguredError

LONGEST_WAIT_S = 60.0
LOOK_AGAIN_S = 0.02


class Turnstile:
    """The way to one account of a destination.

    in_flight   requests at a time in each lane, None: as many as there are
    gap_s       between the beginnings of any two requests
    """

    def __init__(
        self,
        destination: str,
        account: str,
        *,
        in_flight: int | None = None,
        gap_s: float = 0.0,
        wait_s: float = LONGEST_WAIT_S,
    ) -> None:
        self._destination = destination
        self._account = account
        self._in_flight = in_flight
        self._gap_s = gap_s
        self._wait_s = wait_s

    @contextmanager
    def passing(self, lane: str) -> Iterator[None]:
        """One request may be made within the block.

        Waits for its turn; DestinationDownError when that takes too long, nothing has
        been sent then.
        """
        with ExitStack() as stack:
            if self._in_flight is not None:
                stack.enter_context(self._slot(lane, self._in_flight))
            if self._gap_s:
                self._keep_distance()
            yield

    @contextmanager
    def _slot(self, lane: str, slots: int) -> Iterator[None]:
        deadline_s = clock.elapsed_s() + self._wait_s
        while True:
            for number in range(slots):
                with self._file(f"{lane}-{number}") as handle:
                    if _is_locked(handle):
                        yield
                        return
            if clock.elapsed_s() >= deadline_s:
                fault = f"{slots} requests of ours to {lane} are on their way already"
                raise DestinationDownError(self._destination, fault)
            time.sleep(LOOK_AGAIN_S)

    def _keep_distance(self) -> None:
        """The gap since the request before is over; who comes next waits in line."""
        with self._file("last") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            since_s = clock.elapsed_s() - _read_last_s(handle)
            # Before the machine's last start its clock said anything.
            if 0.0 <= since_s < self._gap_s:
                time.sleep(self._gap_s - since_s)
            os.pwrite(handle, f"{clock.elapsed_s():030.9f}".encode(), 0)

    @contextmanager
    def _file(self, name: str) -> Iterator[int]:
        digest = blake2b(f"{self._account}\0{name}".encode(), digest_size=12)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(self._folder() / digest.hexdigest(), flags, 0o600)
        try:
            yield handle
        finally:
            os.close(handle)

    def _folder(self) -> Path:
        """A folder of this user's own."""
        folder = Path(tempfile.gettempdir()) / f"headcount-{os.getuid()}"
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        if folder.is_symlink() or folder.stat().st_uid != os.getuid():
            raise MisconfiguredError(self._destination, f"{folder} is somebody else's")
        return folder


def _is_locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_last_s(handle: int) -> float:
    """When the last request was made; long ago when that cannot be read."""
    try:
        return float(os.pread(handle, 30, 0))
    except ValueError:
        return float("-inf")
