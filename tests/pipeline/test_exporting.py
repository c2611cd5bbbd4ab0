from datetime import UTC, datetime, timedelta

import pytest
from tests.shop import NOW, TICK, Shop

from headcount import pipeline
from headcount.errors import NotEvaluatedError, UnknownSegmentError
from headcount.pipeline.exporting import period_start

DAILY = "exports: {subscriptions: [{segment: buyers, format: csv, every: day}]}\n"
QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("every", "start"),
    [
        ("tick", datetime(2026, 5, 14, 9, 15, tzinfo=UTC)),
        ("hour", datetime(2026, 5, 14, 9, tzinfo=UTC)),
        ("day", datetime(2026, 5, 14, tzinfo=UTC)),
        ("week", datetime(2026, 5, 11, tzinfo=UTC)),
        ("month", datetime(2026, 5, 1, tzinfo=UTC)),
    ],
)
def test_period_begins_in_utc(every: str, start: datetime) -> None:
    thursday = datetime(2026, 5, 14, 9, 15, tzinfo=UTC)

    assert period_start(every, thursday) == start


def test_subscription_is_due_once_a_period(shop: Shop) -> None:
    shop.settle(DAILY)
    days = [TICK, TICK + QUARTER, TICK + timedelta(days=1)]

    made = [
        len(pipeline.run_tick(shop.project, at=at, now=at).exports.exports)
        for at in days
    ]

    assert made == [1, 0, 1]


def test_subscription_waits_for_the_first_evaluation(shop: Shop) -> None:
    shop.settle(DAILY)

    report = pipeline.export_due(shop.project, at=TICK, now=NOW)

    assert report.exports == ()
    assert report.failures == ()


def test_subscription_that_fails_stops_no_other(shop: Shop) -> None:
    shop.settle(
        "exports:\n  subscriptions:\n"
        "    - {segment: buyers, format: csv, every: day}\n"
        "    - {segment: lookers, format: csv, every: day}\n"
    )
    shop.define("lookers", "name: Lookers\nsystem: shop\nrules: [{event: look}]\n")
    pipeline.ingest(shop.project, now=NOW)
    pipeline.evaluate(shop.project, at=TICK, now=NOW)
    for path in (shop.project.snapshots_folder / "buyers").glob("*.parquet"):
        path.write_bytes(b"not what the ledger says")

    report = pipeline.export_due(shop.project, at=TICK, now=NOW)

    assert [one.segment_id for one in report.exports] == ["lookers"]
    assert [one.segment_id for one in report.failures] == ["buyers"]


def test_export_at_past_instant_names_that_tick(shop: Shop) -> None:
    pipeline.run_tick(shop.project, at=TICK, now=NOW)
    shop.land("second", ("bob", "buy", TICK))
    pipeline.run_tick(shop.project, at=TICK + QUARTER, now=NOW + QUARTER)
    between = TICK + timedelta(minutes=1)

    then = pipeline.export(shop.project, "buyers", format="csv", at=between, now=NOW)
    now = pipeline.export(shop.project, "buyers", format="csv", now=NOW)

    assert (then.at, then.rows) == (TICK, 1)
    assert (now.at, now.rows) == (TICK + QUARTER, 2)


def test_export_needs_a_membership(shop: Shop) -> None:
    with pytest.raises(NotEvaluatedError):
        pipeline.export(shop.project, "buyers", format="csv", now=NOW)
    with pytest.raises(UnknownSegmentError):
        pipeline.export(shop.project, "byers", format="csv", now=NOW)


def test_subscriptions_with_other_columns_are_different(shop: Shop) -> None:
    shop.settle(
        "exports:\n  subscriptions:\n"
        "    - {segment: buyers, format: csv, every: day}\n"
        "    - {segment: buyers, format: csv, every: day, attributes: [plan]}\n"
    )

    made = pipeline.run_tick(shop.project, at=TICK, now=NOW).exports.exports

    assert [one.attributes for one in made] == [(), ("plan",)]


def test_maintenance_sweeps_old_files_but_the_newest_of_a_subscription(
    shop: Shop,
) -> None:
    shop.settle(DAILY.replace("{sub", "{keep: 7 days, sub"))
    for at in (TICK, TICK + timedelta(days=1)):
        pipeline.run_tick(shop.project, at=at, now=at)
    by_hand = pipeline.export(shop.project, "buyers", format="xlsx", now=NOW)

    report = pipeline.maintain(shop.project, now=NOW + timedelta(days=9))

    assert report.exports == 2
    assert not by_hand.path.exists()
    (left,) = shop.project.exports_folder.glob("*.csv")
    assert left.name.startswith("buyers-2026-05-02")


def test_rows_of_the_table_are_those_asked_for_in_their_order(shop: Shop) -> None:
    shop.define("lookers", "name: Lookers\nsystem: shop\nrules: [{event: look}]\n")
    pipeline.run_tick(shop.project, at=TICK, now=NOW)

    made = pipeline.export_segments(
        shop.project,
        format="csv",
        columns=["segment_id"],
        segment_ids=["lookers", "buyers"],
        now=NOW,
    )

    assert made.path.read_text().split() == ["segment_id", "lookers", "buyers"]
