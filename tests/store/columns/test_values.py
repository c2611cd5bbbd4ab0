"""Values have codes that stay theirs."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from headcount.store.columns import values
from headcount.store.columns.values import ValueTable


def reopened(table: ValueTable, folder: Path) -> ValueTable:
    """The table as the next process finds it."""
    files = [*table.files, folder / f"{len(table.files)}.values"]
    added = table.added
    assert added is not None
    added.write_ipc(files[-1], compression="uncompressed")
    return ValueTable(table.key_code, files, table.size)


def test_equal_values_have_one_code(tmp_path: Path) -> None:
    table = ValueTable(0, [], 0)
    first = table.encode(pl.Series(["1", '"a"', "1"])).to_list()
    table = reopened(table, tmp_path)

    second = table.encode(pl.Series(['"b"', '"a"'])).to_list()

    assert first == [1, 2, 1]
    assert second == [3, 2]
    assert table.raw(pl.Series([0, 3, 2])).to_list() == [None, '"b"', '"a"']
    assert table.values().text.to_list() == [None, "1", "a", "b"]


def test_large_table_gives_new_codes_without_looking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "SMALL", 2)
    table = ValueTable(0, [], 0)
    table.encode(pl.Series(["1", "2"]))
    table = reopened(table, tmp_path)

    codes = table.encode(pl.Series(["1", "1", "3"]))

    assert not table.is_small
    assert codes.to_list() == [3, 3, 4]
    assert table.raw(codes).to_list() == ["1", "1", "3"]
