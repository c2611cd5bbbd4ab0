"""Figures that others published, got from definitions by the command itself."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import pytest

from headcount import resources
from headcount.cli import main

CDNOW = Path(__file__).parents[1] / "data" / "CDNOW_sample.txt"

# Fader and Hardie 2001: customers by repeat purchase days in weeks 1-39.
REPEAT_DAYS = [1411, 439, 214, 100, 62, 38, 29]
SEVEN_AND_MORE = 64


def sizes(project: Path, at: str, capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    """The size of every segment after a run at `at`; nothing was refused."""
    arguments = ["run", "--no-push", "--json", "--at", at, "--project", str(project)]

    assert main(arguments) == 0
    report = json.loads(capsys.readouterr().out)
    assert not (report["ingest"]["rejected"])
    assert not (report["ingest"]["refused"])
    return {one["segment_id"]: one["members"] for one in report["segments"]}


def write_project(folder: Path, project: str, rules: dict[str, str]) -> Path:
    """A project file and a definition for each rule, on disk."""
    (folder / "segments").mkdir()
    (folder / "headcount.yaml").write_text(dedent(project))
    for segment_id, rule in rules.items():
        text = f"name: {segment_id}\nsystem: shop\nrules: [{{{rule}}}]\n"
        (folder / "segments" / f"{segment_id}.yaml").write_text(text)
    return folder


def purchases() -> Iterator[list[str]]:
    """The CDNOW sample's lines as rows; their number is all the id they have."""
    for number, line in enumerate(CDNOW.read_text().splitlines()):
        day = datetime.strptime(line[12:20], "%Y%m%d").replace(tzinfo=UTC).date()
        customer, cds, dollars = line[7:11].strip(), line[21:24], line[24:]
        row = (number, customer, "purchase", day, cds, dollars)
        yield [str(value).strip() for value in row]


@pytest.fixture
def cdnow(tmp_path: Path) -> Path:
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
            name: f"event: purchase, {measure}, {weeks}"
            for name, measure in days.items()
        },
    )
    with (tmp_path / "cdnow.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "customer", "event", "day", "cds", "dollars"])
        writer.writerows(purchases())
    return project


def test_cdnow_repeat_days_are_as_published(
    cdnow: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = sizes(cdnow, "1998-07-01", capsys)

    expected = {f"repeat-{n}": size for n, size in enumerate(REPEAT_DAYS)}
    assert found == {**expected, "repeat-7-and-more": SEVEN_AND_MORE}


@pytest.fixture
def ecom(tmp_path: Path) -> Path:
    """The sample project's shop log, under rules of this test."""
    landing = resources.folder("data") / "landing" / "ecom"
    funnel = ["catalog", "add_to_cart", "cart", "purchase"]
    steps = [f"{{event: {name}}}" for name in funnel]
    rules = {
        f"reached-{name.replace('_', '-')}": f"sequence: [{', '.join(steps[: n + 1])}]"
        for n, name in enumerate(funnel)
    }
    rules["reached-catalog"] = "event: catalog"
    for platform in ("desktop", "mobile", "tablet"):
        rules[platform] = f'event: "*", where: {{platform: {platform}}}'
    rules["five-and-more"] = 'event: "*", count: {gte: 5}'
    rules["above-113"] = 'event: "*", count: {gt: 113}'
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
        rules,
    )


def test_ecom_funnel_is_as_published(
    ecom: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = sizes(ecom, "2024-07-01", capsys)

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
