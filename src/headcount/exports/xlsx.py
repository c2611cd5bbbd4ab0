"""XLSX for people: real dates, every text a text, sheets that go on where one is full.

Nothing a user's data says becomes a formula, a link or a number, and no cell is cut:
text too long for a cell refuses the file. Rows lie on as many sheets as they need;
the sheet Info says what they are. Equal tables give equal bytes.

Source: faults.md §2 and §5 #40.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import assert_never, cast

import polars as pl
from xlsxwriter import Workbook

from headcount.errors import CellTooLongError
from headcount.exports.cells import INSTANT
from headcount.exports.request import Info
from headcount.exports.sheet import InertSheet, number_cells, text_cells
from headcount.exports.table import Column, Table

MOST_ROWS = 1_048_575  # of a sheet, under its heading
MOST_CHARACTERS = 32_767  # of a cell, in UTF-16 units
EXACT_DIGITS = 15  # of a number; one with more is text

LONGEST_NUMBER = 300  # characters in plain digits; beyond, a cell has no such number

TEXT = "@"  # stays text also when somebody edits the cell
DATE = "yyyy-mm-dd hh:mm:ss"
FIRST_DATE = datetime(1900, 3, 1, tzinfo=UTC)  # before it, Excel counts days wrongly
UNIX_EPOCH_DAY = 25_569
DAY_US = 86_400_000_000

WIDTHS = {
    "segment_id": 22,
    "segment_name": 26,
    "name": 26,
    "user_id": 34,
    "entered_at": 20,
    "last_evaluated_at": 20,
    "description": 60,
    "rules": 60,
    "reason": 40,
}
WIDTH = 18


def write_xlsx(
    table: Table,
    path: Path,
    *,
    info: Info,
    created: datetime,
    most_rows: int = MOST_ROWS,
) -> int:
    """`path` holds the table and its Info sheet; returns the number of rows.

    `created` is what the file says of its own creation, so that it can be made again
    byte for byte. Raises CellTooLongError for text of over 32,767 characters.
    """
    options = {"constant_memory": True, "tmpdir": str(path.parent)}
    with Workbook(str(path), options) as book:
        book.use_zip64()
        book.set_properties({"created": created.replace(tzinfo=None)})
        sheets = _Sheets(book, table, most_rows)
        for batch in table.batches():
            sheets.write(batch)
        sheets.close_sheet()
        _write_info(book, info)
    return sheets.written


class _Sheets:
    """The sheets of a table; the next one begins where one is full."""

    def __init__(self, book: Workbook, table: Table, most_rows: int) -> None:
        self._book = book
        self._table = table
        self._most_rows = most_rows
        self._heading = book.add_format({"bold": True, "num_format": TEXT})
        self._text = book.add_format({"num_format": TEXT})
        self._date = book.add_format({"num_format": DATE})
        self._number = book.add_format({"num_format": "General"})
        self._count = book.add_format({"num_format": "#,##0"})
        self._sheets = 0
        self.written = 0
        self._open_sheet()

    def write(self, batch: pl.DataFrame) -> None:
        """The rows stand below those written before."""
        cells = self._cells(batch)
        while cells.height:
            if self._row == self._most_rows:
                self.close_sheet()
                self._open_sheet()
            fitting = cells.head(self._most_rows - self._row)
            self._sheet.put_rows(self._row + 1, fitting)
            self._row += fitting.height
            cells = cells.slice(fitting.height)
        self.written += batch.height

    def close_sheet(self) -> None:
        """The sheet that is open has its filter over the rows it got."""
        self._sheet.autofilter(0, 0, self._row, len(self._table.headings) - 1)

    def _open_sheet(self) -> None:
        self._sheets += 1
        title = self._table.title
        name = title if self._sheets == 1 else f"{title} {self._sheets}"
        sheet = self._book.add_worksheet(name, worksheet_class=InertSheet)
        self._sheet = cast("InertSheet", sheet)
        self._row = 0
        self._sheet.freeze_panes(1, 0)
        for column, heading in enumerate(self._table.headings):
            _require_cell_holds(heading, f"the heading {heading[:80]!r}")
            self._sheet.set_column(column, column, WIDTHS.get(heading, WIDTH))
            self._sheet.write_string(0, column, heading, self._heading)

    def _cells(self, batch: pl.DataFrame) -> pl.DataFrame:
        ids = batch.get_column(self._table.key)
        return pl.DataFrame(
            self._column(column, values, ids).alias(str(n))
            for n, (column, values) in enumerate(
                zip(self._table.columns, batch, strict=True)
            )
        )

    def _column(self, column: Column, values: pl.Series, ids: pl.Series) -> pl.Series:
        match column.kind:
            case "text":
                return self._texts(column, values, ids)
            case "instant":
                return self._dates(values)
            case "count":
                return number_cells(values.cast(pl.String), self._count)
            case "attribute":
                texts = self._texts(column, values.struct.field("text"), ids)
                return self._numbers(values).zip_with(_fits_a_number(values), texts)
            case _:
                assert_never(column.kind)

    def _texts(self, column: Column, texts: pl.Series, ids: pl.Series) -> pl.Series:
        # A text has at least as many bytes as UTF-16 units, so few are counted.
        for row in (texts.str.len_bytes() > MOST_CHARACTERS).arg_true():
            cell = f"{column.heading[:80]} of {self._table.noun} {ids[row][:80]!r}"
            _require_cell_holds(texts[row], cell)
        return text_cells(texts, self._text)

    def _numbers(self, values: pl.Series) -> pl.Series:
        return number_cells(values.struct.field("text"), self._number)

    def _dates(self, instants: pl.Series) -> pl.Series:
        """Days as Excel counts them; what lies before its calendar is text."""
        days = instants.to_physical() / DAY_US + UNIX_EPOCH_DAY
        texts = instants.dt.to_string(INSTANT)
        return number_cells(days.cast(pl.String), self._date).zip_with(
            instants >= FIRST_DATE, text_cells(texts, self._text)
        )


def _write_info(book: Workbook, info: Info) -> None:
    """The sheet Info: a label and what it says, one line of it a row."""
    sheet = book.add_worksheet("Info", worksheet_class=InertSheet)
    label = book.add_format({"bold": True, "valign": "top"})
    text = book.add_format({"num_format": TEXT, "text_wrap": True, "valign": "top"})
    date = book.add_format({"num_format": DATE, "align": "left"})
    number = book.add_format({"num_format": "#,##0", "align": "left"})
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 90)
    row = 0
    for name, value in info:
        sheet.write_string(row, 0, name, label)
        if isinstance(value, datetime):
            sheet.write_datetime(row, 1, value.replace(tzinfo=None), date)
            row += 1
        elif isinstance(value, int):
            sheet.write_number(row, 1, value, number)
            row += 1
        else:
            for line in _lines(value):
                sheet.write_string(row, 1, line, text)
                row += 1


def _lines(text: str) -> list[str]:
    """The lines of the text, none too long for a cell, at least one."""
    return [
        line[start : start + MOST_CHARACTERS // 2]
        for line in text.splitlines() or [""]
        for start in range(0, max(len(line), 1), MOST_CHARACTERS // 2)
    ]


def _fits_a_number(values: pl.Series) -> pl.Series:
    """Whether each value is a number that a cell holds exactly; else it is text."""
    texts = values.struct.field("text")
    digits = texts.str.replace_all("[-.]", "").str.strip_chars("0").str.len_chars()
    fits = (digits <= EXACT_DIGITS) & (texts.str.len_chars() <= LONGEST_NUMBER)
    return values.struct.field("is_number") & fits.fill_null(value=False)


def _require_cell_holds(text: str, cell: str) -> None:
    characters = len(text.encode("utf-16-le")) // 2
    if characters > MOST_CHARACTERS:
        raise CellTooLongError(cell, characters=characters)
