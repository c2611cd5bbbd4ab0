from __future__ import annotations

import csv
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from tests.exports.corpus import FORMULAS, LINKS, NASTY, ODD
from tests.exports.tables import AT, table, users

from headcount.exports.csv import neutralise, write_csv

SPLITS_SOMEWHERE = re.compile(r'[,;|\t\r\n"]')
FORMULA = re.compile("[=+\\-@\uff1d\uff0b\uff0d\uff20]")


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def test_cells_come_back_when_harmless(tmp_path: Path) -> None:
    write_csv(table(tmp_path, users(*ODD)), tmp_path / "x.csv")

    assert [row[2] for row in read(tmp_path / "x.csv")[1:]] == list(ODD)


@pytest.mark.parametrize("cell", NASTY, ids=ascii)
def test_no_spreadsheet_finds_a_formula(cell: str) -> None:
    (safe,) = neutralise(pl.Series([cell]))

    assert not safe.startswith(("\t", "\r", "\n", "\x00"))
    pieces = SPLITS_SOMEWHERE.split(safe)
    assert not any(FORMULA.match(piece.strip("\x00\ufeff \u00a0")) for piece in pieces)
    assert safe.replace("'", "") == cell.replace("'", "")


@pytest.mark.parametrize("cell", [*LINKS, *ODD], ids=ascii)
def test_text_stays_when_no_formula(cell: str) -> None:
    assert neutralise(pl.Series([cell])).to_list() == [cell]


@pytest.mark.parametrize("cell", FORMULAS, ids=ascii)
def test_heading_is_neutralised_when_attribute_is_named_so(
    cell: str, tmp_path: Path
) -> None:
    write_csv(table(tmp_path, [], attributes=(cell,)), tmp_path / "x.csv")

    assert read(tmp_path / "x.csv")[0][4] == neutralise(pl.Series([cell]))[0]


def test_file_is_rfc_4180(tmp_path: Path) -> None:
    members = users("a", 'b"b', "c\nc")

    write_csv(table(tmp_path, members), tmp_path / "x.csv")

    assert (tmp_path / "x.csv").read_bytes() == (
        b"segment_id,segment_name,user_id,entered_at\r\n"
        b"stuck-trials,Stuck trials,a,2026-05-01T09:15:00Z\r\n"
        b'stuck-trials,Stuck trials,"b""b",2026-05-01T09:15:00Z\r\n'
        b'stuck-trials,Stuck trials,"c\nc",2026-05-01T09:15:00Z\r\n'
    )


def test_attribute_values_are_text_of_their_kind(tmp_path: Path) -> None:
    values = {
        "text": "-5",
        "number": Decimal("-5.50"),
        "truth": True,
        "list": [1, "a"],
        "empty": "",
        "escaped": 'a"b\\c\n',
    }
    members = [("ann", AT, values)]

    write_csv(
        table(tmp_path, members, attributes=(*values, "missing")), tmp_path / "x.csv"
    )

    assert read(tmp_path / "x.csv")[1][4:] == [
        "'-5",
        "-5.5",
        "true",
        '[1,"a"]',
        "",
        'a"b\\c\n',
        "",
    ]
    assert (
        b',"",' in (tmp_path / "x.csv").read_bytes()
    )  # empty text is no missing value


def test_instant_keeps_its_microseconds(tmp_path: Path) -> None:
    members = [("ann", AT + timedelta(microseconds=1), {})]

    write_csv(table(tmp_path, members), tmp_path / "x.csv")

    assert read(tmp_path / "x.csv")[1][3] == "2026-05-01T09:15:00.000001Z"
