"""Figures that others published, got from definitions in a project on disk."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import pytest

from headcount import resources
from headcount.definitions.load import load_definitions
from headcount.evaluate.tick import evaluate_tick
from headcount.ingest.sources import ingest_sources
from headcount.project import Project, open_project
from headcount.store.warehouse import Warehouse

CDNOW = Path(__file__).parents[1] / "data" / "CDNOW_sample.txt"

# Fader and Hardie 2001: customers by repeat purchase days in weeks 1-39.
REPEAT_DAYS = [1411, 439, 214, 100, 62, 38, 29]
SEVEN_AND_MORE = 64


def sizes(project: Project, at: datetime) -> dict[str, int | None]:
    """The size of every segment at `at`, after ingest and one tick."""
    loaded = load_definitions(project.segments_folder, project.settings)
    with Warehouse.open(project.store_path) as warehouse:
        ingested = ingest_sources(
            warehouse, project.settings, project.folder, now=datetime.now(UTC)
        )
        report = evaluate_tick(
            warehouse,
            loaded,
            project.settings.systems,
            folder=project.snapshots_folder,
            at=at,
            now=at,
        )
    assert not (ingested.rejected)
    assert not (ingested.refused)
    assert not (report.faults)
    return {one.segment_id: one.members for one in report.segments}


def write_project(folder: Path, project: str, definitions: dict[str, str]) -> Project:
    """A project file and its definitions, on disk."""
    (folder / "segments").mkdir(parents=True)
    (folder / "headcount.yaml").write_text(dedent(project))
    for segment_id, rules in definitions.items():
        head = f"name: {segment_id}\nsystem: shop\n"
        (folder / "segments" / f"{segment_id}.yaml").write_text(head + dedent(rules))
    return open_project(folder)


def purchases() -> Iterator[list[str]]:
    """The CDNOW sample's lines as rows; their number is all the id they have."""
    for number, line in enumerate(CDNOW.read_text().splitlines()):
        day = datetime.strptime(line[12:20], "%Y%m%d").replace(tzinfo=UTC).date()
        customer, cds, dollars = line[7:11].strip(), line[21:24], line[24:]
        row = (number, customer, "purchase", day, cds, dollars)
        yield [str(value).strip() for value in row]


@pytest.fixture
def cdnow(tmp_path: Path) -> Project:
    """The sample as CSV, and one segment for each number of repeat purchase days."""
    weeks = "date_range: {from: 1997-01-01, to: 1997-09-30}"
    days = {f"repeat-{n}": f"days: {n + 1}" for n in range(len(REPEAT_DAYS))}
    days["repeat-7-and-more"] = "days: {gte: 8}"
    project = write_project(
        tmp_path,
        """
        systems: {shop: {timezone: America/New_York}}
        sources:
          - name: cdnow
            system: shop
            path: cdnow.csv
            format: csv
            timezone: America/New_York
            columns:
              event_id: line
              user_id: customer
              event: event
              timestamp: day
              properties: [cds, dollars]
        """,
        {
            segment_id: f"rules: [{{event: purchase, {measure}, {weeks}}}]\n"
            for segment_id, measure in days.items()
        },
    )
    with (tmp_path / "cdnow.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "customer", "event", "day", "cds", "dollars"])
        writer.writerows(purchases())
    return project


def test_cdnow_repeat_days_are_as_published(cdnow: Project) -> None:
    found = sizes(cdnow, datetime(1998, 7, 1, tzinfo=UTC))

    expected = {f"repeat-{n}": size for n, size in enumerate(REPEAT_DAYS)}
    assert found == {**expected, "repeat-7-and-more": SEVEN_AND_MORE}


@pytest.fixture
def ecom(tmp_path: Path) -> Project:
    """The sample project's shop log, under definitions of this test."""
    landing = resources.folder("data") / "landing" / "ecom"
    funnel = ["catalog", "add_to_cart", "cart", "purchase"]
    steps = [f"{{event: {name}}}" for name in funnel]
    definitions = {
        f"reached-{name.replace('_', '-')}": f"sequence: [{', '.join(steps[: n + 1])}]"
        for n, name in enumerate(funnel)
    }
    definitions["reached-catalog"] = "event: catalog"
    for platform in ("desktop", "mobile", "tablet"):
        definitions[platform] = f'event: "*", where: {{platform: {platform}}}'
    definitions["five-and-more"] = 'event: "*", count: {gte: 5}'
    definitions["above-113"] = 'event: "*", count: {gt: 113}'
    return write_project(
        tmp_path,
        f"""
        systems: {{shop: {{timezone: UTC}}}}
        sources:
          - name: ecom
            system: shop
            path: {landing}/*.csv.gz
            format: csv
            columns: {{user_id: user_id, event: event, timestamp: timestamp}}
        """,
        {
            segment_id: f"rules: [{{{rule}}}]\n"
            for segment_id, rule in definitions.items()
        },
    )


def test_ecom_funnel_is_as_published(ecom: Project) -> None:
    found = sizes(ecom, datetime(2024, 7, 1, tzinfo=UTC))

    assert found == {
        "reached-catalog": 600,
        "reached-add-to-cart": 511,
        "reached-cart": 431,
        "reached-purchase": 225,
        "desktop": 392,
        "mobile": 297,
        "tablet": 107,
        "five-and-more": 600,
        "above-113": 0,
    }
