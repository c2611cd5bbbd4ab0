"""The table of segments as a file."""

from __future__ import annotations

import csv
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from openpyxl import load_workbook
from tests.exports.corpus import NASTY
from tests.exports.test_xlsx import as_excel_reads

from headcount.exports.export import Export, make_export
from headcount.exports.segments import KINDS, SegmentsRequest
from headcount.store.warehouse import Warehouse

AT = datetime(2026, 5, 1, 9, 15, tzinfo=UTC)
NOTHING: dict[str, Any] = dict.fromkeys(KINDS)


def export(folder: Path, *rows: dict[str, Any], **asked: Any) -> Export:
    request = SegmentsRequest(at=AT, rows=rows, **{"format": "csv"} | asked)
    with Warehouse.in_memory() as warehouse:
        return make_export(
            lambda: nullcontext(warehouse), request, folder=folder, now=AT
        )


def segment(**facts: Any) -> dict[str, Any]:
    return NOTHING | {"segment_id": "buyers"} | facts


def test_row_has_words_for_every_kind_of_value(tmp_path: Path) -> None:
    row = segment(
        name="Buyers",
        classic=False,
        orphaned=True,
        members=1234,
        last_evaluated_at=AT,
        destinations=("walkme", "appcues"),
    )

    made = export(tmp_path, row)

    with made.path.open(encoding="utf-8", newline="") as file:
        (found,) = csv.DictReader(file)
    assert list(found) == list(KINDS)
    assert {name: text for name, text in found.items() if text} == {
        "segment_id": "buyers",
        "name": "Buyers",
        "classic": "no",
        "orphaned": "yes",
        "members": "1234",
        "last_evaluated_at": "2026-05-01T09:15:00Z",
        "destinations": "walkme, appcues",
    }
    assert (made.segment_id, made.rows) == (None, 1)


def test_sheet_has_real_numbers_and_dates(tmp_path: Path) -> None:
    row = segment(members=1234, last_evaluated_at=AT)

    book = load_workbook(export(tmp_path, row, format="xlsx").path)

    cells = dict(zip(KINDS, next(book["Segments"].iter_rows(min_row=2)), strict=True))
    assert (cells["members"].value, cells["members"].number_format) == (1234, "#,##0")
    assert cells["last_evaluated_at"].value == AT.replace(tzinfo=None)
    assert dict(book["Info"].values)["Segments"] == 1


def test_columns_have_types_of_their_own_in_parquet(tmp_path: Path) -> None:
    columns = ("name", "members", "last_evaluated_at")
    made = export(tmp_path, segment(name="B"), format="parquet", columns=columns)

    assert pl.read_parquet_schema(made.path) == {
        "name": pl.String,
        "members": pl.Int64,
        "last_evaluated_at": pl.Datetime("us", "UTC"),
    }


def test_columns_are_those_asked_for_in_their_order(tmp_path: Path) -> None:
    made = export(tmp_path, segment(name="B"), columns=("name", "segment_id"))

    assert made.path.read_bytes() == b"name,segment_id\r\nB,buyers\r\n"


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_nasty_names_stay_text(file_format: str, tmp_path: Path) -> None:
    rows = [segment(name=cell, description=cell) for cell in NASTY]

    made = export(tmp_path, *rows, format=file_format, columns=("segment_id", "name"))

    if file_format == "xlsx":
        sheet = load_workbook(made.path)["Segments"]
        cells = [row[1] for row in sheet.iter_rows(min_row=2)]
        assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
        assert [as_excel_reads(cell.value) for cell in cells] == list(NASTY)
    else:
        with made.path.open(encoding="utf-8", newline="") as file:
            names = [row["name"] for row in csv.DictReader(file)]
        plain = [name.replace("'", "") for name in NASTY]
        assert [name.replace("'", "") for name in names] == plain


def test_file_is_another_when_a_cell_changed(tmp_path: Path) -> None:
    first, again, other = (
        export(tmp_path, segment(members=count)) for count in (1, 1, 2)
    )

    assert first.export_id == again.export_id != other.export_id


def test_project_without_segments_gives_the_headings(tmp_path: Path) -> None:
    made = export(tmp_path, columns=("name",))

    assert (made.rows, made.path.read_bytes()) == (0, b"name\r\n")
