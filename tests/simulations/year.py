"""A year of ticks with small changes, and what it leaves on the disk.

`python -m tests.simulations.year FOLDER [--ticks 35040] [--members 2000]` writes the
snapshots, stays, sizes and runs of so many ticks of one segment as ticks write them,
but a day in one transaction and unflushed; then it publishes, thins, compacts and
verifies. It goes on where it was stopped: `--seconds 300` stops it after so long.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from headcount.clock import to_text
from headcount.definitions.settings import SnapshotRetention
from headcount.store.membership import INSTANT
from headcount.store.publish import publish
from headcount.store.registry import add_segment, add_version
from headcount.store.retention import compact_store, thin_snapshots
from headcount.store.snapshots import NAME_DIGITS, encode_members, write_manifests
from headcount.store.verification import verify_books, verify_snapshots
from headcount.store.warehouse import Warehouse

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
YEAR, DAY = 35_040, 96  # ticks
SEGMENT = "many"
DEFAULT = SnapshotRetention()
STILL = 0.3  # of the ticks change nothing
MOST_CHANGES = 5  # users who enter, and as many who leave
BOUNDS = '[{"start":"2024-12-02T00:00:00Z","end":"2025-01-01T00:00:00Z"}]'

Row = tuple[Any, ...]


@dataclass(slots=True)
class Written:
    """The rows that the ticks of a day add, by table."""

    opened: list[Row] = field(default_factory=list)
    closed: list[Row] = field(default_factory=list)
    sizes: list[Row] = field(default_factory=list)
    snapshots: list[Row] = field(default_factory=list)

    def commit(self, store: Warehouse) -> None:
        """They are in the store, in one transaction."""
        frames = {
            "opened": _frame(self.opened, user_code=pl.UInt32, entered_at=INSTANT),
            "closed": _frame(
                self.closed, user_code=pl.UInt32, entered_at=INSTANT, left_at=INSTANT
            ),
            "sizes": _frame(
                self.sizes,
                at=INSTANT,
                run_id=pl.String,
                members=pl.Int64,
                entered=pl.Int64,
                exited=pl.Int64,
                bounds=pl.String,
            ),
            "files": _frame(
                self.snapshots,
                at=INSTANT,
                file=pl.String,
                rows=pl.Int64,
                sha256=pl.String,
            ),
        }
        with store.lend(**frames), store.transaction() as con:
            for statement in STATEMENTS:
                con.execute(statement)


STATEMENTS = (
    "INSERT INTO membership SELECT 'many', user_code, entered_at, NULL, 1, NULL, false"
    " FROM opened",
    "UPDATE membership SET left_at = c.left_at FROM closed AS c"
    " WHERE membership.user_code = c.user_code"
    " AND membership.entered_at = c.entered_at",
    'INSERT INTO runs SELECT run_id, "at", 1, \'done\', 0, "at", 0.1, false FROM sizes',
    "INSERT INTO run_segments SELECT run_id, 'many', \"at\", 1, 'full', 'Active', NULL,"
    " members, entered, exited, members - entered, bounds, 0.1 FROM sizes",
    "INSERT INTO segment_sizes SELECT 'many', \"at\", members, entered, exited"
    " FROM sizes",
    "INSERT INTO snapshots SELECT 'many', \"at\", file, rows, sha256,"
    " strftime(\"at\", '%Y-%m-%dT%H:%M:%SZ/001') FROM files",
    "UPDATE segments SET status = 'Active', members = s.members,"
    ' last_evaluated_at = s.at FROM (FROM sizes ORDER BY "at" DESC LIMIT 1) AS s',
)


@dataclass(slots=True)
class Year:
    """A project's store and snapshots, tick after tick of one segment."""

    folder: Path
    members: int

    @property
    def store(self) -> Path:
        """The store of the project."""
        return self.folder / "warehouse" / "headcount.duckdb"

    @property
    def snapshots(self) -> Path:
        """The snapshots of the project."""
        return self.folder / "snapshots"

    def live(self, ticks: int, *, seconds: float) -> int:
        """So many ticks have run, or what `seconds` allow; returns how many."""
        until = time.monotonic() + seconds
        with Warehouse.open(self.store) as store:
            self._begin(store)
            con = store.con
            ((done,),) = con.execute("SELECT count(*) FROM runs").fetchall()
            present = dict(con.execute(PRESENT).fetchall())
            while done < ticks and time.monotonic() < until:
                written = Written()
                for number in range(done, min(done + DAY, ticks)):
                    self._tick(number, present, written)
                    done += 1
                written.commit(store)
        return int(done)

    def finish(self, ticks: int, keep: SnapshotRetention = DEFAULT) -> dict[str, Any]:
        """What they are on the disk, before and after retention and compaction."""
        now = FIRST + ticks * QUARTER
        figures: dict[str, Any] = {}
        with Warehouse.open(self.store) as store:
            with _timed(figures, "manifest_s"):
                write_manifests(store, self.snapshots)
            with _timed(figures, "publish_s"):
                self._publish(store, now)
            figures["before"] = self._sizes()
            with _timed(figures, "thin_s"):
                figures["thinned"] = thin_snapshots(
                    store, self.snapshots, keep, now=now
                )
            store.con.execute("CHECKPOINT")
            with _timed(figures, "compact_s"):
                compact_store(store)
            checks = [*verify_books(store), *verify_snapshots(store, self.snapshots)]
            # Users who were only ever written down have no events to be known from.
            figures["differences"] = sum(
                check.count for check in checks if check.name != "user_dates"
            )
            figures["stays"], figures["runs"] = store.con.execute(
                "SELECT (SELECT count(*) FROM membership), (SELECT count(*) FROM runs)"
            ).fetchall()[0]
        return figures | {"after": self._sizes()}

    def _begin(self, store: Warehouse) -> None:
        if store.con.execute("SELECT count(*) FROM segments").fetchall() != [(0,)]:
            return
        with store.transaction() as con:
            con.execute("INSERT INTO systems VALUES (0, 'shop')")
            con.execute(
                "INSERT INTO users SELECT 0, range, 'user-' || range,"
                " TIMESTAMPTZ '2024-01-01', TIMESTAMPTZ '2024-01-01', NULL"
                " FROM range($n)",
                {"n": 2 * self.members},
            )
            add_segment(
                store,
                segment_id=SEGMENT,
                system="shop",
                file="segments/many.yaml",
                is_classic=False,
                now=FIRST,
            )
            add_version(
                store,
                segment_id=SEGMENT,
                version=1,
                fingerprint="",
                definition='{"name":"Many","rules":[{"everyone":true}]}',
                now=FIRST,
            )

    def _tick(
        self, number: int, present: dict[int, datetime], written: Written
    ) -> None:
        """One tick: who enters and leaves, the size, and the snapshot if any did."""
        at = FIRST + number * QUARTER
        come, gone = _moves(present, self.members, number)
        written.closed += [(code, present.pop(code), at) for code in gone]
        present.update(dict.fromkeys(come, at))
        written.opened += [(code, at) for code in come]
        run_id = f"{to_text(at)}/001"
        counts = len(present), len(come), len(gone)
        written.sizes.append((at, run_id, *counts, BOUNDS))
        if come or gone:
            written.snapshots.append((at, *self._snapshot(present, at)))

    def _snapshot(self, present: dict[int, datetime], at: datetime) -> Row:
        members = _frame(list(present.items()), code=pl.UInt32, entered_at=INSTANT)
        user_ids = pl.format("user-{}", "code").alias("user_id")
        content = encode_members(members.with_columns(user_ids))
        sha256 = hashlib.sha256(content).hexdigest()
        file = f"{SEGMENT}/{at:%Y-%m-%dT%H-%M-%SZ}-{sha256[:NAME_DIGITS]}.parquet"
        path = self.snapshots / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return file, len(present), sha256

    def _publish(self, store: Warehouse, now: datetime) -> None:
        target, events = self.folder / "analytics.duckdb", self.store.parent / "events"
        publish(store, target, events_folder=events, systems={}, now=now)

    def _sizes(self) -> dict[str, float]:
        files = list(self.snapshots.glob("*/*.parquet"))
        return {
            "snapshot_files": len(files),
            "snapshots_mb": _megabytes(*files),
            "on_disk_mb": round(sum(p.stat().st_blocks for p in files) * 512 / 1e6, 2),
            "manifest_mb": _megabytes(self.snapshots / SEGMENT / "manifest.json"),
            "store_mb": _megabytes(self.store),
            "analytics_mb": _megabytes(self.folder / "analytics.duckdb"),
            "ledger_mb": _megabytes(self.store.with_name("ledger.duckdb")),
        }


