"""A store filled by SQL: run n adds the nth user, who does one event and stays in.

`python -m tests.store.small_store FOLDER TICKS` publishes after each of TICKS runs.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from headcount.store.publish import publish
from headcount.store.warehouse import Warehouse

NOW = datetime(2024, 3, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[2]

START = """
INSERT INTO systems VALUES (0, 'shop');
INSERT INTO event_names VALUES (0, 0, 'buy');
INSERT INTO segments BY NAME
SELECT 's' AS segment_id, 'shop' AS system, 's.yaml' AS file, 1 AS version,
    'Active' AS status, false AS is_classic, false AS is_orphaned,
    TIMESTAMPTZ '2024-01-01' AS registered_at;
INSERT INTO source_files BY NAME
SELECT 0 AS file_code, 'log' AS source, 'shop' AS system, 'a.ndjson' AS path,
    'native' AS format, 1 AS size_bytes, '' AS sha256, 'loaded' AS status, 1 AS rows,
    1 AS accepted, 0 AS duplicates, 0 AS conflicts, 0 AS rejected, 0 AS skipped,
    TIMESTAMPTZ '2024-01-01' AS ingested_at;
"""

NEXT_RUN = """
SET VARIABLE n = (SELECT count(*) + 1 FROM runs);
SET VARIABLE tick = TIMESTAMPTZ '2024-01-01' + getvariable('n') * INTERVAL 15 MINUTES;
INSERT INTO runs
SELECT getvariable('n')::VARCHAR, getvariable('tick'), 1, 'ok', getvariable('n'),
    getvariable('tick'), 0, false;
INSERT INTO users BY NAME
SELECT 0 AS system_code, getvariable('n') AS user_code,
    'u' || getvariable('n') AS user_id, getvariable('tick') AS first_event_at,
    first_event_at AS last_event_at;
INSERT INTO events
SELECT 0, 0, getvariable('n'), getvariable('tick'), getvariable('n'), '',
    getvariable('n')::VARCHAR, '{}', false, 0;
INSERT INTO membership
SELECT 's', getvariable('n'), getvariable('tick'), NULL, 1, NULL, false;
INSERT INTO segment_sizes
SELECT 's', getvariable('tick'), getvariable('n'), 1, 0;
"""


def start(folder: Path) -> None:
    """A store without a run is in `folder`."""
    with Warehouse.open(folder / "store.duckdb") as warehouse, warehouse.transaction():
        warehouse.con.execute(START)


def add_run(warehouse: Warehouse) -> None:
    """One more run, user, event and member, in one transaction."""
    with warehouse.transaction() as con:
        con.execute(NEXT_RUN)


def publish_runs(folder: Path, runs: int) -> None:
    """So many runs, each published; says so after each."""
    with Warehouse.open(folder / "store.duckdb") as warehouse:
        for _ in range(runs):
            add_run(warehouse)
            target, events = folder / "analytics.duckdb", folder / "events"
            publish(warehouse, target, events_folder=events, systems={}, now=NOW)
            print("published", flush=True)  # noqa: T201


def publishing(folder: Path, runs: int) -> subprocess.Popen[bytes]:
    """A process that does `publish_runs`."""
    module = [sys.executable, "-m", "tests.store.small_store"]
    command = [*module, str(folder), str(runs)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)


if __name__ == "__main__":
    publish_runs(Path(sys.argv[1]), int(sys.argv[2]))
