"""The nasty cells opened for real: where LibreOffice is installed, it reads them back.

`apt-get install libreoffice-calc-nogui` brings it; CI has openpyxl only.
Source: faults.md §6, G9.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.exports.corpus import NASTY
from tests.exports.tables import AT, Member, table

from headcount.exports.csv import write_csv
from headcount.exports.xlsx import MOST_CHARACTERS, write_xlsx

OFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")

CELLS = [*NASTY, "x" * MOST_CHARACTERS]
MEMBERS: list[Member] = [(f"u{n:03}", AT, {"a": cell}) for n, cell in enumerate(CELLS)]

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
SHEET = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
LINK = "{http://www.w3.org/1999/xlink}href"


def opened(path: Path, *, import_filter: str | None = None) -> ET.Element:
    """The document as LibreOffice understood the file."""
    options = [f"--infilter={import_filter}"] if import_filter else []
    profile = f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"
    command = [str(OFFICE), "--headless", profile, "--convert-to", "fods", *options]
    subprocess.run(
        [*command, "--outdir", str(path.parent), str(path)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return ET.parse(path.with_suffix(".fods")).getroot()  # noqa: S314 - made here


def formulas(document: ET.Element) -> list[str]:
    found = (one.get(f"{SHEET}formula") for one in document.iter())
    return [formula for formula in found if formula]


def links(document: ET.Element) -> list[str]:
    found = (one.get(LINK) for one in document.iter(f"{TEXT}a"))
    return [link or "" for link in found]


def shown_by(document: ET.Element) -> dict[str, str]:
    """What is seen of the fifth column, by the user of the row."""
    rows = ([*_cells(row)] for row in document.iter(f"{SHEET}table-row"))
    return {row[2]: visible(row[4]) for row in rows if row[2:3] and row[2] in EXPECTED}


def _cells(row: ET.Element) -> Iterator[str]:
    for cell in row.iter(f"{SHEET}table-cell"):
        times = min(int(cell.get(f"{SHEET}number-columns-repeated", "1")), 9)
        yield from ["\n".join(map(_said, cell.iter(f"{TEXT}p")))] * times


def _said(paragraph: ET.Element) -> str:
    said = paragraph.text or ""
    for part in paragraph:
        spaces = int(part.get(f"{TEXT}c", "1")) if part.tag == f"{TEXT}s" else 0
        said += "\t" if part.tag == f"{TEXT}tab" else " " * spaces
        said += _said(part) + (part.tail or "")
    return said


def visible(text: str) -> str:
    """Without what a spreadsheet has no place for, and without our mark."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n").replace("'", "")
    return "".join(one for one in kept if one.isprintable() or one == "\n")


EXPECTED = {user: visible(str(values["a"])) for user, _, values in MEMBERS}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"], ids=ascii)
def test_csv_has_no_formula_and_no_link_at_any_separator(
    separator: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    write_csv(table(tmp_path, MEMBERS, attributes=("a",)), path)

    document = opened(path, import_filter=f"CSV:{ord(separator)},34,76,1")

    assert (formulas(document), links(document)) == ([], [])


def test_csv_has_every_character(tmp_path: Path) -> None:
    """Its columns are imported as text: by itself LibreOffice reads 00123 as 123."""
    path = tmp_path / "x.csv"
    write_csv(table(tmp_path, MEMBERS, attributes=("a",)), path)

    document = opened(path, import_filter="CSV:44,34,76,1,1/2/2/2/3/2/4/2/5/2")

    assert shown_by(document) == EXPECTED


def test_xlsx_has_no_formula_no_link_and_every_character(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    write_xlsx(table(tmp_path, MEMBERS, attributes=("a",)), path, info=[], created=AT)

    document = opened(path)

    assert (formulas(document), links(document)) == ([], [])
    assert shown_by(document) == EXPECTED
