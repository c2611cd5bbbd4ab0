"""What users' attributes are at an instant.

The latest record by its own instant counts, however late it arrived; of several at one
instant the one with the greater canonical JSON; `null` unsets.

Source: segments.md §4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
import polars as pl

from headcount.canonical import canonical_json, parse_canonical
from headcount.rules.micros import to_micros
from headcount.rules.paths import ABSENT, candidates, descend
from headcount.store.columns.arrays import Index
from headcount.store.columns.crowd import Crowd, Listed, Stretch
from headcount.store.warehouse import Warehouse

NEVER = np.iinfo(np.int64).min
VALUES = pl.Schema([("who", pl.Int64), ("value", pl.String), ("at", pl.Int64)])


def read_attribute(
    warehouse: Warehouse, system_code: int, path: str, *, at: datetime, crowd: Crowd
) -> pl.DataFrame:
    """The frame VALUES: one row a user with something at `path` before `at`, any order.

    `who` is the user's row in the crowd, `value` canonical JSON, `at` the instant of
    the record that gave it. As many records are read at a time as the memory allows.
    """
    keys = sorted({one[0] for one in candidates(path)})
    known = {"system_code": system_code, "keys": keys}
    parts = []
    for part, first in _parts(warehouse, known, crowd):
        asked = {"end_us": to_micros(at), **_users_of(part)}
        records = warehouse.frame("history/attributes", known | asked)
        latest = _latest(records, part, keys)
        found = _inside(latest, path) if "." in path else latest
        parts.append(found.select(pl.col("who") + first, "value", "at"))
    return pl.concat(parts)


def _parts(
    warehouse: Warehouse, known: dict[str, object], crowd: Crowd
) -> Iterator[tuple[Crowd, int]]:
    """The crowd in parts with few enough records, and where in it each begins."""
    if not isinstance(crowd, Stretch):
        yield crowd, 0
        return
    ((records,),) = warehouse.rows("history/count_attributes", known)
    for part in crowd.split(-(-records // warehouse.memory.most_rows)):
        yield part, part.low - crowd.low


def _users_of(crowd: Crowd) -> dict[str, object]:
    """The crowd as the statement's parameters."""
    match crowd:
        case Stretch(low=low, high=high):
            return {"low": low, "high": high, "user_codes": None}
        case Listed(codes=codes):
            return {"low": None, "high": None, "user_codes": codes.tolist()}


def _latest(records: pl.DataFrame, crowd: Crowd, keys: Sequence[str]) -> pl.DataFrame:
    """The record that counts of each user and key, without those that unset."""
    who = crowd.places(records.get_column("user_code").to_numpy())
    placed = records.with_columns(who=pl.Series(who, dtype=pl.Int64))
    of_keys = [placed]
    if len(keys) > 1:
        of_keys = [placed.filter(key=key) for key in keys]
    latest = pl.concat(_latest_of_one(one, len(crowd)) for one in of_keys)
    return latest.filter(pl.col("value") != "null")


def _latest_of_one(records: pl.DataFrame, size: int) -> pl.DataFrame:
    """The record of one key that counts of each user."""
    who: Index = records.get_column("who").to_numpy()
    at = records.get_column("at").to_numpy()
    newest = np.full(size, NEVER)
    np.maximum.at(newest, who, at)
    latest = records.filter(at == newest[who])
    if latest.height == np.count_nonzero(newest != NEVER):
        return latest
    by_value = latest.sort("value", descending=True)
    return by_value.unique("who", keep="first", maintain_order=True)


def _inside(latest: pl.DataFrame, path: str) -> pl.DataFrame:
    """What each user has at a dotted path, from the user's latest records."""
    rows = [
        (user, *found)
        for (user,), records in latest.group_by("who", maintain_order=True)
        if (found := _dotted(records, path)) is not None
    ]
    return pl.DataFrame(rows, schema=VALUES, orient="row")


def _dotted(records: pl.DataFrame, path: str) -> tuple[str, int] | None:
    """The value at a dotted path of one user's latest records, and its instant."""
    merged = {
        key: parse_canonical(value)
        for key, value in records.select("key", "value").iter_rows()
    }
    for keys in candidates(path):
        found = descend(merged, keys)
        if found is not ABSENT:
            at = records.filter(key=keys[0]).get_column("at").item()
            return canonical_json(found), at
    return None
