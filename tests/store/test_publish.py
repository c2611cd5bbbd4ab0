from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from tests.evaluate.world import SHOP, World, attributes, event, opened, utc
from tests.store import small_store

from headcount.definitions.settings import System
from headcount.store.publish import publish

TICK, NEXT_TICK = "2024-03-01T09:00", "2024-03-01T09:15"

COLUMNS = {
    "events": "system event_id user_id event timestamp properties source_file "
    "ingested_at",
    "users": "system user_id first_seen_at last_seen_at attributes",
    "segments": "segment_id name description system status status_reason date_range "
    "evaluation_end conditions created_by created_at version members last_evaluated_at "
    "classic",
    "memberships": "segment_id user_id entered_at",
    "membership_history": "segment_id user_id entered_at left_at version",
    "membership_changes": "segment_id user_id change at run_id",
    "segment_sizes": "segment_id at members entered exited",
    "rejected_rows": "path line reason raw",
}
MORE_TABLES = {
    "condition_sizes",
    "cut_stays",
    "segment_versions",
    "event_files",
    "runs",
    "run_segments",
    "syncs",
    "sync_batches",
    "sync_rejects",
    "exports",
    "source_files",
    "publication",
    "segment_files",
    "sync_holds",
    "seen_events",
    "seen_properties",
    "seen_attributes",
}
"""interface.md §6, and what its views, other engines and the console need."""


class Publishing:
    """A world that is published beside itself."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.target = world.folder / "analytics.duckdb"
        self.events = world.folder / "warehouse" / "published"

    def publish(self, at: str = TICK, **options: Any) -> None:
        systems = {SHOP: System(SHOP, ZoneInfo("America/New_York"))}
        publish(
            self.world.warehouse,
            self.target,
            events_folder=self.events,
            systems=systems,
            now=utc(at),
            **options,
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The answer a plain DuckDB client gets."""
        with duckdb.connect(str(self.target), read_only=True) as con:
            con.execute("SET TimeZone = 'UTC'")
            return con.execute(query).fetchall()


@pytest.fixture
def publishing(tmp_path: Path) -> Iterator[Publishing]:
    """An empty project."""
    with opened(tmp_path / "project") as world:
        yield Publishing(world)


@pytest.fixture
def published(publishing: Publishing) -> Publishing:
    """Ann bought, was in at TICK and left at NEXT_TICK; Bob looked and entered then."""
    world = publishing.world
    world.define("buyers", "- event: buy\n  date_range: last 10 minutes")
    world.define("lookers", "- event: look")
    world.log(
        event("ann", "buy", "2024-03-01T08:55:00", item="hat", price=9007199254740993),
        event("bob", "look", "2024-03-01T09:05:00"),
        attributes("ann", "2024-02-01", plan="trial", n=1.5, gone="x"),
        attributes("ann", "2024-02-02", gone=None),
        {"nothing": "here"},
    )
    world.tick(TICK)
    world.tick(NEXT_TICK)
    publishing.publish(NEXT_TICK)
    return publishing


def test_tables_have_the_columns_of_the_contract(publishing: Publishing) -> None:
    publishing.publish()

    found: dict[str, list[str]] = {}
    for table, column in publishing.rows(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
        " ORDER BY table_name, column_index"
    ):
        found.setdefault(table, []).append(column)
    assert set(found) == set(COLUMNS) | MORE_TABLES
    assert {table: " ".join(found[table]) for table in COLUMNS} == COLUMNS


def test_every_table_and_column_is_explained(publishing: Publishing) -> None:
    publishing.publish()

    silent = publishing.rows(
        "SELECT table_name, column_name FROM duckdb_columns()"
        " WHERE NOT internal AND comment IS NULL"
        " UNION ALL SELECT table_name, NULL FROM duckdb_tables() WHERE comment IS NULL"
        " UNION ALL SELECT view_name, NULL FROM duckdb_views()"
        " WHERE NOT internal AND comment IS NULL"
    )

    assert silent == []


def test_every_instant_has_a_time_zone(publishing: Publishing) -> None:
    publishing.publish()

    types = publishing.rows(
        "SELECT DISTINCT data_type FROM duckdb_columns() WHERE NOT internal"
        " AND (data_type LIKE 'TIME%' OR data_type LIKE 'DATE%'"
        " OR column_name = 'at' OR ends_with(column_name, '_at'))"
    )

    assert types == [("TIMESTAMP WITH TIME ZONE",)]


