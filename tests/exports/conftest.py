"""A world with one segment, and exports of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from tests.evaluate.world import SHOP, World, opened, utc

from headcount.exports.export import Export, ExportRequest, export_members
from headcount.store.snapshots import latest_snapshot

TICK = "2024-03-01T09:00"


class Exporting:
    """A world whose segment `buyers` holds whoever did `buy`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.folder = world.folder / "exports"
        world.define("buyers", "- event: buy")

    def request(self, at: str = TICK, **changes: Any) -> ExportRequest:
        """What would be asked for at `at`."""
        snapshot = latest_snapshot(self.world.warehouse, "buyers", at=utc(at))
        assert snapshot is not None
        facts: dict[str, Any] = {
            "segment_id": "buyers",
            "segment_name": "Buyers",
            "system": SHOP,
            "rules": "did buy",
            "at": utc(at),
            "snapshot": snapshot,
            "format": "csv",
        }
        return ExportRequest(**facts | changes)

    def export(self, at: str = TICK, **changes: Any) -> Export:
        """The members at `at` as a file."""
        return export_members(
            lambda: nullcontext(self.world.warehouse),
            self.request(at, **changes),
            snapshots_folder=self.world.snapshots,
            folder=self.folder,
            now=utc(at),
        )


@pytest.fixture
def exporting(tmp_path: Path) -> Iterator[Exporting]:
    """A world whose segment `buyers` is not evaluated yet."""
    with opened(tmp_path / "project") as world:
        yield Exporting(world)
