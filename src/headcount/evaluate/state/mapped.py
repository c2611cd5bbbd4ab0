"""A file as an array: what is written to the array is in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from headcount.store.columns.arrays import AnyArray


def map_file(path: Path, shape: tuple[int, int], kind: type[Any]) -> AnyArray:
    """The file at `path`, which is created when missing, of zeros and without room."""
    if path.exists():
        return np.memmap(path, kind, "r+", shape=shape).view(np.ndarray)
    return np.memmap(path, kind, "w+", shape=shape).view(np.ndarray)
