"""Columns that were damaged are written anew."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from tests.evaluate.dying import DyingWarehouse, KilledError
from tests.evaluate.world import event, opened

BOUGHT = "  - event: buy\n    where: {item: a}"


@pytest.mark.parametrize("size", [0, 6, 8, 40])  # 6: the mark a file begins and ends by
def test_values_that_were_cut_short_are_written_anew(tmp_path: Path, size: int) -> None:
    with opened(tmp_path / "project") as world:
        world.log(event("ann", "buy", "2024-05-01", item="a"))
        world.define("buyers", BOUGHT)
        world.tick("2024-05-02")
        for path in world.warehouse.derived_folder.rglob("*.values"):
            path.write_bytes(path.read_bytes()[:size])

        world.log(event("bob", "buy", "2024-05-01", item="a"))
        report = world.report("2024-05-02T00:15", "buyers")

    assert (report.status, report.members) == ("Active", 2)


@pytest.mark.parametrize("calls", range(8, 24, 3))
def test_killed_while_damaged_columns_are_forgotten(tmp_path: Path, calls: int) -> None:
    with opened(tmp_path / "project") as world:
        world.warehouse.close()
        world.warehouse = DyingWarehouse.open(tmp_path / "store.duckdb")
        world.log(event("ann", "buy", "2024-05-01", item="a"))
        world.define("buyers", BOUGHT)
        world.tick("2024-05-02")
        for path in world.warehouse.derived_folder.rglob("*.values"):
            path.write_bytes(b"")

        world.warehouse.calls_left = calls
        with suppress(KilledError):
            world.tick("2024-05-02T00:15")
        world.warehouse.close()
        world.warehouse = DyingWarehouse.open(tmp_path / "store.duckdb")
        report = world.report("2024-05-02T00:30", "buyers")

    assert (report.status, report.members) == ("Active", 1)