def test_events_are_as_they_came(published: Publishing) -> None:
    rows = published.rows(
        "SELECT system, user_id, event, timestamp, properties, source_file FROM events"
    )

    assert rows == [
        (
            SHOP,
            "ann",
            "buy",
            utc("2024-03-01T08:55"),
            '{"item":"hat","price":9007199254740993}',
            "landing/0000.ndjson",
        ),
        (SHOP, "bob", "look", utc("2024-03-01T09:05"), "{}", "landing/0000.ndjson"),
    ]


def test_users_have_their_latest_attributes(published: Publishing) -> None:
    assert published.rows("FROM users") == [
        (
            SHOP,
            "ann",
            utc("2024-02-01"),
            utc("2024-03-01T08:55"),
            '{"n":1.5,"plan":"trial"}',
        ),
        (SHOP, "bob", utc("2024-03-01T09:05"), utc("2024-03-01T09:05"), "{}"),
    ]


def test_memberships_are_stays_and_changes(published: Publishing) -> None:
    at, then = utc(TICK), utc(NEXT_TICK)

    assert published.rows("FROM memberships") == [("lookers", "bob", then)]
    assert published.rows("FROM membership_history") == [
        ("buyers", "ann", at, then, 1),
        ("lookers", "bob", then, None, 1),
    ]
    changes = published.rows("FROM membership_changes ORDER BY ALL")
    assert [row[:4] for row in changes] == [
        ("buyers", "ann", "entered", at),
        ("buyers", "ann", "exited", then),
        ("lookers", "bob", "entered", then),
    ]
    runs = dict(published.rows('SELECT "at", run_id FROM runs'))
    assert [row[4] for row in changes] == [runs[at], runs[then], runs[then]]


def test_change_names_the_newest_attempt_when_a_tick_was_told_again(
    published: Publishing,
) -> None:
    published.world.log(event("eve", "look", "2024-03-01T09:06:00"))
    published.world.tick(NEXT_TICK)
    published.publish(NEXT_TICK)

    rows = published.rows(
        "SELECT DISTINCT c.run_id, r.attempt FROM membership_changes AS c"
        " JOIN runs AS r USING (run_id) WHERE c.segment_id = 'lookers'"
    )

    assert [attempt for _, attempt in rows] == [2]


def test_segment_is_described_as_its_definition_says(publishing: Publishing) -> None:
    publishing.world.define(
        "stuck",
        """
        - event: play
          where: {event: a, segment: b}
        - not: {any: [{sequence: [{event: a}, {event: b}]}, {attribute: plan, is: x}]}
        - all: [{everyone: true}, {not: {event: [c, d]}}]
        """,
        name="Stuck trials",
        description="Who never finished",
        created_by="dana@acme.example",
        date_range="{from: 14 days ago, to: 7 days ago}",
        evaluation_end="2027-03-31",
    )
    publishing.world.log(event("ann", "buy", "2024-02-01"))
    publishing.world.tick(TICK)

    publishing.publish()

    assert publishing.rows("FROM segments") == [
        (
            "stuck",
            "Stuck trials",
            "Who never finished",
            SHOP,
            "Active",
            None,
            "from 14 days ago to 7 days ago",
            utc("2027-04-01T04:00"),  # the end of that day in New York
            5,
            "dana@acme.example",
            utc(TICK),
            1,
            0,
            utc(TICK),
            False,
        )
    ]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("last 30 days", "last 30 days"),
        ("{from: 2026-05-01}", "from 2026-05-01"),
        ("{to: 7 days ago}", "to 7 days ago"),
        ("all time", "all time"),
    ],
)
def test_range_is_shown_as_written(
    written: str, shown: str, publishing: Publishing
) -> None:
    publishing.world.define("a", "- event: buy", date_range=written)
    publishing.world.tick(TICK)

    publishing.publish()

    assert publishing.rows("SELECT date_range FROM segments") == [(shown,)]


def test_ledger_of_files_balances(published: Publishing) -> None:
    assert published.rows(
        "SELECT path, rows, accepted, rejected,"
        " rows = accepted + duplicates + conflicts + rejected + skipped"
        " FROM source_files"
    ) == [("landing/0000.ndjson", 5, 4, 1, True)]
    ((path, line, _, raw),) = published.rows("FROM rejected_rows")
    assert (path, line, raw) == ("landing/0000.ndjson", 5, '{"nothing": "here"}')


def test_open_connection_keeps_its_tick_and_its_events(published: Publishing) -> None:
    with duckdb.connect(str(published.target), read_only=True) as con:
        for number in range(10):
            published.world.log(event(f"u{number}", "look", "2024-03-01T09:07:00"))
            published.publish(NEXT_TICK)

        assert con.execute("SELECT count(*) FROM events").fetchone() == (2,)
    assert published.rows("SELECT count(*) FROM events") == [(12,)]


