"""One figure bounds the store and how much is looked at at a time."""

from __future__ import annotations

from pathlib import Path

from tests.shop import NOW, TICK
from tests.shop import opened as opened_shop

from headcount.ingest.sources import ingest_sources
from headcount.pipeline import run_tick
from headcount.store.memory import MOST_ROWS, MOST_WAITING, WHOLE_MACHINE, Memory

GB = 2**30


def test_both_halves_follow_from_one_figure() -> None:
    assert Memory(GB).database_limit == f"{GB // 2}B"
    assert Memory(GB).most_rows == GB // 200
    assert Memory(GB).most_kept_bytes == GB // 2
    assert Memory(GB).most_waiting_bytes == GB // 16
    assert Memory(64 * GB).most_waiting_bytes == MOST_WAITING
    assert Memory(64 * GB).most_rows == MOST_ROWS
    assert (WHOLE_MACHINE.database_limit, WHOLE_MACHINE.most_rows) == ("50%", MOST_ROWS)


def test_project_opens_its_store_within_its_memory(tmp_path: Path) -> None:
    shop = opened_shop(tmp_path)
    shop.settle("memory: 256 MB\n")

    report = run_tick(shop.project, at=TICK, now=NOW)

    assert [one.members for one in report.tick.segments] == [1]
    shop.land("second", ("cy", "buy", TICK))
    with shop.project.open_store() as warehouse:
        ingest_sources(warehouse, shop.project.settings, shop.folder, now=NOW)
        limit = warehouse.con.execute("SELECT current_setting('memory_limit')")
        assert limit.fetchone() == ("128.0 MiB",)
        assert warehouse.memory == Memory(256 * 2**20)
