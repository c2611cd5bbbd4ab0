from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl
from tests.exports.corpus import NASTY
from tests.exports.tables import AT, Member, table, users

from headcount.exports.parquet import write_parquet


def test_texts_come_back_as_they_are(tmp_path: Path) -> None:
    members: list[Member] = [(one, AT, {"a": one}) for one in NASTY]

    written = write_parquet(
        table(tmp_path, members, attributes=("a",)), tmp_path / "x.parquet"
    )

    frame = pl.read_parquet(tmp_path / "x.parquet")
    assert written == len(NASTY)
    assert frame["user_id"].to_list() == frame["a"].to_list() == list(NASTY)


def test_types_are_the_same_whatever_the_values(tmp_path: Path) -> None:
    members: list[Member] = [("ann", AT, {"a": Decimal("1.50")}), ("bob", AT, {})]
    types = []
    for rows in (members, []):
        write_parquet(table(tmp_path, rows, attributes=("a",)), tmp_path / "x.parquet")
        types.append(pl.read_parquet_schema(tmp_path / "x.parquet"))

    assert types[0] == types[1]
    assert types[0]["entered_at"] == pl.Datetime("us", "UTC")


def test_number_is_in_its_shortest_form(tmp_path: Path) -> None:
    members: list[Member] = [("ann", AT, {"a": Decimal("1.50")}), ("bob", AT, {})]

    write_parquet(table(tmp_path, members, attributes=("a",)), tmp_path / "x.parquet")

    assert pl.read_parquet(tmp_path / "x.parquet")["a"].to_list() == ["1.5", None]


def test_equal_tables_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("x", "y"):
        write_parquet(table(tmp_path, users("a", "b")), tmp_path / f"{name}.parquet")

    assert (tmp_path / "x.parquet").read_bytes() == (
        tmp_path / "y.parquet"
    ).read_bytes()
