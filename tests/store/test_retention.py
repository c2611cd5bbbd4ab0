from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.evaluate.world import World, event, utc

from headcount.definitions.settings import SnapshotRetention
from headcount.store.membership import read_members
from headcount.store.retention import (
    Compaction,
    compact_store,
    require_snapshot,
    thin_snapshots,
)
from headcount.store.snapshots import read_snapshots
from headcount.store.verification import verify_books, verify_snapshots
from headcount.store.warehouse import Warehouse

FIRST = datetime(2024, 3, 1, 6, tzinfo=UTC)
TICKS = [FIRST + n * timedelta(hours=6) for n in range(12)]  # 3 days, 4 a day
NOW = TICKS[-1]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A user more at each of 12 ticks."""
    world = World(tmp_path / "world")
    world.define("all", "- everyone: true")
    for number, at in enumerate(TICKS):
        world.log(event(f"u{number:02}", "look", "2024-02-01"))
        world.tick(f"{at:%Y-%m-%dT%H:%M}")
    return world


def thin(world: World, **keep: timedelta | None) -> int:
    retention = SnapshotRetention(**{"every": None, "daily": None, **keep})
    return thin_snapshots(world.warehouse, world.snapshots, retention, now=NOW)


def kept(world: World) -> list[datetime]:
    return [one.at for one in read_snapshots(world.warehouse)]


def test_nothing_is_thinned_when_all_is_kept(world: World) -> None:
    assert thin(world) == 0
    assert kept(world) == TICKS


def test_of_long_ago_the_last_of_each_day_stays(world: World) -> None:
    assert thin(world, every=timedelta(days=1)) == 5

    days = [one for one in TICKS if one.hour == 18 or one >= NOW - timedelta(days=1)]
    assert kept(world) == days
    named = json.loads((world.snapshots / "all" / "manifest.json").read_text())
    files = {path.name for path in world.snapshots.glob("all/*.parquet")}
    assert files == {one["file"] for one in named["snapshots"]}
    assert thin(world, every=timedelta(days=1)) == 0


def test_the_newest_stays_however_old(world: World) -> None:
    assert thin(world, daily=timedelta(0)) == 11
    assert kept(world) == [NOW]


def test_a_thinned_project_verifies(world: World) -> None:
    thin(world, every=timedelta(days=1))

    checks = verify_books(world.warehouse)
    checks += verify_snapshots(world.warehouse, world.snapshots)
    assert not [one for one in checks if one.count]


def test_a_thinned_snapshot_is_told_again_with_equal_bytes(world: World) -> None:
    before = {one.at: one for one in read_snapshots(world.warehouse)}
    thin(world, daily=timedelta(0))

    for at in (TICKS[0], TICKS[4] + timedelta(hours=1)):
        told = require_snapshot(world.warehouse, world.snapshots, "all", at)
        wanted = before[max(one for one in TICKS if one <= at)]
        assert told == wanted
        assert (world.snapshots / wanted.file).is_file()
    early = FIRST - timedelta(hours=1)
    assert require_snapshot(world.warehouse, world.snapshots, "all", early) is None


def test_an_empty_first_snapshot_is_told_again_too(world: World) -> None:
    world.define("none", "- event: never")
    at = NOW + timedelta(hours=6)
    world.tick(f"{at:%Y-%m-%dT%H:%M}")
    world.warehouse.con.execute("DELETE FROM snapshots WHERE segment_id = 'none'")

    told = require_snapshot(world.warehouse, world.snapshots, "none", at)

    assert told is not None
    assert (told.at, told.rows) == (at, 0)


def test_a_store_full_of_holes_is_copied_to_a_smaller_file(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path / "store.duckdb") as store:
        store.con.execute(
            "CREATE TABLE wide AS SELECT repeat(uuid()::VARCHAR, 20) AS t"
            " FROM range(60000)"
        )
        store.con.execute("CHECKPOINT")
        # DuckDB gives back room at the end of the file by itself, not in between.
        store.con.execute("CREATE TABLE last AS SELECT uuid() AS t FROM range(60000)")
        store.con.execute("CHECKPOINT")
        store.con.execute("DROP TABLE wide")
        store.con.execute("CHECKPOINT")

        made = compact_store(store)

        assert made.bytes_after < made.bytes_before / 4
        assert store.rows("history/last_position") == [(0,)]
        assert compact_store(store).bytes_before <= made.bytes_after * 2
    assert (tmp_path / "store.duckdb").stat().st_size < made.bytes_before / 4


def test_a_store_in_memory_is_left_as_it_is(world: World) -> None:
    made = compact_store(world.warehouse)

    assert made == Compaction(made.bytes_before, made.bytes_before)
    assert read_members(world.warehouse, "all", utc("2024-03-04")).height == 12
