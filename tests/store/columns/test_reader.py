"""Events are read from the columns, whatever is held in memory of them."""

from __future__ import annotations

from pathlib import Path

from tests.evaluate.world import SHOP, event, opened

from headcount.evaluate.leaves import span_of
from headcount.rules.ranges import BEGINNING, FOREVER, Bounds
from headcount.store.history import History


def mapped_runs() -> list[str]:
    maps = Path("/proc/self/maps").read_text().splitlines()
    return [line for line in maps if line.endswith(".run")]


def test_released_runs_are_not_held_and_read_again(tmp_path: Path) -> None:
    with opened(tmp_path / "project") as world:
        world.log(event("ann", "buy", "2024-05-01"), event("bob", "buy", "2024-05-02"))
        history = History(world.warehouse, SHOP)
        history.release()
        ever = span_of(Bounds(BEGINNING, FOREVER))
        rows = history.read_rows(["buy"], ever, history.crowd)
        assert len(mapped_runs()) == 2

        history.release()
        del rows

        assert mapped_runs() == []
        assert len(history.read_rows(["buy"], ever, history.crowd)) == 2
