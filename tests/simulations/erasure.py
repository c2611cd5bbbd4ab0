"""Users erased from a project full of them, and every byte searched for them after.

`python -m tests.simulations.erasure FOLDER [--users 100]` makes a project of ten times
as many users with events, attributes, rejects, exports of every kind, a kept old store
and pushes to a stand-in of WalkMe; erases them; and prints in how many files one of
their ids was before and is after, as the bytes lie, unpacked, and decoded.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import polars as pl
import zstandard

from headcount import pipeline
from headcount.standins.process import StandIn, running_standin
from tests.shop import BUYERS, NOW, TICK, WALKME, Shop

QUARTER = timedelta(minutes=15)
TICKS = 4
FORMATS = ("csv", "xlsx", "parquet")


def places_of(folder: Path, texts: Sequence[str]) -> list[str]:
    """The files under `folder` that hold one of the texts, in whatever form."""
    wanted = [text.encode() for text in texts]
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(one in form for form in forms(path) for one in wanted)
    ]


def forms(path: Path) -> Iterator[bytes]:
    """The name of the file, its bytes, and what a reader of its format would see."""
    yield path.name.encode()
    content = path.read_bytes()
    yield content
    if content.startswith(b"PAR1"):
        yield repr(pl.read_parquet(path).rows()).encode()
    elif content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    elif content.startswith(b"\x28\xb5\x2f\xfd"):
        yield zstandard.ZstdDecompressor().stream_reader(content).read()
    elif content.startswith(b"PK"):
        with zipfile.ZipFile(path) as book:
            yield from (book.read(name) for name in book.namelist())
    elif content[8:12] == b"DUCK":
        yield from _tables(path)


def _tables(path: Path) -> Iterator[bytes]:
    """Every row of every table and view, as text."""
    with duckdb.connect(str(path), read_only=True) as con:
        names = con.execute("SELECT table_name FROM information_schema.tables")
        for (name,) in names.fetchall():
            yield repr(con.table(name).fetchall()).encode()


def erase(folder: Path, users: int) -> dict[str, Any]:
    """The figures of erasing so many users of ten times as many."""
    with running_standin("walkme") as walkme:
        shop = _lived(folder / "shop", walkme, 10 * users)
        erased = [_user(number) for number in range(0, 10 * users, 10)]
        now = NOW + TICKS * QUARTER
        before = places_of(shop.folder, erased)
        started = time.monotonic()
        receipt = pipeline.forget(shop.project, erased, now=now)
        seconds = time.monotonic() - started
        after = places_of(shop.folder, erased)
        landing = shop.folder / "landing"
        for path in sorted(landing.glob("*.ndjson")):
            path.rename(path.with_name(f"again-{path.name}"))
        pipeline.run_tick(shop.project, at=TICK + TICKS * QUARTER, now=now)
        again = places_of(shop.folder, erased)
        remote = set(walkme.read_members("buyers") or ()) & set(erased)
        return {
            "users": users,
            "seconds": round(seconds, 2),
            "complete": receipt.is_complete,
            "events": receipt.erased.events,
            "snapshots": receipt.erased.snapshots,
            "exports": len(receipt.erased.exports),
            "rejects": receipt.erased.rejects,
            "files": sum(1 for path in shop.folder.rglob("*") if path.is_file()),
            "hits_before": len(_made(before)),
            "hits_after": len(_made(after)),
            "hits_after_ingest_again": len(_made(again)),
            "at_the_destination": len(remote),
            "landing_named": len(receipt.erased.told_by),
            "landing_with_ids": len(after) - len(_made(after)),
            "differences": pipeline.verify(shop.project).count,
        }


def _made(places: Sequence[str]) -> list[str]:
    """Those that headcount made; what landed belongs to who sent it."""
    return [place for place in places if not place.startswith("landing/")]


def _user(number: int) -> str:
    return str(UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128))


def _lived(folder: Path, walkme: StandIn, users: int) -> Shop:
    """A shop in which every user left all kinds of traces."""
    shop = Shop(folder)
    url = f"{walkme.url}, stand_in: true"
    shop.settle(WALKME.replace("https://api.walkme.com", url))
    shop.define("buyers", BUYERS + "destinations: [walkme]\n")
    shop.define("lookers", "name: Lookers\nsystem: shop\nrules: [{event: look}]\n")
    login = {"login": walkme.login, "password": walkme.password}
    os.environ["HEADCOUNT_CONN_WALKME_DEFAULT"] = json.dumps(login)
    for number in range(TICKS):
        at, now = TICK + number * QUARTER, NOW + number * QUARTER
        lines = [
            json.dumps(line)
            for user in range(users)
            for line in _lines(user, (at - QUARTER).isoformat(), number)
        ]
        shop.land_text(f"{number:02}", *lines)
        pipeline.run_tick(shop.project, at=at, now=now)
    pipeline.rebuild(shop.project, now=now)  # keeps the old store
    for format_ in FORMATS:
        pipeline.export(shop.project, "buyers", format=format_, now=now)
    return shop


def _lines(code: int, at: str, number: int) -> Iterator[dict[str, Any]]:
    user = _user(code)
    event = {"user_id": user, "timestamp": at}
    yield {**event, "event": "buy" if number else "look", "properties": {"by": user}}
    yield {"type": "attributes", **event, "attributes": {"mail": f"{user}@x.example"}}
    if code % 20 == 0:
        yield {**event, "event": "buy", "timestamp": "soon"}


def main(argv: list[str]) -> int:
    """Print the figures; 1 when an id was found anywhere."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--users", type=int, default=100)
    given = parser.parse_args(argv)
    figures = erase(given.folder, given.users)
    sys.stdout.write(json.dumps(figures) + "\n")
    found = ("hits_after", "hits_after_ingest_again", "at_the_destination")
    return int(any(figures[name] for name in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
