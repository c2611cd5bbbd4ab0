"""A worksheet that writes any text as it is, and whole frames of rows at once.

XlsxWriter does the workbook. Its own sheet would spoil some texts, and puts cell after
cell together in Python, which is most of the time; here Polars writes the rows.
Cells are those of ECMA-376 (inline strings, numbers in plain digits).
"""

from __future__ import annotations

import re
from typing import Any, TextIO, cast

import polars as pl
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

NO_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
"""What XML cannot hold, or gives back as something else (a carriage return)."""

LIKE_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""What a reader would take for the escape of a character."""

NEEDS_ESCAPE = f"{NO_XML.pattern}|_x[0-9A-Fa-f]{{4}}_"


def escape(text: str) -> str:
    """The text as `_xHHHH_` says it where XML cannot (ECMA-376, ST_Xstring)."""
    unmistaken = LIKE_ESCAPE.sub("_x005F_", text)
    return NO_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", unmistaken)


def text_cells(texts: pl.Series, style: Format) -> pl.Series:
    """Cells with these texts; no cell where there is none."""
    spoiled = texts.str.contains(NEEDS_ESCAPE).fill_null(value=False)
    if spoiled.any():
        escaped = [escape(text) for text in texts.filter(spoiled)]
        texts = texts.scatter(spoiled.arg_true(), escaped)
    start = f'" s="{_index(style)}" t="inlineStr"><is><t xml:space="preserve">'
    return start + texts.str.replace_many(MARKUP) + "</t></is></c>"


def number_cells(numbers: pl.Series, style: Format) -> pl.Series:
    """Cells with these numbers, given as text; no cell where there is none."""
    return f'" s="{_index(style)}"><v>' + numbers + "</v></c>"


class InertSheet(Worksheet):
    """A sheet of a workbook in constant_memory mode, filled from top to bottom."""

    def put_rows(self, first_row: int, cells: pl.DataFrame) -> None:
        """The columns of `cells`, made by the functions above, stand below each other.

        Column after column from A on, one row a row, the first in `first_row`.
        """
        self._write_single_row(first_row)  # what XlsxWriter holds back still
        row = pl.int_range(first_row + 1, first_row + 1 + cells.height, dtype=pl.Int64)
        number = row.cast(pl.String)
        parts = [
            (
                pl.lit(f'<c r="{xl_col_to_name(column)}') + number + pl.col(name)
            ).fill_null("")
            for column, name in enumerate(cells.columns)
        ]
        rows = cells.select(
            pl.concat_str(
                pl.lit('<row r="'), number, pl.lit('">'), *parts, pl.lit("</row>")
            )
        )
        cast("TextIO", self.row_data_fh).write("".join(rows.to_series()))
        self.previous_row = first_row + cells.height - 1
        self._check_dimensions(self.previous_row, cells.width - 1)

    @staticmethod
    def _escape_control_characters(data: str) -> str:
        """Escape so that every reader finds the text again; XlsxWriter leaves gaps."""
        return escape(data)

    def _xml_rich_inline_string(self, string: str, attributes: Any = ()) -> None:
        """Text like `<r>…</r>` would go into the file as markup: it is text as well."""
        self._xml_inline_string(string, False, attributes)  # noqa: FBT003


def _index(style: Format) -> int:
    index: int = style._get_xf_index()  # noqa: SLF001
    return index
