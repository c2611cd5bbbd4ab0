"""The sample month is what the repository holds, and has in it what it must."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from headcount.resources import folder
from headcount.samples.webhook import arrivals, month_files, write_month

LANDING = folder("data") / "landing" / "walkme"


def readable(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines if line.endswith("}")]


def test_month_is_the_committed_one():
    committed = {
        path.name: gzip.decompress(path.read_bytes()).decode().splitlines()
        for path in LANDING.iterdir()
    }

    assert month_files() == committed


def test_month_is_small():
    assert sum(path.stat().st_size for path in LANDING.iterdir()) < 400_000


def test_month_written_twice_is_equal(tmp_path):
    once, again = write_month(tmp_path / "once"), write_month(tmp_path / "again")

    assert [p.read_bytes() for p in once] == [p.read_bytes() for p in again]


def test_month_holds_what_a_receiver_meets():
    lines = list(chain.from_iterable(month_files().values()))
    rows = readable(lines)

    assert {row.get("wm.env", 0) for row in rows} == {0, 2, 3}
    assert len(lines) - len(set(lines)) > 50
    assert len(lines) - len(rows) == 4
    assert all(row["created_at"] < 1_719_705_600_000 for row in rows if "sId" in row)


def test_arrivals_lie_before_the_tick():
    tick = datetime(2024, 6, 30, 0, 30, tzinfo=UTC)

    times = [row["created_at"] for row in readable(arrivals(tick))]

    assert len(times) == 9
    assert max(times) < tick.timestamp() * 1000
