"""Files that are either whole under their name or not there at all.

Source: faults.md §1.2. A file is written aside, flushed to the disk, then renamed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ASIDE = ".aside-"


@contextmanager
def write_atomically(path: Path) -> Iterator[Path]:
    """Yield a path to write; once the block ends well, `path` is what it became.

    The yielded path has the same name, does not exist yet, and lies in a folder of its
    own on the same filesystem, so side files (a write-ahead log) stay out of sight.
    An error leaves `path` as it was. A kill does too, and leaves a folder that
    `sweep_temporaries` removes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with folder_aside(path.parent) as aside:
        temporary = aside / path.name
        yield temporary
        sync(temporary)
        temporary.replace(path)
        sync(path.parent)


@contextmanager
def folder_aside(parent: Path) -> Iterator[Path]:
    """A new folder in `parent`, out of sight, for the block; then it is gone.

    A kill leaves it for `sweep_temporaries`.
    """
    aside, lock = _locked_folder(parent)
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        os.close(lock)


def sync(path: Path) -> None:
    """The file's content, or the folder's list of names, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """The SHA-256 of the file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sweep_temporaries(folder: Path) -> int:
    """What killed writers left in `folder` is gone; returns how many there were.

    A living writer holds a lock on its folder, whatever its age, and is left alone.
    """
    if not folder.is_dir():
        return 0
    return sum(_swept(aside) for aside in sorted(folder.glob(f"{ASIDE}*")))


def _locked_folder(parent: Path) -> tuple[Path, int]:
    while True:
        aside = Path(tempfile.mkdtemp(prefix=ASIDE, dir=parent))
        lock = _locked(aside)
        if lock is not None and aside.exists():
            return aside, lock
        # A sweep came between the two steps and took the folder for a left-over.
        if lock is not None:
            os.close(lock)


def _locked(folder: Path) -> int | None:
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _swept(aside: Path) -> bool:
    lock = _locked(aside)
    if lock is None:
        return False
    shutil.rmtree(aside, ignore_errors=True)
    os.close(lock)
    return True
