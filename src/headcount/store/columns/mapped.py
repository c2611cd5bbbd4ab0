"""Files of columns, mapped: what is not looked at is not read."""

from __future__ import annotations

import mmap
from pathlib import Path


def map_to_read(path: Path) -> mmap.mmap:
    """The whole file, which is not empty, for as long as an array looks at it."""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
