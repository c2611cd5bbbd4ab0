"""Tables to write, made from plain rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from headcount.canonical import canonical_json
from headcount.exports.members import keys_of, member_table, write_gathered
from headcount.exports.table import Table

AT = datetime(2026, 5, 1, 9, 15, tzinfo=UTC)

Member = tuple[str, datetime, Mapping[str, object]]


def table(
    folder: Path,
    members: Sequence[Member],
    *,
    attributes: tuple[str, ...] = (),
    name: str = "Stuck trials",
) -> Table:
    """The table of these members: user, instant of entry, attributes by key."""
    keys = keys_of(attributes)
    rows = [
        (user, entered_at, [_json(values, key) for key in keys])
        for user, entered_at, values in members
    ]
    schema = {
        "user_id": pl.String,
        "entered_at": pl.Datetime("us", "UTC"),
        "values": pl.List(pl.String),
    }
    file = folder / "gathered.parquet"
    write_gathered([pl.DataFrame(rows, schema=schema, orient="row")], attributes, file)
    return member_table(file, "stuck-trials", name, attributes)


def users(*ids: str) -> list[Member]:
    """Members without attributes."""
    return [(one, AT, {}) for one in ids]


def _json(values: Mapping[str, object], key: str) -> str | None:
    return canonical_json(values[key]) if key in values else None
