"""The segment table as a file: what is shown, in the order in which it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO

import polars as pl
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from headcount.clock import to_text
from headcount.console.table import Cell, Column
from headcount.errors import CellTooLongError
from headcount.exports.csv import neutralise
from headcount.exports.sheet import InertSheet
from headcount.exports.xlsx import DATE, MOST_CHARACTERS
from headcount.pipeline.survey import SegmentView

WIDTHS = {"name": 30, "description": 40, "rules": 60, "members": 12}
WIDTH = 20


def to_csv(columns: Sequence[Column], segments: Iterable[SegmentView]) -> bytes:
    """RFC 4180 in UTF-8; no cell is a formula, numbers stay numbers."""
    rows = list(segments)
    frame = pl.DataFrame({each.key: _cells(each, rows) for each in columns})
    heading = pl.DataFrame([[each.label for each in columns]], orient="row")
    file = BytesIO()
    heading.write_csv(file, line_terminator="\r\n", include_header=False)
    frame.write_csv(file, line_terminator="\r\n", include_header=False)
    return file.getvalue()


def to_xlsx(
    columns: Sequence[Column], segments: Iterable[SegmentView], *, created: datetime
) -> bytes:
    """One sheet with real dates and a frozen heading; every text is a text."""
    rows = list(segments)
    file = BytesIO()
    with Workbook(file, {"constant_memory": True}) as book:
        book.set_properties({"created": created.replace(tzinfo=None)})
        sheet = book.add_worksheet("Segments", worksheet_class=InertSheet)
        heading = book.add_format({"bold": True})
        date = book.add_format({"num_format": DATE})
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, WIDTHS.get(column.key, WIDTH))
            sheet.write_string(0, place, column.label, heading)
        for row, segment in enumerate(rows, start=1):
            for place, column in enumerate(columns):
                _write_cell(sheet, (row, place), column.value(segment), date)
    return file.getvalue()


def _write_cell(
    sheet: Worksheet, place: tuple[int, int], value: Cell, date: Format
) -> None:
    match value:
        case None:
            return
        case datetime():
            sheet.write_datetime(*place, value.replace(tzinfo=None), date)
        case int():
            sheet.write_number(*place, value)
        case str():
            characters = len(value.encode("utf-16-le")) // 2
            if characters > MOST_CHARACTERS:
                cell = f"a cell of row {place[0]}"
                raise CellTooLongError(cell, characters=characters)
            sheet.write_string(*place, value)


def _cells(column: Column, rows: Sequence[SegmentView]) -> pl.Series:
    values = [column.value(row) for row in rows]
    if column.is_number:
        return pl.Series(values, dtype=pl.Int64)
    texts = [to_text(one) if isinstance(one, datetime) else one for one in values]
    return neutralise(pl.Series(texts, dtype=pl.String))
