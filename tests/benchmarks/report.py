"""What every benchmark prints: medians, peers, on which machine (interface.md §9)."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.child import Measured


@dataclass(frozen=True)
class Comparison:
    """Rounds of the same work, ours and each peer's; `equal` is checked every round.

    `size` says what was processed; `more` is what is particular to a benchmark.
    """

    name: str
    size: Mapping[str, Any]
    ours: Sequence[Measured]
    peers: Mapping[str, Sequence[Measured]]
    equal: bool
    packages: Sequence[str]
    more: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The object that is printed; without equal results it names no ratio."""
        seconds = _median(self.ours)
        peers = {name: _median(rounds) for name, rounds in self.peers.items()}
        document = {
            "name": self.name,
            "size": dict(self.size),
            "seconds": seconds,
            "peers": peers,
            "ratio": self._ratio(),
            "equal": self.equal,
            "peak_mb": round(max(one.peak_mb for one in self.ours)),
            "runs": len(self.ours),
            "machine": machine(),
            "versions": {name: version(name) for name in self.packages},
            **self.more,
        }
        if not self.equal:
            del document["ratio"]
        return document

    def _ratio(self) -> float | None:
        """How many times our seconds the best peer takes; None without any peer."""
        best = min(map(_median, self.peers.values()), default=None)
        return None if best is None else round(best / _median(self.ours), 2)


def machine() -> dict[str, Any]:
    """The processor, how much of it, the memory, and how busy it was by then."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(
            os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
        ),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    named = (line.partition(":")[2].strip() for line in lines if "model name" in line)
    return next(named, platform.processor())


def _median(rounds: Sequence[Measured]) -> float:
    return round(median(one.seconds for one in rounds), 4)
