"""CSV for people: RFC 4180 in UTF-8, with cells that a spreadsheet will not execute.

Lines end in CR LF, a cell is quoted where it must be, empty text is `""` and a missing
value is nothing. There is no byte order mark: Excel takes the XLSX file.

Text that a spreadsheet would take for a formula gets a `'` before it: at the start of
a cell, and after a character inside it that some other spreadsheet splits cells at.
Numbers stay numbers. Machines take the Parquet file, where nothing is changed.
Source: faults.md §2 (OWASP, CSV injection).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import assert_never

import polars as pl

from headcount.exports.cells import INSTANT
from headcount.exports.table import Column, Table

STARTS_FORMULA = "=+\\-@\uff1d\uff0b\uff0d\uff20"  # the last four: full width

RISKY_START = rf"^([\s\x00\ufeff]*[{STARTS_FORMULA}]|[\t\r\n\x00])"
RISKY_INSIDE = rf"([,;|\t\r\n\"])([ \x00]*[{STARTS_FORMULA}])"
RISKY = f"{RISKY_START}|{RISKY_INSIDE}"

LINE_END = "\r\n"


def write_csv(table: Table, path: Path) -> int:
    """`path` holds the table; returns the number of rows under the heading.

    Polars streams from file to file: memory does not grow with the rows.
    """
    cells = [_cell(column).alias(str(n)) for n, column in enumerate(table.columns)]
    with path.open("wb") as file:
        file.write(_heading(table).encode())
        file.flush()
        table.plan().select(cells).sink_csv(
            file, include_header=False, line_terminator=LINE_END, maintain_order=True
        )
    return table.rows


def neutralise(cells: pl.Series) -> pl.Series:
    """Text cells in which no spreadsheet finds a formula; most are as they were."""
    risky = cells.str.contains(RISKY).fill_null(value=False)
    if not risky.any():
        return cells
    found = cells.filter(risky).str.replace(RISKY_START, "'${1}")
    safe = found.str.replace_all(RISKY_INSIDE, "${1}'${2}")
    return cells.clone().scatter(risky.arg_true(), safe)


def _heading(table: Table) -> str:
    names = neutralise(pl.Series(table.headings, dtype=pl.String))
    row = pl.DataFrame([names.to_list()], orient="row")
    return row.write_csv(include_header=False, line_terminator=LINE_END)


def _cell(column: Column) -> pl.Expr:
    match column.kind:
        case "text":
            return _by_batch(column.value, neutralise)
        case "instant":
            return column.value.dt.to_string(INSTANT)
        case "count":
            return column.value
        case "attribute":
            return _by_batch(column.value, _attributes)
        case _:
            assert_never(column.kind)


def _attributes(values: pl.Series) -> pl.Series:
    """Numbers stay as they are: `-5` is no formula where it is one."""
    texts = values.struct.field("text")
    safe = neutralise(texts)
    is_number = values.struct.field("is_number")
    return texts if safe is texts else texts.zip_with(is_number, safe)


def _by_batch(value: pl.Expr, say: Callable[[pl.Series], pl.Series]) -> pl.Expr:
    return value.map_batches(say, return_dtype=pl.String, is_elementwise=True)
