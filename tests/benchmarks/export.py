"""Exports against Polars' own CSV writer and against XlsxWriter in constant memory.

Both sides read the cells from a Parquet file and write the same. Ours looks for
formulas in every text and streams; the peers look for nothing, and Polars has all the
cells in memory.
Issue 7.4.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import polars as pl
import pyarrow.parquet as pq
import xlsxwriter

from headcount.exports.cells import INSTANT
from headcount.exports.csv import write_csv
from headcount.exports.members import BATCH_ROWS, keys_of, member_table, write_gathered
from headcount.exports.xlsx import DATE, write_xlsx
from headcount.store.files import sha256_of
from tests.benchmarks.child import Measured, measured_apart
from tests.benchmarks.report import Comparison

ROWS, RUNS = 1_000_000, 3
SEGMENT = ("stuck-trials", "Stuck trials, Germany")
ATTRIBUTES = ("plan", "seats", "company")
AT = datetime(2026, 5, 1, tzinfo=UTC)
GATHERED, FINISHED = "gathered.parquet", "finished.parquet"

CELL = re.compile(
    r'<c r="(?P<place>[A-Z]+[0-9]+)"[^>]*>'
    r"(?:<is><t[^>]*>(?P<text>[^<]*)</t></is>|<v>(?P<number>[^<]*)</v>)</c>"
)
CHUNK = 1 << 22

Pair = tuple[Measured, Measured, bool]


@dataclass(frozen=True, slots=True)
class Members:
    """Members of a segment from a seed, as ours gathers them and as cells."""

    folder: Path
    rows: int
    seed: int

    def write(self) -> None:
        """Both files are there."""
        frame = self._frame()
        values = pl.concat_list(_json(frame[name]) for name in keys_of(ATTRIBUTES))
        gathered = frame.select("user_id", "entered_at", values.alias("values"))
        batches = gathered.iter_slices(BATCH_ROWS)
        write_gathered(batches, ATTRIBUTES, self.folder / GATHERED)
        id_, name = SEGMENT
        frame.select(
            pl.lit(id_).alias("segment_id"),
            pl.lit(name).alias("segment_name"),
            pl.all(),
        ).write_parquet(self.folder / FINISHED)

    def _frame(self) -> pl.DataFrame:
        row = pl.int_range(self.rows, eager=True)
        drawn = row.hash(self.seed)
        seconds = (drawn // 7 % 10_000_000).cast(pl.Int64)
        plan = (drawn % 3).replace_strict({0: "trial", 1: "pro", 2: "enterprise"})
        company = "Acme " + (drawn // 11 % 100_000).cast(pl.String) + " GmbH, Köln"
        return pl.DataFrame(
            {
                "user_id": "user-" + row.cast(pl.String).str.zfill(9) + "@acme.example",
                "entered_at": pl.select(pl.lit(AT) - pl.duration(seconds=seconds)),
                "plan": plan,
                "seats": (drawn // 13 % 500).cast(pl.String),
                "company": company,
            },
            schema_overrides={"entered_at": pl.Datetime("us", "UTC")},
        )


def compare(arguments: argparse.Namespace) -> Comparison:
    """Rounds of both formats, and ours on a tenth to see what memory does."""
    rows = arguments.rows or arguments.events or ROWS
    with TemporaryDirectory(prefix="headcount-benchmark-") as folder:
        members = Members(Path(folder), rows, arguments.seed)
        members.write()
        csv = [_csv_round(members) for _ in range(arguments.runs or RUNS)]
        xlsx = [_xlsx_round(members) for _ in range(arguments.runs or RUNS)]
        Members(Path(folder), rows // 10, arguments.seed).write()
        tenth = {name: _ours(name, folder).peak_mb for name in ("csv", "xlsx")}
    excel = _comparison("xlsx", rows, "xlsxwriter constant_memory", xlsx).to_json()
    kept = ("seconds", "peers", "ratio", "equal", "peak_mb")
    more = {name: excel[name] for name in kept if name in excel}
    peaks = {f"peak_mb_of_a_tenth_{name}": round(peak) for name, peak in tenth.items()}
    return _comparison("export", rows, "polars write_csv", csv, xlsx=more, **peaks)


def _comparison(
    name: str, rows: int, peer: str, rounds: list[Pair], **more: Any
) -> Comparison:
    ours, theirs, equal = zip(*rounds, strict=True)
    columns = 4 + len(ATTRIBUTES)
    return Comparison(
        name,
        {"rows": rows, "columns": columns},
        ours,
        {peer: theirs},
        equal=all(equal) and more.get("xlsx", {}).get("equal", True),
        packages=("headcount", "polars", "xlsxwriter"),
        more=more,
    )


def _csv_round(members: Members) -> Pair:
    ours = _ours("csv", members.folder)
    theirs = measured_apart(__name__, "write_polars_csv", members.folder)
    equal = _same(members.folder, "csv", sha256_of)
    return ours, theirs, equal


def _xlsx_round(members: Members) -> Pair:
    ours = _ours("xlsx", members.folder)
    theirs = measured_apart(__name__, "write_xlsxwriter", members.folder)
    equal = _same(members.folder, "xlsx", digest_of_cells)
    return ours, theirs, equal


def _ours(file_format: Literal["csv", "xlsx"], folder: Path | str) -> Measured:
    return measured_apart(__name__, f"write_our_{file_format}", folder)


def _same(folder: Path, ending: str, digest: Callable[[Path], str]) -> bool:
    return digest(folder / f"ours.{ending}") == digest(folder / f"theirs.{ending}")


def write_our_csv(folder: str) -> int:
    """The members as an export writes them."""
    table = member_table(Path(folder) / GATHERED, *SEGMENT, ATTRIBUTES)
    return write_csv(table, Path(folder) / "ours.csv")


def write_our_xlsx(folder: str) -> int:
    """The members as an export writes them."""
    table = member_table(Path(folder) / GATHERED, *SEGMENT, ATTRIBUTES)
    return write_xlsx(table, Path(folder) / "ours.xlsx", info=[], created=AT)


def write_polars_csv(folder: str) -> int:
    """The finished cells, all at once."""
    frame = pl.read_parquet(Path(folder) / FINISHED)
    frame.write_csv(
        Path(folder) / "theirs.csv", line_terminator="\r\n", datetime_format=INSTANT
    )
    return frame.height


def write_xlsxwriter(folder: str) -> int:
    """The finished cells, each by XlsxWriter's own call for its type."""
    path = Path(folder) / "theirs.xlsx"
    options = {"constant_memory": True, "tmpdir": folder}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("Members")
        date = book.add_format({"num_format": DATE})
        sheet.freeze_panes(1, 0)
        file = pq.ParquetFile(Path(folder) / FINISHED)
        for column, heading in enumerate(file.schema_arrow.names):
            sheet.write_string(0, column, heading)
        row = 0
        for row, cells in enumerate(_rows(file), start=1):
            for column, cell in enumerate(cells):
                if column == 3:
                    sheet.write_datetime(row, column, cell.replace(tzinfo=None), date)
                elif column == 5:
                    sheet.write_number(row, column, int(cell))
                else:
                    sheet.write_string(row, column, cell)
    return row


