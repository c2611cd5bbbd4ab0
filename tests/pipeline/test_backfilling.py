"""A span of ticks, told by one process after another."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.shop import NOW, TICK, WALKME, opened

from headcount import pipeline
from headcount.clock import TICK as QUARTER
from headcount.pipeline import pushes_due, run_tick
from headcount.store.catalog import read_sizes
from headcount.store.warehouse import Warehouse


def test_interrupted_span_keeps_its_ticks_and_goes_on(tmp_path: Path) -> None:
    shop = opened(tmp_path)
    run_tick(shop.project, at=TICK, now=NOW)
    start = TICK - 3 * QUARTER

    def interrupt(at: datetime) -> None:
        if at > start:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline.backfill(
            shop.project, start=start, end=TICK, now=NOW, on_tick=interrupt
        )
    rest = pipeline.backfill(shop.project, start=start, end=TICK, now=NOW)

    assert [tick.at for tick in rest.ticks] == [start + QUARTER, start + 2 * QUARTER]
    assert list(shop.project.store_path.parent.glob(".backfill-*")) == []
    assert pipeline.verify(shop.project).count == 0


def test_scheduled_tick_may_come_in_between(tmp_path: Path) -> None:
    shop = opened(tmp_path)
    run_tick(shop.project, at=TICK, now=NOW)

    def tick(at: datetime) -> None:
        if at == TICK - QUARTER:
            shop.land("second", ("cy", "buy", at - timedelta(minutes=1)))
            run_tick(shop.project, at=TICK + QUARTER, now=NOW + QUARTER)

    pipeline.backfill(
        shop.project, start=TICK - 2 * QUARTER, end=TICK, now=NOW, on_tick=tick
    )

    with Warehouse.open(shop.project.store_path) as warehouse:
        told = read_sizes(warehouse, "buyers", until=None)
    assert [one.members for one in told] == [1, 2, 1, 2]
    assert pipeline.verify(shop.project).count == 0


def test_nothing_is_pushed_of_the_past_and_a_rebuilt_store_knows_it(
    tmp_path: Path,
) -> None:
    shop = opened(tmp_path)
    shop.settle(WALKME)
    run_tick(shop.project, at=TICK, now=NOW, push=False)
    before = pushes_due(shop.project, now=NOW)

    shop.land("late", ("cy", "buy", TICK - 3 * QUARTER))
    pipeline.ingest(shop.project, now=NOW)
    pipeline.backfill(shop.project, start=TICK - 2 * QUARTER, end=TICK, now=NOW)
    pipeline.publish(shop.project, now=NOW)

    assert pushes_due(shop.project, now=NOW) == before
    rebuilt = pipeline.rebuild(shop.project, now=NOW)
    assert rebuilt is not None
    assert pipeline.verify(shop.project).count == 0
