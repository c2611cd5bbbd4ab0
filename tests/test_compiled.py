"""Loops are compiled when one is called, and not before."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from headcount.compiled import INT, U32S, compiled


@compiled(INT, U32S)
def total(numbers) -> int:
    found = 0
    for i in range(len(numbers)):
        found += numbers[i]
    return found


def test_loop_takes_arrays_of_its_types_alone() -> None:
    assert total(np.arange(5, dtype=np.uint32)) == 10
    with pytest.raises(TypeError):
        total(np.arange(5, dtype=np.int64))


def test_read_only_arrays_are_read() -> None:
    numbers = np.arange(5, dtype=np.uint32)
    numbers.flags.writeable = False

    assert total(numbers) == 10


def test_preview_begins_without_the_compiler() -> None:
    code = "import headcount.evaluate.preview, sys; print('numba' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True
    )

    assert found.stdout.strip() == b"False"
