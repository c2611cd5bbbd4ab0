from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from headcount.definitions.settings import SnapshotRetention
from tests.simulations.year import DAY, Year


def test_three_days_are_thinned_to_one_and_verify(tmp_path: Path) -> None:
    """A short run of what `python -m tests.simulations.year` does, stopped once."""
    year = Year(tmp_path, members=50)
    assert year.live(DAY, seconds=60.0) == DAY
    assert year.live(3 * DAY, seconds=60.0) == 3 * DAY

    figures = year.finish(3 * DAY, SnapshotRetention(every=timedelta(days=1)))

    before, after = figures["before"], figures["after"]
    assert figures["differences"] == 0
    assert figures["runs"] == 3 * DAY
    assert before["snapshot_files"] - after["snapshot_files"] == figures["thinned"]
    assert DAY / 2 < after["snapshot_files"] - 2 < DAY