def test_erased_events_are_gone_at_once_when_no_grace_is_left(
    published: Publishing,
) -> None:
    (old,) = published.events.glob("*.parquet")
    published.world.warehouse.con.execute("DELETE FROM events WHERE event_code = 0")

    published.publish(NEXT_TICK, grace=timedelta(0))
    published.publish("2024-03-01T09:16", grace=timedelta(0))

    assert not old.exists()
    assert published.rows("SELECT count(*) FROM events") == [(1,)]


def test_moved_project_is_readable_when_published_again(published: Publishing) -> None:
    moved = published.world.folder.with_name("moved")
    published.world.folder.rename(moved)
    published.target = moved / "analytics.duckdb"
    published.events = moved / "warehouse" / "published"

    published.publish(NEXT_TICK)

    assert published.rows("SELECT count(*) FROM events") == [(2,)]
    assert len(list(published.events.iterdir())) == 1


def test_log_of_a_client_that_wrote_does_not_spoil_the_next(
    published: Publishing,
) -> None:
    log = published.target.with_name("analytics.duckdb.wal")
    log.write_bytes(b"of another file")

    published.publish(NEXT_TICK)

    assert not log.exists()
    assert published.rows("SELECT count(*) FROM users") == [(2,)]


def test_nothing_else_is_left_beside_it(published: Publishing) -> None:
    assert not list(published.world.folder.glob(".aside*"))
    assert not list(published.world.folder.glob("analytics.duckdb?*"))
    assert published.target.stat().st_mode & 0o777 == 0o444


READ_FOR_EVER = """
import sys
import time
import duckdb
reads, seen = 0, set()
while True:
    with duckdb.connect(sys.argv[1], read_only=True, config={"threads": 1}) as con:
        row = con.execute(
            "SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM memberships),"
            " (SELECT max(members) FROM segment_sizes), (SELECT count(*) FROM events)"
        ).fetchone()
        again = con.execute("SELECT count(*) FROM memberships").fetchone()
    assert len({*row, *again}) == 1, (row, again)
    seen.add(row[0])
    reads += 1
    print(reads, len(seen), flush=True)
    time.sleep(0.01)  # the machine is the publisher's too
"""

COUNTS = """
SELECT count(*) FROM runs
UNION SELECT count(*) FROM memberships
UNION SELECT count(*) FROM segment_sizes
UNION SELECT count(*) FROM events
"""


@pytest.fixture
def store_folder(tmp_path: Path) -> Path:
    """A store on disk with one run, published."""
    small_store.start(tmp_path)
    small_store.publish_runs(tmp_path, 1)
    return tmp_path


def counts(folder: Path) -> list[int]:
    """How many runs there are, and what else one run adds; one number when whole."""
    with duckdb.connect(str(folder / "analytics.duckdb"), read_only=True) as con:
        return [row[0] for row in con.execute(COUNTS).fetchall()]


def test_readers_never_fail_and_never_see_half_a_tick(store_folder: Path) -> None:
    """Two processes open and read again and again while 30 ticks are published."""
    command = [sys.executable, "-c", READ_FOR_EVER]
    command.append(str(store_folder / "analytics.duckdb"))
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    readers = [subprocess.Popen(command, **pipes) for _ in range(2)]
    with small_store.publishing(store_folder, 30) as publisher:
        publisher.communicate()

    for reader in readers:
        still_reading = reader.poll() is None
        reader.kill()
        said, failure = reader.communicate()
        assert still_reading, failure.decode()
        reads, ticks_seen = map(int, said.split(b"\n")[-2].split())
        assert reads >= ticks_seen > 3
    assert counts(store_folder) == [31]


@pytest.mark.parametrize("wait_s", [0.0, 0.05, 0.1, 0.2])
def test_what_was_published_stays_when_killed_anywhere(
    wait_s: float, store_folder: Path
) -> None:
    with small_store.publishing(store_folder, 100) as publisher:
        assert publisher.stdout
        publisher.stdout.readline()
        time.sleep(wait_s)
        publisher.kill()

    assert len(counts(store_folder)) == 1
    small_store.publish_runs(store_folder, 1)
    assert len(counts(store_folder)) == 1
    assert not list(store_folder.glob(".aside*"))


def test_attribute_shows_once_its_instant_has_passed(
    publishing: Publishing,
) -> None:
    publishing.world.log(
        attributes("ann", "2024-03-01", plan="trial"),
        attributes("ann", "2024-03-02", plan="pro"),
    )

    shown = []
    for at in ("2024-03-01T12:00", "2024-03-02", "2024-03-02T00:15"):
        publishing.publish(at)
        shown += publishing.rows("SELECT attributes ->> 'plan' FROM users")

    assert shown == [("trial",), ("trial",), ("pro",)]
