"""`export`: which table, which columns, where it goes."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest
from tests.cli.conftest import Call
from tests.shop import TICK, Shop

from headcount.clock import to_text


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_attributes_become_columns(call: Call, shop: Shop, tmp_path: Path) -> None:
    record = {"type": "attributes", "user_id": "ann", "attributes": {"plan": "pro"}}
    at = to_text(TICK - timedelta(hours=1))
    shop.land_text("plans", json.dumps(record | {"timestamp": at}))
    call("run")
    output = tmp_path / "out.csv"

    answer = call(
        *("export", "buyers", "--format", "csv", "--attribute", "plan"),
        *("--output", str(output)),
    )

    assert answer.document["attributes"] == ["plan"]
    assert [(row["user_id"], row["plan"]) for row in rows(output)] == [("ann", "pro")]


@pytest.mark.usefixtures("ran")
def test_table_of_segments_is_exported(call: Call, tmp_path: Path) -> None:
    output = tmp_path / "segments.csv"
    words = ["export", "--segments", "--format", "csv", "--output", str(output)]

    first, second = call(*words), call(*words)
    page = call(*words, person=True).out

    assert (first.code, first.document["segment_id"]) == (0, None)
    assert [a.document["shared"] for a in (first, second)] == [False, True]
    (row,) = rows(output)
    assert (row["segment_id"], row["members"]) == ("buyers", "1")
    assert page.endswith("1 segment at 2026-05-01 09:15Z\n")


def test_table_of_segments_before_the_first_tick(call: Call, tmp_path: Path) -> None:
    output = tmp_path / "segments.csv"

    answer = call(
        *("export", "--segments", "--format", "csv", "--output", str(output)),
        *("--column", "name", "--column", "status"),
    )

    assert answer.code == 0
    assert rows(output) == [{"name": "Buyers", "status": "Pending"}]


@pytest.mark.usefixtures("ran")
@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ([], "usage"),
        (["buyers", "--segments"], "usage"),
        (["buyers", "--column", "name"], "usage"),
        (["--segments", "--attribute", "plan"], "usage"),
        (["--segments", "--column", "nam"], "unknown_column"),
        (["buyers", "--attribute", "plan"], "unknown_attribute"),
        (["byers"], "unknown_segment"),
    ],
)
def test_what_cannot_be_meant_exits_2(call: Call, words: list[str], kind: str) -> None:
    answer = call("export", *words, "--format", "csv")

    assert (answer.code, answer.error["kind"]) == (2, kind)
