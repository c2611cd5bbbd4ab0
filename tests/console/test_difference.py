from __future__ import annotations

from pathlib import Path

from headcount.console.difference import Change, Piece, changes_between
from headcount.definitions.load import load_definition
from headcount.definitions.model import Definition

BASE = "name: Buyers\nsystem: shop\nrules: [{event: buy}]\n"


def definition(folder: Path, text: str) -> Definition:
    file = folder / "buyers.yaml"
    file.write_text(text)
    return load_definition(file, None)


def test_only_what_differs_is_told_word_by_word(tmp_path: Path) -> None:
    old = definition(tmp_path, BASE)
    new = definition(tmp_path, BASE.replace("{event: buy}", "{event: pay}"))

    (change,) = changes_between(old, new)

    assert change == Change(
        "Rules", (Piece("same", "did "), Piece("gone", "`buy`"), Piece("new", "`pay`"))
    )


def test_every_part_of_a_definition_is_compared(tmp_path: Path) -> None:
    old = definition(tmp_path, BASE)
    new = definition(
        tmp_path,
        "name: Payers\nsystem: shop\ndescription: Paid\ncreated_by: li\n"
        "date_range: last 7 days\nevaluation_end: 2027-01-01\n"
        "rules: [{event: pay}]\ndestinations: [walkme]\n",
    )

    assert [change.part for change in changes_between(old, new)] == [
        "Name",
        "Description",
        "Created by",
        "Date range",
        "Evaluation end",
        "Rules",
        "Destinations",
    ]
    assert list(changes_between(new, new)) == []
