from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.shop import NOW, TICK, Shop, opened

from headcount import pipeline

DAY = timedelta(days=1)


def ticked(folder: Path) -> Shop:
    """A shop with a new buyer at each of three ticks of one day."""
    shop = opened(folder / "shop")
    for number in range(3):
        after = number * timedelta(minutes=15)
        shop.land(f"more-{number}", (f"u{number}", "buy", TICK - DAY))
        pipeline.run_tick(shop.project, at=TICK + after, now=NOW + after)
    return shop


def snapshots(shop: Shop) -> list[Path]:
    return sorted(shop.project.snapshots_folder.glob("buyers/*.parquet"))


def test_old_snapshots_are_thinned_and_can_still_be_exported(tmp_path: Path) -> None:
    shop = ticked(tmp_path)
    before = snapshots(shop)

    report = pipeline.maintain(shop.project, now=NOW + 31 * DAY)

    assert report.thinned == 2
    assert snapshots(shop) == before[2:]
    assert pipeline.verify(shop.project).count == 0
    made = pipeline.export(
        shop.project, "buyers", format="csv", at=TICK, now=NOW + 31 * DAY
    )
    assert made.rows == 2
    assert snapshots(shop) == [before[0], before[2]]
    assert pipeline.verify(shop.project).count == 0


def test_how_long_snapshots_are_kept_is_a_setting(tmp_path: Path) -> None:
    shop = ticked(tmp_path)
    shop.settle("snapshots: {keep: null}\n")
    assert pipeline.maintain(shop.project, now=NOW + 400 * DAY).thinned == 0

    shop.settle("snapshots: {keep: 90 minutes}\n")
    assert pipeline.maintain(shop.project, now=NOW + DAY).thinned == 2


def test_a_killed_erasure_is_finished_at_night(tmp_path: Path) -> None:
    shop = ticked(tmp_path)
    folder = shop.project.store_path.parent
    pipeline.forget(shop.project, ["u1"], now=NOW)
    text = (folder / "erased.json").read_text(encoding="utf-8")
    (folder / "erased.json").write_text(
        text.replace('"2026-05-01T09:20:00Z"', "null"), encoding="utf-8"
    )

    report = pipeline.maintain(shop.project, now=NOW + DAY)

    assert report.erasure
    assert report.to_json()["erasure"]["complete"]
    assert pipeline.maintain(shop.project, now=NOW + DAY).erasure is None
