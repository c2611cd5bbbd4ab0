"""A year of ticks with small changes, and what it leaves on the disk.

`python -m tests.simulations.year FOLDER [--ticks 35040] [--members 2000]` writes
the snapshots, stays, sizes and runs of so many ticks through the code a tick uses, the
rules apart, then publishes, thins and compacts. It goes on where it was stopped: with
`--seconds 300` it stops after so long.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from headcount.clock import to_text
from headcount.definitions.settings import SnapshotRetention
from headcount.store import membership, runs, snapshots
from headcount.store.publish import publish
from headcount.store.registry import Standing, add_segment, add_version, update_segment
from headcount.store.retention import compact_store, thin_snapshots
from headcount.store.verification import verify_books, verify_snapshots
from headcount.store.warehouse import Warehouse

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
YEAR = 35_040
SEGMENT = "many"
STILL = 0.3  # of the ticks change nothing
MOST_CHANGES = 5  # users who enter, and as many who leave


class Year:
    """A project's store and snapshots, tick after tick of one segment."""

    def __init__(self, folder: Path, *, members: int) -> None:
        self.folder = folder
        self.store = folder / "warehouse" / "headcount.duckdb"
        self.snapshots = folder / "snapshots"
        self.events = folder / "warehouse" / "events"
        self.members = members

    def live(self, ticks: int, *, seconds: float) -> int:
        """So many ticks have run, or what `seconds` allow; returns how many."""
        until = time.monotonic() + seconds
        with Warehouse.open(self.store) as store:
            self._begin(store)
            ((done,),) = store.con.execute("SELECT count(*) FROM runs").fetchall()
            standing = membership.read_current(store, SEGMENT).to_list()
            present, crowd = set(standing), 2 * self.members
            while done < ticks and time.monotonic() < until:
                self._tick(store, done, _moved(present, crowd, self.members, done))
                done += 1
        return int(done)

    def finish(self, ticks: int) -> dict[str, Any]:
        """What they are on the disk, before and after retention and compaction."""
        now = FIRST + ticks * QUARTER
        with Warehouse.open(self.store) as store:
            figures: dict[str, Any] = {"publish_s": self._publish(store, now)}
            figures["before"] = self._sizes()
            found = self._verify(store)
            keep = SnapshotRetention()
            with _timed(figures, "thin_s"):
                figures["thinned"] = thin_snapshots(
                    store, self.snapshots, keep, now=now
                )
            with _timed(figures, "compact_s"):
                compact_store(store)
            figures["differences"] = found + self._verify(store)
            figures["stays"], figures["sizes"] = store.con.execute(
                "SELECT (SELECT count(*) FROM membership),"
                " (SELECT count(*) FROM segment_sizes)"
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

    def _tick(self, store: Warehouse, number: int, present: set[int]) -> None:
        """One tick as `evaluate_tick` commits it, with these members."""
        at = FIRST + number * QUARTER
        members = pl.DataFrame(
            {"user_code": sorted(present)}, schema={"user_code": pl.UInt32}
        ).with_columns(entered_at=pl.lit(at).cast(membership.INSTANT))
        standing = membership.read_standing(store, SEGMENT, at)
        change = membership.plan_change(standing, members)
        ids = pl.format("user-{}", "user_code").alias("user_id")
        snapshot = snapshots.write_snapshot(
            store,
            self.snapshots,
            change.members.with_columns(ids),
            segment_id=SEGMENT,
            at=at,
        )
        run = runs.Run(f"{to_text(at)}/001", at, 1, "done", 0, at, 0.1)
        with store.transaction():
            runs.record_run(store, run)
            membership.commit_change(
                store, change, segment_id=SEGMENT, at=at, version=1
            )
            snapshots.commit_snapshot(store, snapshot, at=at, run_id=run.run_id)
            update_segment(store, _standing(change.members.height, at))
            runs.record_segment(store, run, _entry(change))

    def _publish(self, store: Warehouse, now: datetime) -> float:
        snapshots.write_manifests(store, self.snapshots)
        started = time.monotonic()
        publish(
            store,
            self.folder / "analytics.duckdb",
            events_folder=self.events,
            systems={},
            now=now,
        )
        return round(time.monotonic() - started, 2)

    def _verify(self, store: Warehouse) -> int:
        checks = [*verify_books(store), *verify_snapshots(store, self.snapshots)]
        # Users who were only ever written down have no events to be known from.
        return sum(
            one.count for one in checks if one.name not in {"user_dates", "runs"}
        )

    def _sizes(self) -> dict[str, float]:
        files = list(self.snapshots.glob("*/*.parquet"))
        analytics = self.folder / "analytics.duckdb"
        return {
            "snapshot_files": len(files),
            "snapshots_mb": _megabytes(*files),
            "manifest_mb": _megabytes(self.snapshots / SEGMENT / "manifest.json"),
            "store_mb": _megabytes(self.store),
            "analytics_mb": _megabytes(analytics),
        }


def _moved(present: set[int], crowd: int, members: int, number: int) -> set[int]:
    """The members after one more tick: the same for the same number and members."""
    chance = random.Random(number)  # noqa: S311 - only spreads changes
    if not present:
        present.update(range(members))
    elif chance.random() >= STILL:
        gone = chance.sample(sorted(present), chance.randint(0, MOST_CHANGES))
        come = chance.sample(range(crowd), chance.randint(0, MOST_CHANGES))
        present.difference_update(gone)
        present.update(come)
    return present


def _standing(members: int, at: datetime) -> Standing:
    return Standing(
        segment_id=SEGMENT,
        file="segments/many.yaml",
        version=1,
        status="Active",
        reason=None,
        is_orphaned=False,
        members=members,
        evaluated_at=at,
        expired_at=None,
    )


def _entry(change: membership.Change) -> runs.SegmentEntry:
    return runs.SegmentEntry(
        segment_id=SEGMENT,
        version=1,
        mode="full",
        status="Active",
        reason=None,
        members=change.members.height,
        entered=change.entered.height,
        exited=change.exited.height,
        stayed=change.stayed,
        bounds='[{"start":null,"end":"2025-01-01T00:00:00Z"}]',
        seconds=0.1,
    )


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
    year = Year(given.folder, members=given.members)
    done = year.live(given.ticks, seconds=given.seconds)
    document: dict[str, Any] = {"ticks": done}
    if done >= given.ticks:
        document |= year.finish(done)
    sys.stdout.write(json.dumps(document) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
