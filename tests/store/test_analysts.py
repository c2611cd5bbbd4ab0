"""The answers of `sql/analysts`, each asked of a database that was really published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.evaluate.world import World, event, opened, utc

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
