"""What every format of export must do, read back by an independent reader."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook
from tests.exports.tables import AT, Member, table, users

from headcount.exports.csv import write_csv
from headcount.exports.parquet import write_parquet
from headcount.exports.table import Table
from headcount.exports.xlsx import write_xlsx

Rows = list[list[str | None]]


def csv_rows(written: Table, path: Path) -> Rows:
    write_csv(written, path)
    with path.open(encoding="utf-8", newline="") as file:
        return [[cell or None for cell in row] for row in csv.reader(file)]


def xlsx_rows(written: Table, path: Path) -> Rows:
    write_xlsx(written, path, info=[], created=AT)
    with path.open("rb") as file:
        rows = list(load_workbook(file)["Members"].iter_rows(values_only=True))
    heading, *rest = map(list, rows)
    return [
        heading,
        *([*row[:3], f"{row[3]:%Y-%m-%dT%H:%M:%SZ}", *row[4:]] for row in rest),
    ]


def parquet_rows(written: Table, path: Path) -> Rows:
    write_parquet(written, path)
    frame = pl.read_parquet(path)
    texts = frame.with_columns(pl.col("entered_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return [frame.columns, *(list(row) for row in texts.iter_rows())]


Export = Callable[[Table, Path], Rows]
every_format = pytest.mark.parametrize("export", [csv_rows, xlsx_rows, parquet_rows])


@every_format
def test_rows_are_the_members_in_order(export: Export, tmp_path: Path) -> None:
    ids = [f"user {i:05}" for i in range(1_000)]

    heading, *rows = export(table(tmp_path, users(*ids)), tmp_path / "x")

    assert heading == ["segment_id", "segment_name", "user_id", "entered_at"]
    at = "2026-05-01T09:15:00Z"
    assert rows == [["stuck-trials", "Stuck trials", one, at] for one in ids]


@every_format
@pytest.mark.parametrize(
    "text",
    [
        "00123",
        "1e5",
        "9007199254740993",
        "TRUE",
        "quotes \" and '",
        "two\nlines",
        "a,b;c\td",
        "日本語 שלום Ünï 😀",
        " spaces ",
    ],
)
def test_text_comes_back_as_it_is(export: Export, text: str, tmp_path: Path) -> None:
    members: list[Member] = [(text, AT, {"a": text})]

    _, row = export(
        table(tmp_path, members, attributes=("a",), name=text), tmp_path / "x"
    )

    assert [row[1], row[2], row[4]] == [text, text, text]


@every_format
def test_only_headings_when_nobody_is_in(export: Export, tmp_path: Path) -> None:
    rows = export(table(tmp_path, [], attributes=("plan",)), tmp_path / "x")

    assert rows == [["segment_id", "segment_name", "user_id", "entered_at", "plan"]]


@every_format
def test_missing_value_is_nothing(export: Export, tmp_path: Path) -> None:
    members: list[Member] = [("ann", AT, {"plan": "pro"}), ("bob", AT, {})]

    _, ann, bob = export(table(tmp_path, members, attributes=("plan",)), tmp_path / "x")

    assert (ann[4], bob[4]) == ("pro", None)


@every_format
def test_second_time_gives_the_same_bytes(export: Export, tmp_path: Path) -> None:
    written = table(tmp_path, users(*(f"u{i}" for i in range(100))))

    export(written, tmp_path / "x")
    export(written, tmp_path / "y")

    assert (tmp_path / "x").read_bytes() == (tmp_path / "y").read_bytes()
