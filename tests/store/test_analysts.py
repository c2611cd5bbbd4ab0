"""The answers of `sql/analysts`, each asked of a database that was really published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.evaluate.world import World, attributes, event, opened, utc

from headcount.evaluate.conditions import measure_conditions
from headcount.resources import folder
from headcount.store.publish import publish
from headcount.store.published import open_published
from headcount.store.sql import read_sql

ANSWERS = sorted(path.stem for path in (folder("sql") / "analysts").glob("*.sql"))
MINUTES_15 = timedelta(minutes=15)


class Analyst:
    """Asks what a world has published."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.target = world.folder / "analytics.duckdb"

    def ask(self, answer: str, now: str = "2024-03-31") -> list[dict[str, Any]]:
        """The rows of one answer, after a publication."""
        publish(
            self.world.warehouse,
            self.target,
            events_folder=self.world.folder / "warehouse" / "published",
            systems={},
            now=utc(now),
        )
        with open_published(self.target) as published:
            return published.query(read_sql(f"analysts/{answer}")).to_dicts()


@pytest.fixture
def analyst(tmp_path: Path) -> Iterator[Analyst]:
    with opened(tmp_path / "project") as world:
        yield Analyst(world)


@pytest.fixture
def shop(analyst: Analyst) -> Analyst:
    """Buyers of the last day and whoever ever looked, over three days."""
    world = analyst.world
    world.define("buyers", "- event: buy\n  date_range: last 24 hours", name="Buyers")
    world.define("lookers", "- event: look", name="Lookers")
    world.log(
        event("ann", "buy", "2024-03-01T12:00:00"),
        event("ann", "look", "2024-03-01T12:00:00"),
        event("bob", "look", "2024-03-01T20:00:00"),
        event("eve", "buy", "2024-03-02T23:00:00"),
        event("eve", "look", "2024-03-02T23:00:00"),
    )
    for tick in ("01T13:00", "02T00:00", "02T12:00", "03T00:00", "03T07:00"):
        world.tick(f"2024-03-{tick}")
    return analyst


@pytest.mark.parametrize("answer", ANSWERS)
def test_answer_is_empty_when_nothing_was_published(
    answer: str, analyst: Analyst
) -> None:
    assert analyst.ask(answer) == []


@pytest.mark.parametrize("answer", ANSWERS)
def test_answer_has_the_columns_it_announces(answer: str, shop: Analyst) -> None:
    shop.ask(answer)
    (announced,) = (
        line.removeprefix("-- columns: ")
        for line in read_sql(f"analysts/{answer}").splitlines()
        if line.startswith("-- columns: ")
    )

    with duckdb.connect(str(shop.target), read_only=True) as con:
        given = [
            column[0]
            for column in con.execute(read_sql(f"analysts/{answer}")).description
        ]
    assert given == columns_of(announced)


def test_every_answer_is_on_the_page() -> None:
    page = (folder("sql") / "analysts" / "README.md").read_text(encoding="utf-8")

    assert len(ANSWERS) == 10
    assert [name for name in ANSWERS if f"[{name}]({name}.sql)" not in page] == []


def columns_of(announced: str) -> list[str]:
    """The names in a header line, without what it says of them in brackets."""
    plain, depth = "", 0
    for character in announced:
        depth += (character == "(") - (character == ")")
        plain += character if depth == 0 and character != ")" else ""
    return [name.strip() for name in plain.split(",")]