PRESENT = """
SELECT user_code, entered_at FROM membership WHERE left_at IS NULL ORDER BY user_code
"""


def _moves(
    present: dict[int, datetime], members: int, number: int
) -> tuple[list[int], list[int]]:
    """Who enters and who leaves at a tick: the same whenever it is asked."""
    chance = random.Random(number)  # noqa: S311 - only spreads changes
    if not present:
        return list(range(members)), []
    if chance.random() < STILL:
        return [], []
    some = chance.sample(range(2 * members), 2 * MOST_CHANGES)
    most = chance.randint(1, MOST_CHANGES)
    come = [code for code in some if code not in present][:most]
    gone = [code for code in some if code in present][:most]
    return come, gone


def _frame(table: list[Row], **schema: Any) -> pl.DataFrame:
    return pl.DataFrame(table, schema=schema, orient="row")


def _megabytes(*paths: Path) -> float:
    return round(sum(path.stat().st_size for path in paths if path.exists()) / 1e6, 2)


@contextmanager
def _timed(figures: dict[str, Any], name: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    figures[name] = round(time.monotonic() - started, 2)


def main(argv: list[str]) -> int:
    """Live so many ticks; print the figures once all are done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ticks", type=int, default=YEAR)
    parser.add_argument("--members", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    given = parser.parse_args(argv)
    year = Year(given.folder, given.members)
    done = year.live(given.ticks, seconds=given.seconds)
    document: dict[str, Any] = {"ticks": done}
    if done >= given.ticks:
        document |= year.finish(done)
    sys.stdout.write(json.dumps(document) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
