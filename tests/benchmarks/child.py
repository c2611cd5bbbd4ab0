"""One measured piece of work in a process of its own, so that its memory is its own.

    python -m tests.benchmarks.child MODULE FUNCTION ARGUMENT...

Prints one JSON object: `seconds`, `peak_mb`, and what the function returned.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one piece of work took, and what it answered."""

    seconds: float
    peak_mb: float
    answer: Any


def measured_apart(module: str, function: str, *arguments: object) -> Measured:
    """The function was called in a new process: imports are not measured."""
    words = [module, function, *map(str, arguments)]
    command = [sys.executable, "-m", "tests.benchmarks.child", *words]
    ended = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return Measured(**json.loads(ended.stdout))


def main(module: str, function: str, *arguments: str) -> None:
    """Call the function, print what it took."""
    called = getattr(import_module(module), function)
    started = time.perf_counter()
    answer = called(*arguments)
    seconds = time.perf_counter() - started
    told = {"seconds": seconds, "peak_mb": peak_mb_of("self"), "answer": answer}
    sys.stdout.write(json.dumps(told) + "\n")


def peak_mb_of(process: int | str) -> float:
    """The most memory that was resident in a process since it began.

    Linux counts for `getrusage` what the parent held when it forked. Without /proc
    only this process can tell; one that has ended has no number.
    """
    try:
        text = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return own if process == "self" else 0.0
    kilobytes = [line.split()[1] for line in text.splitlines() if "VmHWM" in line]
    return int(kilobytes[0]) / 1024 if kilobytes else 0.0


if __name__ == "__main__":
    main(*sys.argv[1:])
