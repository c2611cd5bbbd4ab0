"""One writer at a time: an advisory lock on a file that says who holds it.

DuckDB's own lock does not wait, does not hold while the store is being created, and
is lost when the same process closes any other handle on the file. This one is sound.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headcount.errors import StoreBusyError

POLL_S = 0.1
MAX_COMMAND = 200  # characters of the holder's command line


@contextmanager
def hold_lock(path: Path, *, subject: Path, wait_s: float) -> Iterator[None]:
    """`path` is locked by this process within the block; a killed holder frees it.

    Waits up to `wait_s`, then raises StoreBusyError that names who holds `subject`.
    The file stays: removing it would let two processes lock two files of one name.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _acquired(handle, wait_s=wait_s):
            holder = path.read_text(encoding="utf-8") or "another process"
            raise StoreBusyError(subject, waited_s=wait_s, holder=holder)
        _write_holder(handle, _this_process())
        try:
            yield
        finally:
            _write_holder(handle, "")
    finally:
        os.close(handle)


def _acquired(handle: int, *, wait_s: float) -> bool:
    for _ in range(int(wait_s / POLL_S)):
        if _try_lock(handle):
            return True
        time.sleep(POLL_S)
    return _try_lock(handle)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _this_process() -> str:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
    return f"process {os.getpid()} ({command[:MAX_COMMAND]})"


def _write_holder(handle: int, holder: str) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, holder.encode(), 0)