def picked(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_last_night_runs_from_evening_to_the_newest_tick(shop: Analyst) -> None:
    rows = shop.ask("entered_last_night")

    entry = utc("2024-03-03")
    assert picked(rows, "segment", "user_id", "entered_at", "is_present", "stays") == [
        ("Buyers", "eve", entry, True, 1),
        ("Lookers", "eve", entry, True, 1),
    ]


def test_second_stay_is_counted(shop: Analyst) -> None:
    shop.world.log(event("ann", "buy", "2024-03-03T06:59:00"))
    shop.world.tick("2024-03-03T07:15")

    newest, *_ = shop.ask("entered_last_night")

    assert (newest["user_id"], newest["stays"]) == ("ann", 2)


def test_size_is_that_of_the_last_tick_of_the_day(shop: Analyst) -> None:
    rows = shop.ask("size_by_day")

    found = picked(rows, "segment", "day", "members", "entered", "exited")
    assert [(one, day.isoformat(), *counts) for one, day, *counts in found] == [
        ("Buyers", "2024-03-01", 1, 1, 0),
        ("Buyers", "2024-03-02", 1, 1, 1),
        ("Buyers", "2024-03-03", 1, 0, 0),
        ("Lookers", "2024-03-01", 2, 2, 0),
        ("Lookers", "2024-03-02", 3, 1, 0),
        ("Lookers", "2024-03-03", 3, 0, 0),
    ]


def test_churn_counts_who_was_in_30_days_ago(shop: Analyst) -> None:
    shop.world.log(event("zoe", "look", "2024-03-20"))
    shop.world.tick("2024-04-01T00:30")

    rows = shop.ask("churn", now="2024-04-02")

    names = ("segment", "members_then", "lost", "lost_share", "members_now", "won")
    assert picked(rows, *names) == [
        ("Buyers", 1, 1, 1.0, 0, 0),
        ("Lookers", 2, 0, 0.0, 4, 2),
    ]


def test_overlap_counts_who_is_in_both(shop: Analyst) -> None:
    rows = shop.ask("overlap")

    names = ("segment", "other", "in_both", "only_in_segment", "only_in_other")
    assert picked(rows, *names) == [("Buyers", "Lookers", 1, 0, 2)]
    assert rows[0]["likeness"] == pytest.approx(0.333)


def test_freshness_is_measured_to_the_newest_tick(shop: Analyst) -> None:
    (row,) = shop.ask("freshness")

    expected: Mapping[str, Any] = {
        "source": "log",
        "newest_at": utc("2024-03-02T23:00"),
        "behind": timedelta(hours=8),
        "files": 1,
        "refused_files": 0,
        "evaluated_at": utc("2024-03-03T07:00"),
    }
    assert row.items() >= expected.items()


def test_rejects_are_grouped_by_reason_with_an_example(shop: Analyst) -> None:
    good = [event(f"u{i}", "look", "2024-03-01") for i in range(30)]
    shop.world.log(*good, {"nothing": "here"})

    (row,) = shop.ask("rejects")

    assert (row["what"], row["rows"]) == ("row", 1)
    assert row["share"] == pytest.approx(1 / 36, abs=1e-4)
    assert row["example"] == 'landing/0001.ndjson:31: {"nothing": "here"}'


def test_condition_that_holds_people_out_is_told(analyst: Analyst) -> None:
    world = analyst.world
    world.define("keen", "- event: look\n- event: buy\n- attribute: plan\n  is: pro")
    world.log(
        *(event(user, "look", "2024-03-01") for user in ("ann", "bob", "eve", "zoe")),
        *(event(user, "buy", "2024-03-01") for user in ("ann", "bob")),
        *(attributes(user, "2024-03-01", plan="pro") for user in ("ann", "eve", "zoe")),
    )
    world.tick("2024-03-02")
    measure_conditions(world.warehouse, world.settings.systems)

    rows = analyst.ask("held_out_by_condition")

    names = ("condition", "users", "members", "kept_out", "share")
    assert picked(rows, *names) == [
        ("did `buy`", 2, 1, 2, 0.667),
        ('has `plan` equal to "pro"', 3, 1, 1, 0.5),
        ("did `look`", 4, 1, 0, 0.0),
    ]


def test_push_lag_counts_what_a_destination_was_not_told(shop: Analyst) -> None:
    con = shop.world.warehouse.con
    con.execute(
        "INSERT INTO syncs BY NAME SELECT 'walkme' AS destination, 'lookers' AS "
        "segment_id, false AS may_hold_others, 'behind' AS status, 'away' AS reason, "
        "1 AS generation, TIMESTAMPTZ '2024-03-02 12:00:00Z' AS snapshot_at"
    )
    con.execute(
        "INSERT INTO sync_batches BY NAME SELECT 'b' AS batch_id, 'walkme' AS "
        "destination, 'lookers' AS segment_id, 1 AS generation, 1 AS ordinal, "
        "'add' AS action, ['ann'] AS user_ids, 'refused' AS outcome, "
        "TIMESTAMPTZ '2024-03-02 12:00:00Z' AS planned_at, "
        "TIMESTAMPTZ '2024-03-02 12:00:02Z' AS answered_at"
    )

    (row,) = shop.ask("push_lag")

    expected: Mapping[str, Any] = {
        "segment": "Lookers",
        "reason": "away",
        "waiting": 1,
        "behind": timedelta(hours=7),
        "seconds": 2.0,
        "not_done": 1,
    }
    assert row.items() >= expected.items()


def test_steps_before_an_entry_are_its_last_events(shop: Analyst) -> None:
    shop.world.log(event("ann", "buy", "2024-03-03T06:59:00"))
    shop.world.tick("2024-03-03T07:15")

    rows = [row for row in shop.ask("before_entering") if row["segment"] == "Buyers"]

    names = ("user_id", "step", "event", "earlier")
    assert picked(rows[:1], *names) == [("ann", 1, "buy", timedelta(minutes=16))]
    assert [row["step"] for row in rows if row["user_id"] == "ann"][:3] == [
        1,
        2,
        3,
    ]


def test_no_more_than_ten_events_before_an_entry(shop: Analyst) -> None:
    looks = (event("zoe", "look", f"2024-03-03T05:{n:02}") for n in range(12))
    shop.world.log(*looks)
    shop.world.tick("2024-03-03T07:15")

    rows = [row for row in shop.ask("before_entering") if row["user_id"] == "zoe"]

    assert [row["step"] for row in rows] == list(range(1, 11))


def test_stale_segments_say_why(shop: Analyst) -> None:
    shop.world.define("nobody", "- event: fly", name="Nobody")
    shop.world.tick("2024-04-20")
    con = shop.world.warehouse.con
    con.execute(
        "UPDATE segments SET status = 'Failed', status_reason = 'too many' "
        "WHERE segment_id = 'buyers'"
    )

    rows = shop.ask("stale_segments")

    assert picked(rows, "segment", "why", "members") == [
        ("Buyers", "failed", 0),
        ("Nobody", "empty", 0),
        ("Lookers", "unchanged for 30 days", 3),
    ]
    assert rows[0]["reason"] == "too many"
