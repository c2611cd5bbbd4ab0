from __future__ import annotations

import re
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from tests.exports.corpus import NASTY
from tests.exports.tables import AT, Member, table, users

from headcount.errors import CellTooLongError
from headcount.exports.table import Table
from headcount.exports.xlsx import MOST_CHARACTERS, write_xlsx

INFO = [("Rules", "did wt.play\nand is in trial"), ("Members at", AT), ("Members", 2)]


def read(written: Table, path: Path, **options: Any) -> Workbook:
    write_xlsx(written, path, info=INFO, created=AT, **options)
    return load_workbook(path)


def as_excel_reads(text: str | None) -> str:
    """The text of a cell with its escapes undone, which openpyxl leaves to us."""
    found = re.compile("_x([0-9A-Fa-f]{4})_")
    return found.sub(lambda one: chr(int(one[1], 16)), text or "")


def test_texts_come_back_as_they_are(tmp_path: Path) -> None:
    members: list[Member] = [(one, AT, {"a": one}) for one in NASTY]

    book = read(table(tmp_path, members, attributes=("a",)), tmp_path / "x.xlsx")

    rows = list(book["Members"].iter_rows(min_row=2))
    assert [as_excel_reads(row[2].value) for row in rows] == list(NASTY)
    assert [as_excel_reads(row[4].value) for row in rows] == list(NASTY)
    cells = [cell for row in rows for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s", "d"}
    assert not any(cell.hyperlink for cell in cells)


def test_no_formula_and_no_link_is_in_the_file(tmp_path: Path) -> None:
    read(table(tmp_path, users(*NASTY)), tmp_path / "x.xlsx")

    with zipfile.ZipFile(tmp_path / "x.xlsx") as file:
        sheets = [file.read(name) for name in file.namelist() if "sheets/" in name]
        assert not any(b"<f" in sheet or b"hyperlink" in sheet for sheet in sheets)
        assert not [name for name in file.namelist() if "_rels/sheet" in name]


def test_headings_are_texts_when_attributes_are_nasty(tmp_path: Path) -> None:
    names = tuple(name for name in NASTY if "." not in name and name)

    book = read(table(tmp_path, [], attributes=names), tmp_path / "x.xlsx")

    (headings,) = book["Members"].iter_rows(max_row=1, min_col=5)
    assert [as_excel_reads(cell.value) for cell in headings] == list(names)
    assert {cell.data_type for cell in headings} == {"s"}


def test_entry_is_a_real_date_and_ids_are_text(tmp_path: Path) -> None:
    book = read(table(tmp_path, users("00123")), tmp_path / "x.xlsx")

    _, _, user, entered_at = next(book["Members"].iter_rows(min_row=2))
    assert entered_at.value == AT.replace(tzinfo=None)
    assert entered_at.is_date
    assert (user.value, user.data_type, user.number_format) == ("00123", "s", "@")


def test_entry_before_excels_calendar_is_text(tmp_path: Path) -> None:
    old = datetime(1900, 2, 28, tzinfo=UTC)
    members: list[Member] = [("ann", old, {}), ("bob", old + timedelta(days=1), {})]

    book = read(table(tmp_path, members), tmp_path / "x.xlsx")

    assert [row[3].value for row in book["Members"].iter_rows(min_row=2)] == [
        "1900-02-28T00:00:00Z",
        datetime(1900, 3, 1),  # noqa: DTZ001
    ]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (Decimal("12.50"), 12.5),
        (-3, -3),
        (123_456_789_012_345, 123_456_789_012_345),
        (1_234_567_890_123_456, "1234567890123456"),
        (10**20, 10**20),
        (10**301, f"1{'0' * 301}"),
        (True, "true"),
        ("12", "12"),
        ({"b": 1}, '{"b":1}'),
        (None, None),
    ],
    ids=str,
)
def test_number_is_one_when_a_cell_holds_it_exactly(
    value: object, cell: object, tmp_path: Path
) -> None:
    members: list[Member] = [("ann", AT, {} if value is None else {"a": value})]

    book = read(table(tmp_path, members, attributes=("a",)), tmp_path / "x.xlsx")

    assert book["Members"]["E2"].value == cell


def test_heading_stays_in_sight_and_filters(tmp_path: Path) -> None:
    sheet = read(table(tmp_path, users("a", "b")), tmp_path / "x.xlsx")["Members"]

    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:D3"


@pytest.mark.parametrize(("rows", "sheets"), [(0, 1), (3, 1), (4, 2), (7, 3)])
def test_members_go_on_on_the_next_sheet_when_one_is_full(
    rows: int, sheets: int, tmp_path: Path
) -> None:
    ids = [f"u{i}" for i in range(rows)]

    book = read(table(tmp_path, users(*ids)), tmp_path / "x.xlsx", most_rows=3)

    *members, info = book.worksheets
    assert [one.title for one in members] == ["Members", "Members 2", "Members 3"][
        :sheets
    ]
    assert info.title == "Info"
    found = [
        row[2] for one in members for row in one.iter_rows(min_row=2, values_only=True)
    ]
    assert found == ids
    assert {one["C1"].value for one in members} == {"user_id"}


def test_info_says_what_it_is(tmp_path: Path) -> None:
    info = read(table(tmp_path, users("a")), tmp_path / "x.xlsx")["Info"]

    assert list(info.iter_rows(values_only=True)) == [
        ("Rules", "did wt.play"),
        (None, "and is in trial"),
        ("Members at", AT.replace(tzinfo=None)),
        ("Members", 2),
    ]


@pytest.mark.parametrize("text", ["x" * MOST_CHARACTERS, "😀" * (MOST_CHARACTERS // 2)])
def test_longest_text_is_whole(text: str, tmp_path: Path) -> None:
    members: list[Member] = [("ann", AT, {"a": text})]

    book = read(table(tmp_path, members, attributes=("a",)), tmp_path / "x.xlsx")

    assert book["Members"]["E2"].value == text


@pytest.mark.parametrize(
    "text", ["x" * (MOST_CHARACTERS + 1), "😀" * (MOST_CHARACTERS // 2 + 1)]
)
def test_longer_text_is_refused_and_not_cut(text: str, tmp_path: Path) -> None:
    members: list[Member] = [("ann", AT, {"a": text})]

    with pytest.raises(CellTooLongError, match="a of user 'ann' has 32,768 characters"):
        read(table(tmp_path, members, attributes=("a",)), tmp_path / "x.xlsx")


def test_equal_tables_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("x", "y"):
        read(table(tmp_path, users(*NASTY)), tmp_path / f"{name}.xlsx")

    assert (tmp_path / "x.xlsx").read_bytes() == (tmp_path / "y.xlsx").read_bytes()


def test_no_temporary_file_is_left(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    read(table(tmp_path, users("a")), tmp_path / "out" / "x.xlsx")

    assert [one.name for one in (tmp_path / "out").iterdir()] == ["x.xlsx"]


def test_longer_heading_is_refused_and_not_cut(tmp_path: Path) -> None:
    name = "x" * (MOST_CHARACTERS + 1)

    with pytest.raises(CellTooLongError, match="the heading 'xxx"):
        read(table(tmp_path, [], attributes=(name,)), tmp_path / "x.xlsx")
