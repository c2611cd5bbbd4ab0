"""Ingest against DuckDB's typed `read_json` of the same file into a table.

Ours does more: the stream is verified, each row checked, each id compared with all
events of the store, rejects kept, and everything committed with the ledger. Issue 4.7.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from headcount.definitions.settings import Settings, Source, System
from headcount.ingest.ledger import read_as_of
from headcount.ingest.sources import ingest_sources
from headcount.store.sightings import see_rows
from headcount.store.warehouse import Warehouse
from tests.benchmarks.child import Measured, measured_apart
from tests.benchmarks.database import SQL, connected, run
from tests.benchmarks.report import Comparison

EVENTS, EXISTING, RUNS = 5_000_000, 50_000_000, 3
FILLED_AT_ONCE = 5_000_000  # events of the store before; as large files bring them
EVENTS_A_USER = 20
MADE_BY = ("generate", "fill_names", "fill_users", "fill_events", "write_lines")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
SOURCE = Source("app", "shop", "landing/*", "native")
SETTINGS = Settings({"shop": System("shop", ZoneInfo("UTC"))}, (SOURCE,), {})


@dataclass(frozen=True, slots=True)
class Log:
    """Events from a seed: those in the store before, and a file of new ones a round.

    Both are made once and lie in `kept` for later runs; `folder` is where ours works.
    """

    kept: Path
    folder: Path
    seed: int
    existing: int
    events: int

    @property
    def store(self) -> Path:
        """The store that ours ingests into, round after round."""
        return self.folder / "headcount.duckdb"

    @property
    def users(self) -> int:
        """How many users the events are of."""
        return max(self.existing, self.events) // EVENTS_A_USER

    def fill(self) -> None:
        """The store holds the existing events."""
        shutil.copy(self._made(f"{self.existing}.duckdb", self._fill), self.store)

    def land(self, number: int) -> Path:
        """The file of a round lies there, alone."""
        landing = self.folder / "landing"
        landing.mkdir(exist_ok=True)
        for path in landing.iterdir():
            path.unlink()
        name = f"{self.existing}-{self.events}-{number}.ndjson.gz"
        made = self._made(name, partial(self._write, number))
        return Path(shutil.copy(made, landing / f"{number}.ndjson.gz"))

    def _made(self, name: str, make: Callable[[Path], None]) -> Path:
        """The kept file `name`, made when it is not there or was made otherwise."""
        how = blake2b(repr((self.seed, self.users)).encode(), digest_size=4)
        for statement in MADE_BY:
            how.update((SQL / f"{statement}.sql").read_bytes())
        kept = self.kept / f"{how.hexdigest()}-{name}"
        if not kept.exists():
            aside = self.kept / f"making-{name}"
            aside.unlink(missing_ok=True)
            make(aside)
            aside.rename(kept)
            Path(f"{aside}.lock").unlink(missing_ok=True)
        return kept

    def _fill(self, path: Path) -> None:
        with Warehouse.open(path) as warehouse:
            warehouse.execute("ingest/add_system", {"system": "shop"})
            run(warehouse.con, "fill_names")
            run(warehouse.con, "fill_users", users=self.users)
            for first in range(0, self.existing, FILLED_AT_ONCE):
                count = min(FILLED_AT_ONCE, self.existing - first)
                self._generate(warehouse.con, first, count)
                run(warehouse.con, "fill_events")
            warehouse.execute("retract/date_users", {"system_code": 0})
            see_rows(warehouse, system_code=0, from_position=0)
            warehouse.execute("ingest/record_file", self._ledger_row())

    def _write(self, number: int, path: Path) -> None:
        with connected() as con:
            first = self.existing + number * self.events
            self._generate(con, first, self.events, known=self.existing)
            run(con, "write_lines", path=str(path))

    def _generate(self, con: Any, first: int, count: int, known: int = 0) -> None:
        given = {"seed": self.seed, "users": self.users, "known": known}
        run(con, "generate", first=first, last=first + count, **given)

    def _ledger_row(self) -> dict[str, Any]:
        counts = ("duplicates", "conflicts", "rejected", "skipped", "size_bytes")
        nothing = dict.fromkeys(counts, 0)
        return nothing | {
            "file_code": 0,
            "source": SOURCE.name,
            "system": SOURCE.system,
            "path": "landing/before",
            "format": SOURCE.format,
            "sha256": "0" * 64,
            "status": "loaded",
            "reason": None,
            "rows": self.existing,
            "accepted": self.existing,
            "first_at": None,
            "last_at": None,
            "first_position": 1,
            "last_position": self.existing,
            "ingested_at": NOW,
            "stamp": "",
            "read_as": read_as_of(SOURCE),
        }


def compare(arguments: argparse.Namespace) -> Comparison:
    """Rounds of ours and DuckDB's, each on a file of its own."""
    events = arguments.events or EVENTS
    existing = EXISTING if arguments.existing is None else arguments.existing
    with TemporaryDirectory(prefix="headcount-benchmark-") as folder:
        kept = arguments.folder or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        log = Log(kept, Path(folder), arguments.seed, existing, events)
        log.fill()
        rounds = [_round(log, number) for number in range(arguments.runs or RUNS)]
        peaks = dict(_peaks(log)) if arguments.memory else {}
    ours, peers, equal, bytes_ = zip(*rounds, strict=True)
    size = {"events": events, "existing": existing, "gzip_mb": round(bytes_[0] / 1e6)}
    more = {"counts": ours[-1].answer} | ({"peaks_mb": peaks} if peaks else {})
    rate = round(events / sorted(one.seconds for one in ours)[len(ours) // 2])
    return Comparison(
        "ingest",
        size,
        ours,
        {"duckdb read_json": peers},
        equal=all(equal),
        packages=("headcount", "duckdb", "polars", "msgspec"),
        more={"events_a_second": rate, **more},
    )


def _round(log: Log, number: int) -> tuple[Measured, Measured, bool, int]:
    """Ours, the peer's, whether they are equal, and the size of the file."""
    path = log.land(number)
    peer = log.folder / "peer.duckdb"
    peer.unlink(missing_ok=True)
    typed = measured_apart(__name__, "read_typed", path, peer)
    ours = measured_apart(__name__, "ingest", log.folder)
    return ours, typed, _is_equal(log.store, peer), path.stat().st_size


def _peaks(log: Log) -> Iterator[tuple[int, int]]:
    """The most memory that files of a fifth, the same and twice the events take."""
    for events in (log.events // 5, log.events, 2 * log.events):
        sized = replace(log, events=events)
        sized.fill()
        sized.land(0)
        yield events, round(measured_apart(__name__, "ingest", log.folder).peak_mb)


def ingest(folder: str) -> dict[str, int]:
    """What landed is in the store; returns what became of the rows."""
    with Warehouse.open(Path(folder) / "headcount.duckdb") as warehouse:
        report = ingest_sources(warehouse, SETTINGS, Path(folder), now=NOW)
    (file,) = report.files
    names = ("rows", "accepted", "duplicates", "conflicts", "rejected")
    return {name: getattr(file, name) for name in names}


def read_typed(path: str, target: str) -> None:
    """DuckDB's own reader has made a table of the file."""
    with connected(target) as con:
        run(con, "read_typed", path=path)


def _is_equal(store: Path, peer: Path) -> bool:
    with connected() as con:
        con.execute(f"ATTACH '{store}' AS store (READ_ONLY)")
        con.execute(f"ATTACH '{peer}' AS peer (READ_ONLY)")
        ours, theirs = run(con, "digest_ours"), run(con, "digest_peer")
        return [*ours] == [*theirs]
