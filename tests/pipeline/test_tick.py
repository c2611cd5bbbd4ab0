from tests.shop import NOW, TICK, Shop

from headcount import pipeline
from headcount.store.published import open_published


def test_stages_make_the_same_as_a_run(shop: Shop) -> None:
    ingested = pipeline.ingest(shop.project, now=NOW)
    evaluated = pipeline.evaluate(shop.project, at=TICK, now=NOW)
    pipeline.publish(shop.project, now=NOW)

    run = pipeline.run_tick(shop.project, at=TICK, now=NOW)

    assert (ingested.accepted, run.ingest.accepted) == (2, 0)
    assert run.tick.segments[0].members == evaluated.segments[0].members == 1


def test_run_tells_its_stages_in_order(shop: Shop) -> None:
    told: list[str] = []

    pipeline.run_tick(shop.project, at=TICK, now=NOW, on_stage=told.append)

    assert told == [
        "Reading what landed",
        "Reading landing/first.ndjson: 2 rows",
        "Evaluating the segments",
        "Publishing",
        "Pushing",
        "Exporting",
    ]


def test_analysts_see_the_exports_of_the_run(shop: Shop) -> None:
    shop.settle(
        "exports: {subscriptions: [{segment: buyers, format: csv, every: tick}]}\n"
    )

    pipeline.run_tick(shop.project, at=TICK, now=NOW)

    with open_published(shop.project.analytics_path) as published:
        assert published.query("SELECT count(*) FROM exports").rows == [(1,)]


def test_maintenance_sweeps_what_nothing_names(shop: Shop) -> None:
    pipeline.run_tick(shop.project, at=TICK, now=NOW)
    folder = shop.project.snapshots_folder / "buyers"
    kept = sorted(folder.iterdir())
    (folder / "2026-05-01T09-00-00Z-000000000000.parquet").write_bytes(
        b"left by a kill"
    )

    report = pipeline.maintain(shop.project, now=NOW)

    assert (report.temporaries, report.snapshots, report.thinned) == (0, 1, 0)
    assert sorted(folder.iterdir()) == kept
