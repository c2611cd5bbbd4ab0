"""Readers of every kind at the analysts' database while ticks publish it.

`python -m tests.simulations.readers FOLDER [--ticks 200] [--alone 50]` runs whole
ticks of a small project, first alone, then beside the readers, and prints how many
reads there were, how many were torn or failed, and how long ticks took.

The kinds: a process that opens the file for every question; one that keeps a connection
for many questions, as a JDBC tool does, each a transaction of several; one that asks
`headcount.store.published`; one that attaches the file to a database of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from headcount import pipeline
from tests.shop import NOW, TICK, Shop, opened

QUARTER = timedelta(minutes=15)
KINDS = ("opens", "stays", "published", "attaches")

# Every tick adds one user who buys once and stays: all of these grow by one together.
COUNTS = """
SELECT
    (SELECT count(DISTINCT "at") FROM runs) AS ticks,
    (SELECT max(members) FROM segment_sizes) AS sizes,
    (SELECT count(*) FROM memberships) AS members,
    (SELECT count(*) FROM users) AS users,
    (SELECT count(*) FROM events) AS events,
    (SELECT count(*) FROM membership_changes) AS changes
"""

READ = """
import sys, time
from pathlib import Path
import duckdb
from headcount.store.published import open_published

kind, path, counts = sys.argv[1:]
reads, torn, seen = 0, 0, set()

def ask(con):
    return con.execute(counts).fetchone()

def opens():
    with duckdb.connect(path, read_only=True, config={"threads": 1}) as con:
        yield ask(con), ask(con)

def stays():
    with duckdb.connect(path, read_only=True, config={"threads": 1}) as con:
        first = ask(con)
        for _ in range(40):
            con.begin()
            yield first, ask(con), ask(con)
            con.commit()

def published():
    with open_published(Path(path), threads=1) as con:
        yield con.query(counts).rows[0], con.query(counts).rows[0]

def attaches():
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute(f"ATTACH '{path}' AS shown (READ_ONLY)")
        con.execute("USE shown")
        yield ask(con), ask(con)

while True:
    for rows in globals()[kind]():
        reads += 1
        torn += len({count for row in rows for count in row}) != 1
        seen.add(rows[0])
        print(reads, torn, len(seen), flush=True)
        time.sleep(0.02)  # the machine is the ticks' too
"""


@dataclass(slots=True)
class Reader:
    """One process that asks for ever."""

    kind: str
    process: subprocess.Popen[str]
    said: IO[str]

    @classmethod
    def starting(cls, kind: str, shop: Shop) -> Reader:
        """A reader of this kind, which tells of each read in a file."""
        path = shop.project.analytics_path
        said = (shop.folder / f"{kind}.said").open("w+")
        command = [sys.executable, "-c", READ, kind, str(path), COUNTS]
        process = subprocess.Popen(
            command, stdout=said, stderr=subprocess.PIPE, text=True
        )
        return cls(kind, process, said)

    def has_begun(self) -> bool:
        """Whether it has read once, or has ended."""
        return (
            os.fstat(self.said.fileno()).st_size > 0 or self.process.poll() is not None
        )

    def stop(self) -> dict[str, Any]:
        """What it has read; `failure` is what ended it before it was told to."""
        failed = self.process.poll() is not None
        self.process.kill()
        _, failure = self.process.communicate()
        self.said.seek(0)
        lines = self.said.read().splitlines()
        self.said.close()
        reads, torn, seen = map(int, lines[-1].split()) if lines else (0, 0, 0)
        told = {"reads": reads, "torn": torn, "states_seen": seen}
        return told | ({"failure": failure} if failed else {})


def hammer(folder: Path, ticks: int, *, alone: int) -> dict[str, Any]:
    """The figures of so many ticks alone, and of `ticks` beside the readers."""
    shop = opened(folder / "shop")
    (shop.folder / "landing" / "first.ndjson").unlink()
    times = _live(shop, 0, alone)
    readers = [Reader.starting(kind, shop) for kind in KINDS]
    while not all(map(Reader.has_begun, readers)):
        time.sleep(0.05)
    beside = _live(shop, alone, ticks)
    return {
        "ticks": ticks,
        "alone": _figures(times),
        "beside_readers": _figures(beside),
        "readers": {reader.kind: reader.stop() for reader in readers},
    }


def _live(shop: Shop, first: int, ticks: int) -> list[tuple[float, float]]:
    """Seconds of each tick, and of its publication."""
    times = []
    for number in range(first, first + ticks):
        at, now = TICK + number * QUARTER, NOW + number * QUARTER
        shop.land(f"{number:05}", (f"u{number}", "buy", at - QUARTER))
        started = time.monotonic()
        pipeline.ingest(shop.project, now=now)
        pipeline.evaluate(shop.project, at=at, now=now)
        ready = time.monotonic()
        pipeline.publish(shop.project, now=now)
        times.append((time.monotonic() - started, time.monotonic() - ready))
    return times


def _figures(times: list[tuple[float, float]]) -> dict[str, float]:
    ticks, publications = zip(*times, strict=True)
    return {
        "tick_median_s": round(statistics.median(ticks), 3),
        "tick_max_s": round(max(ticks), 3),
        "publish_median_s": round(statistics.median(publications), 3),
        "publish_max_s": round(max(publications), 3),
    }


def main(argv: list[str]) -> int:
    """Print the figures; 1 when a read was torn or a reader failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ticks", type=int, default=200)
    parser.add_argument("--alone", type=int, default=50)
    given = parser.parse_args(argv)
    figures = hammer(given.folder, given.ticks, alone=given.alone)
    sys.stdout.write(json.dumps(figures) + "\n")
    readers = figures["readers"].values()
    return int(any(one["torn"] or "failure" in one for one in readers))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
