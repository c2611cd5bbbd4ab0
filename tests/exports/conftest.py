"""A world with one segment, and exports of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.evaluate.world import SHOP, World, opened, utc

from headcount.exports.export import Export, make_export, sweep_exports
from headcount.exports.members import MemberRequest
from headcount.store.snapshots import latest_snapshot

TICK = "2024-03-01T09:00"


class Exporting:
    """A world whose segment `buyers` holds whoever did `buy`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.folder = world.folder / "exports"
        world.define("buyers", "- event: buy")

    def request(self, at: str = TICK, **changes: Any) -> MemberRequest:
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
            "folder": self.world.snapshots,
            "format": "csv",
        }
        return MemberRequest(**facts | changes)

    def export(self, at: str = TICK, *, asked: int = 0, **changes: Any) -> Export:
        """The members at `at` as a file, asked for so many days later."""
        return make_export(
            lambda: nullcontext(self.world.warehouse),
            self.request(at, **changes),
            folder=self.folder,
            now=utc(at) + timedelta(days=asked),
        )

    def sweep(self, *, keep: int | None, after: int, kept: Collection[str] = ()) -> int:
        """Old files are swept so many days after TICK."""
        return sweep_exports(
            lambda: nullcontext(self.world.warehouse),
            self.folder,
            keep=None if keep is None else timedelta(days=keep),
            kept=kept,
            now=utc(TICK) + timedelta(days=after),
        )


@pytest.fixture
def exporting(tmp_path: Path) -> Iterator[Exporting]:
    """A world whose segment `buyers` is not evaluated yet."""
    with opened(tmp_path / "project") as world:
        yield Exporting(world)
