"""A seeded log in a store, as sixty days of ingest would have left it, and more.

Users are drawn after Zipf and Mandelbrot, event names after Zipf; events arrive every
quarter of an hour, some of them late. The rows are written straight into the store's
tables: ingest has a benchmark of its own. The same events are kept beside it as typed
columns, for the peers to load.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from headcount.rules.micros import to_micros
from headcount.store.sightings import see_rows
from headcount.store.warehouse import Warehouse
from tests.benchmarks.database import run

SYSTEM = "bench"
ZONE = ZoneInfo("Asia/Kolkata")  # its midnights are not those of UTC
DAYS, NAMES = 60, 300
SLOTS = DAYS * 96  # quarters of an hour, in each of which events arrive
QUARTER = timedelta(minutes=15)
START = datetime(2026, 5, 1, tzinfo=UTC)
NEWEST = START + timedelta(days=DAYS)
MOST_USERS, EVENTS_A_USER = 2_000_000, 5
SETTINGS = f"""\
systems:
  {SYSTEM}:
    timezone: {ZONE.key}
    limits: {{segments: null, users: null, conditions: null}}
sources:
  - {{name: log, system: {SYSTEM}, path: landing/*.ndjson, format: native}}
"""


def users_of(events: int) -> int:
    """How many users a log of so many events is of: the same from ten million on."""
    return min(MOST_USERS, max(1000, events // EVENTS_A_USER))


def tick_at(number: int) -> datetime:
    """The end of the quarter of an hour of an arrival; 0 is where the history ends."""
    return NEWEST + number * QUARTER


def event_names(count: int) -> list[str]:
    """The names by code: 25 areas with the common and the rare."""
    return [f"area{code % 25:02d}.event {code}" for code in range(count)]


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the rows that the store holds are as typed columns, for the peers."""

    folder: Path

    @property
    def events(self) -> Path:
        """One file or more, one row an event."""
        return self.folder / "events"

    @property
    def users(self) -> Path:
        """One row a user, as of the tick."""
        return self.folder / "users.parquet"

    @property
    def names(self) -> Path:
        """The event names by code, JSON."""
        return self.folder / "names.json"

    def read_names(self) -> list[str]:
        """The event names by code."""
        return json.loads(self.names.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Log:
    """Sixty days of events from a seed, and the arrivals after them."""

    seed: int
    events: int
    users: int

    @property
    def files(self) -> int:
        """How many files brought the history: one a day, fewer of a small one."""
        return min(DAYS, 1 + self.events // 100_000)

    def fill(self, store: Path, columns: Columns) -> None:
        """The store holds the history and the columns the same rows."""
        columns.events.mkdir(parents=True)
        with Warehouse.open(store) as warehouse:
            writer = _Writer(self, warehouse, columns)
            with warehouse.transaction():
                warehouse.execute("ingest/add_system", {"system": SYSTEM})
                writer.add_names(NAMES)
                writer.records()
                writer.changes(0, self.users // 10, since=START, until=NEWEST)
            for number in range(self.files):
                with warehouse.transaction():
                    writer.history(number, self.files)
            with warehouse.transaction():
                run(warehouse.con, "log/add_users", users=self.users)
            writer.write_users(NEWEST)

    def arrive(self, store: Path, columns: Columns, *, tick: int, events: int) -> None:
        """An arrival is in the store, as one transaction of ingest would leave it.

        It depends on the seed, the users and its number, not on the history's length.
        """
        columns.events.mkdir(parents=True)
        at = tick_at(tick)
        with Warehouse.open(store) as warehouse:
            writer = _Writer(self, warehouse, columns)
            with warehouse.transaction():
                changes = max(1, events // 1000)
                first = self.users + tick * changes
                writer.changes(first, changes, since=at - QUARTER * 2, until=at)
                writer.add_names(NAMES + tick)
                writer.arrival(tick, events)
            writer.write_users(at)


@dataclass(slots=True)
class _Writer:
    """Writes files of rows: into the store with their ledger row, and as columns."""

    log: Log
    warehouse: Warehouse
    columns: Columns

    def add_names(self, count: int) -> None:
        names = event_names(count)
        run(self.warehouse.con, "log/add_names", names=names)
        self.columns.names.write_text(json.dumps(names), encoding="utf-8")

    def records(self) -> None:
        given = {"seed": self.log.seed, "users": self.log.users}
        run(self.warehouse.con, "log/draw_records", start_us=to_micros(START), **given)
        self._append_attributes("records", self.log.users)

    def changes(
        self, first: int, count: int, *, since: datetime, until: datetime
    ) -> None:
        run(
            self.warehouse.con,
            "log/draw_changes",
            seed=self.log.seed,
            users=self.log.users,
            first=first,
            last=first + count,
            start_us=to_micros(since),
            end_us=to_micros(until),
        )
        self._append_attributes(f"changes-{first}", count)

    def history(self, number: int, files: int) -> None:
        """One of the files that brought the history."""
        first, last = (self.log.events * n // files for n in (number, number + 1))
        first_slot, end_slot = (SLOTS * n // files for n in (number, number + 1))
        self._draw(first, last, first_slot=first_slot, slots=end_slot - first_slot)
        self._append_events(f"history-{number:02d}", first, last)

    def arrival(self, tick: int, events: int) -> None:
        """One arrival after the history, with users and a name that are new."""
        first = 10**12 + tick * events
        newcomers = (events + 492) // 500  # one on every 500 lines, from line 7 on
        self._draw(
            first,
            first + events,
            first_slot=SLOTS + tick - 1,
            slots=1,
            new_user=self.log.users + (tick - 1) * newcomers,
            new_name=NAMES + tick - 1,
        )
        self._append_events(f"arrival-{tick}", first, first + events)
        run(self.warehouse.con, "log/add_newcomers")
        run(self.warehouse.con, "log/date_users")

    def write_users(self, at: datetime) -> None:
        offset = ZONE.utcoffset(at)
        run(
            self.warehouse.con,
            "log/write_users",
            path=str(self.columns.users),
            at_us=to_micros(at),
            offset_us=offset // timedelta(microseconds=1),
        )

    def _draw(self, first: int, last: int, **place: int) -> None:
        newcomers = {"new_user": None, "new_name": None}
        run(
            self.warehouse.con,
            "log/draw_events",
            seed=self.log.seed,
            users=self.log.users,
            names=NAMES,
            start_us=to_micros(START),
            first=first,
            last=last,
            **(newcomers | place),
        )

    def _append_events(self, name: str, first: int, last: int) -> None:
        path = self.columns.events / f"{name}.parquet"
        run(self.warehouse.con, "log/write_events", path=str(path))
        place = self._next()
        run(self.warehouse.con, "log/append_events", first=first, **place)
        self._record(name, last - first, place)

    def _append_attributes(self, name: str, rows: int) -> None:
        place = self._next()
        run(self.warehouse.con, "log/append_attributes", **place)
        self._record(name, rows, place)

    def _next(self) -> dict[str, int]:
        ((file_code, first_position),) = self.warehouse.rows("ingest/read_next")
        return {"file_code": file_code, "first_position": first_position}

    def _record(self, name: str, rows: int, place: dict[str, int]) -> None:
        first = place["first_position"]
        see_rows(self.warehouse, system_code=0, from_position=first)
        self.warehouse.execute(
            "ingest/record_file",
            _ledger_row(name, rows) | place | {"last_position": first + rows - 1},
        )


def _ledger_row(name: str, rows: int) -> dict[str, Any]:
    counts = ("duplicates", "conflicts", "rejected", "skipped", "size_bytes")
    return dict.fromkeys(counts, 0) | {
        "source": "log",
        "system": SYSTEM,
        "path": f"landing/{name}.ndjson",
        "format": "native",
        "sha256": name,
        "status": "loaded",
        "reason": None,
        "rows": rows,
        "accepted": rows,
        "first_at": None,
        "last_at": None,
        "ingested_at": NEWEST,
        "stamp": "",
        "read_as": "",
    }
