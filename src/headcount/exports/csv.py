"""CSV for people: RFC 4180 in UTF-8, with cells that a spreadsheet will not execute.

Lines end in CR LF, a cell is quoted where it must be, empty text is `""` and a missing
value is nothing. There is no byte order mark: Excel takes the XLSX file.

Text that a spreadsheet would take for a formula gets a `'` before it: at the start of
a cell, and after a character inside it that some other spreadsheet splits cells at.
Numbers stay numbers. Machines take the Parquet file, where nothing is changed.
Source: faults.md §2 (OWASP, CSV injection).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from headcount.exports.rows import INSTANT, Table, is_number, to_text

STARTS_FORMULA = "=+\\-@\uff1d\uff0b\uff0d\uff20"  # the last four: full width

RISKY_START = rf"^([\s\x00\ufeff]*[{STARTS_FORMULA}]|[\t\r\n\x00])"
RISKY_INSIDE = rf"([,;|\t\r\n\"])([ \x00]*[{STARTS_FORMULA}])"

TEXT_COLUMNS = ("segment_id", "segment_name", "user_id")


def write_csv(table: Table, path: Path) -> int:
    """`path` holds the table; returns the number of rows under the heading."""
    written = 0
    with path.open("wb") as file:
        _heading(table).write_csv(file, line_terminator="\r\n", include_header=False)
        for batch in table.batches():
            _to_cells(batch, table).write_csv(
                file, line_terminator="\r\n", include_header=False
            )
            written += batch.height
    return written


def neutralise(cells: pl.Series) -> pl.Series:
    """Text cells in which no spreadsheet finds a formula; most are as they were."""
    if cells.str.contains(RISKY_START).any():
        cells = cells.str.replace(RISKY_START, "'${1}")
    if cells.str.contains(RISKY_INSIDE).any():
        cells = cells.str.replace_all(RISKY_INSIDE, "${1}'${2}")
    return cells


def _heading(table: Table) -> pl.DataFrame:
    names = neutralise(pl.Series(table.headings, dtype=pl.String))
    return pl.DataFrame([names.to_list()], orient="row")


def _to_cells(batch: pl.DataFrame, table: Table) -> pl.DataFrame:
    cells = [neutralise(batch.get_column(name)) for name in TEXT_COLUMNS]
    cells.append(batch.get_column("entered_at").dt.to_string(INSTANT))
    for name in table.attribute_headings:
        values = batch.get_column(name)
        texts = to_text(values)
        cells.append(texts.zip_with(is_number(values), neutralise(texts)))
    return pl.DataFrame(cells)
