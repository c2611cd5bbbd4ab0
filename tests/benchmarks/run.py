"""Runs one benchmark and prints its result.

uv run --group bench python tests/benchmarks/run.py ingest --events 5e6 --json
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

# As a script, its own folder would come first and the tests could not be found.
sys.path[0] = str(Path(__file__).parents[2])

from tests.benchmarks import (  # noqa: E402
    evaluate,
    export,
    ingest,
    preview,
    segments,
    tick,
)
from tests.benchmarks.report import Comparison  # noqa: E402

BENCHMARKS: Mapping[str, Callable[[argparse.Namespace], Comparison]] = {
    "export": export.compare,
    "ingest": ingest.compare,
    "evaluate": evaluate.compare,
    "tick": tick.compare,
    "preview": preview.compare,
    "segments": segments.compare,
}
PEERS = "duckdb,clickhouse,polars"


def main() -> int:
    """The exit code: 1 when the results were not equal."""
    parser = argparse.ArgumentParser(description="How fast, against peers.")
    parser.add_argument("name", choices=BENCHMARKS)
    parser.add_argument("--events", type=_count, help="how many to process")
    parser.add_argument("--rows", type=_count, help="how many rows to write")
    parser.add_argument("--existing", type=_count, help="how many were there before")
    parser.add_argument("--arriving", type=_count, help="new events before a tick")
    parser.add_argument("--segments", type=int, help="how many to evaluate")
    parser.add_argument("--runs", type=int, help="the median is told")
    parser.add_argument("--peers", default=PEERS, help=f"by default {PEERS}")
    parser.add_argument(
        "--memory", action="store_true", help="also what smaller and larger files take"
    )
    parser.add_argument("--folder", type=Path, help="where logs are kept for later")
    parser.add_argument("--limit", help="the memory that ours may take: '1 GB'")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="on one line")
    arguments = parser.parse_args()
    result = BENCHMARKS[arguments.name](arguments).to_json()
    text = json.dumps(result, indent=None if arguments.json else 2)
    sys.stdout.write(text + "\n")
    return 0 if result["equal"] else 1


def _count(text: str) -> int:
    """A whole number, also as 5e6."""
    return int(float(text))


if __name__ == "__main__":
    sys.exit(main())