def _rows(file: pq.ParquetFile) -> Iterator[tuple[Any, ...]]:
    for batch in file.iter_batches(batch_size=20_000):
        yield from pl.DataFrame(batch).iter_rows()


def digest_of_cells(path: Path) -> str:
    """Of the place and content of every cell on the first sheet.

    Numbers to a tenth of a millisecond of a date: XlsxWriter writes 16 digits.
    """
    digest = hashlib.sha256()
    for place, text, number in _cells(path):
        content = f"{float(number):.9f}" if number is not None else text
        digest.update(f"{place}\t{content}\n".encode())
    return digest.hexdigest()


def _cells(path: Path) -> Iterator[tuple[str, str | None, str | None]]:
    rest = ""
    with (
        zipfile.ZipFile(path) as book,
        book.open("xl/worksheets/sheet1.xml") as sheet,
    ):
        while chunk := sheet.read(CHUNK):
            # Cut between two rows, so that no cell and no letter is cut in two.
            whole, end, left = (rest.encode() + chunk).rpartition(b"</row>")
            rest = left.decode()
            for found in CELL.finditer((whole + end).decode()):
                yield found["place"], found["text"], found["number"]


def _json(values: pl.Series) -> pl.Series:
    """The attribute as canonical JSON: seats are numbers, the others text."""
    return values if values.name == "seats" else '"' + values + '"'
