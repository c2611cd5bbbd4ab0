"""A process whose memory and time are watched: `python -m tests.ingest.bounded FOLDER`.

Ingests each file of FOLDER/app by itself into a store in memory. Prints as JSON, by
name, its status, its reason, how long it took, and by how much the most memory that the
process ever held has grown meanwhile.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from headcount.store.warehouse import Warehouse
from tests.ingest.landing import Landing, event, lines


def main(folder: str) -> None:
    """Tells of each file; a first one, which is none of them, has all imports done."""
    with Warehouse.in_memory() as warehouse:
        landing = Landing(Path(folder), warehouse)
        landing.set(path="warm-up")
        (landing.folder / "warm-up").write_bytes(lines(event()))
        landing.ingest()
        names = sorted(path.name for path in (landing.folder / "app").iterdir())
        told = {name: _watched(landing, name) for name in names}
    sys.stdout.write(json.dumps(told) + "\n")


def _watched(landing: Landing, name: str) -> dict[str, Any]:
    landing.set(path=f"app/{name}")
    held, started = _most_mb(), time.perf_counter()
    (report,) = landing.ingest().files
    return {
        "status": report.status,
        "reason": report.reason,
        "rows": report.rows,
        "seconds": time.perf_counter() - started,
        "grown_mb": _most_mb() - held,
    }


def _most_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(sys.argv[1])
