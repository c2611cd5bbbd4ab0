"""The events and attributes of one system, as the evaluator reads them.

Frames are keyed by `user`, an integer that is also the row of that user in every
Boolean mask. Instants are Int64 microseconds since the epoch, UTC. A property or
attribute is canonical JSON text in a column named `property_column(path)`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import polars as pl

from headcount.canonical import canonical_json
from headcount.rules.micros import to_micros
from headcount.rules.paths import ABSENT, Keys, candidates, descend, find
from headcount.rules.ranges import BEGINNING, Bounds
from headcount.store.warehouse import Warehouse

EVENTS = {"user": pl.UInt32, "at": pl.Int64, "position": pl.Int64}
"""One row an event, any order; `position` is unique."""


def property_column(path: str) -> str:
    """The column that holds the value at `path`, as canonical JSON text."""
    return f"property {path}"


class History:
    """What a system's users did and are; `user_code` narrows all frames to one user."""

    def __init__(
        self, warehouse: Warehouse, system: str, *, user_code: int | None = None
    ) -> None:
        self._warehouse = warehouse
        self._user_code = user_code
        found = warehouse.rows("history/system_code", {"system": system})
        # A system without any event has no code yet: -1 matches no row.
        self._system_code: int = found[0][0] if found else -1

    @cached_property
    def _users(self) -> pl.DataFrame:
        return self._warehouse.frame(
            "history/users", {"system_code": self._system_code}
        )

    @cached_property
    def user_ids(self) -> pl.Series:
        """The id of every user, by code."""
        ids = self._warehouse.frame(
            "history/user_ids", {"system_code": self._system_code}
        )
        return ids.get_column("user_id")

    @cached_property
    def _event_codes(self) -> dict[str, int]:
        rows = self._warehouse.rows(
            "history/event_names", {"system_code": self._system_code}
        )
        return {event: code for code, event in rows}

    @property
    def size(self) -> int:
        """The number of users ever seen; masks are this long."""
        return self._users.height

    def known(self, at: datetime) -> pl.Series:
        """User by user, whether an event or attribute record lies before `at`."""
        known_from = self._users.get_column("known_from_us")
        return (known_from < to_micros(at)).fill_null(value=False)

    def read_events(
        self, names: Iterable[str], bounds: Bounds, paths: Sequence[str] = ()
    ) -> pl.DataFrame:
        """EVENTS of these names inside `bounds`, with a column for each path."""
        codes = self.codes_of(names)
        if not codes or bounds.is_empty:
            schema = EVENTS | {property_column(path): pl.String for path in paths}
            return pl.DataFrame(schema=schema)
        params = {
            "system_code": self._system_code,
            "event_codes": codes,
            "start_us": to_micros(bounds.start or BEGINNING),
            "end_us": to_micros(bounds.end),
            "user_code": self._user_code,
        }
        if not paths:
            return _events(self._warehouse.frame("history/events", params))
        keys = [list(candidates(path)) for path in paths]
        json_paths = [_json_path(one) for several in keys for one in several]
        raw = self._warehouse.frame(
            "history/events_with_properties", params | {"paths": json_paths}
        )
        return _events(_with_properties(raw, paths, [len(one) for one in keys]))

    def codes_of(self, names: Iterable[str]) -> list[int]:
        """The codes of the events that `names` name, a star at the end open."""
        exact = {name for name in names if not name.endswith("*")}
        prefixes = tuple(name[:-1] for name in names if name.endswith("*"))
        return [
            code
            for event, code in self._event_codes.items()
            if event in exact or (prefixes and event.startswith(prefixes))
        ]

    def read_details(self, positions: pl.Series) -> list[tuple[Any, ...]]:
        """The events at `positions`, oldest first: id, name, instant, properties.

        The id is None where it was derived from the content; properties are JSON text.
        """
        params = {
            "system_code": self._system_code,
            "positions": positions.to_list(),
        }
        return self._warehouse.rows("history/event_details", params)

    def read_attribute(self, path: str, at: datetime) -> pl.DataFrame:
        """One row a user with something at `path` before `at`: `user`, its value, `at`.

        The value is canonical JSON text in the column of `path`; `at` is the instant
        of the record that gave it.
        """
        keys = {one[0] for one in candidates(path)}
        latest = self._warehouse.frame(
            "history/attributes",
            {
                "system_code": self._system_code,
                "keys": sorted(keys),
                "end_us": to_micros(at),
                "user_code": self._user_code,
            },
        ).filter(pl.col("value") != "null")
        return _attribute_at(latest.rename({"user_code": "user", "at_us": "at"}), path)


def _events(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.rename({"user_code": "user", "at_us": "at"})


def _with_properties(
    raw: pl.DataFrame, paths: Sequence[str], counts: Sequence[int]
) -> pl.DataFrame:
    """The first candidate that is there, for each path; wide rows read exactly."""
    columns, offset = [], 0
    for path, count in zip(paths, counts, strict=True):
        found = pl.coalesce(
            pl.col("raw").list.get(offset + i, null_on_oob=True) for i in range(count)
        )
        columns.append(found.alias(property_column(path)))
        offset += count
    frame = raw.with_columns(columns)
    if frame.get_column("wide").null_count() < frame.height:
        frame = frame.with_columns(_exactly(path) for path in paths)
    return frame.drop("raw", "wide")


def _exactly(path: str) -> pl.Expr:
    """The value at `path`, by our own reader where `wide` holds the properties."""
    column = property_column(path)

    def read(properties: str) -> str | None:
        found = find(parse_exactly(properties), path)
        return None if found is ABSENT else canonical_json(found)

    exact = pl.col("wide").map_elements(read, return_dtype=pl.String, skip_nulls=True)
    return (
        pl.when(pl.col("wide").is_null()).then(pl.col(column)).otherwise(exact)
    ).alias(column)


def parse_exactly(text: str) -> object:
    """The JSON value with its numbers as they were written: no float anywhere."""
    return json.loads(text, parse_float=Decimal)


def _json_path(keys: Keys) -> str:
    """DuckDB's path to exactly these keys.

    Its dollar syntax takes a quoted lone star for a wildcard and no empty key; its
    pointer syntax would index arrays. So the pointer only where it must be.
    """
    if "*" in keys or "" in keys:
        escaped = (key.replace("~", "~0").replace("/", "~1") for key in keys)
        return "".join(f"/{key}" for key in escaped)
    quoted = (key.replace("\\", "\\\\").replace('"', '\\"') for key in keys)
    return "$" + "".join(f'."{key}"' for key in quoted)


def _attribute_at(latest: pl.DataFrame, path: str) -> pl.DataFrame:
    column = property_column(path)
    if "." not in path:
        return latest.select("user", pl.col("value").alias(column), "at")
    rows = [
        (user, *found)
        for (user,), records in latest.group_by("user", maintain_order=True)
        if (found := _dotted(records, path)) is not None
    ]
    schema = {"user": pl.UInt32, column: pl.String, "at": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _dotted(records: pl.DataFrame, path: str) -> tuple[str, int] | None:
    """The value at a dotted path of one user's latest records, and its instant."""
    merged = {
        key: parse_exactly(value)
        for key, value in records.select("key", "value").iter_rows()
    }
    for keys in candidates(path):
        found = descend(merged, keys)
        if found is not ABSENT:
            at = records.filter(key=keys[0]).get_column("at").item()
            return canonical_json(found), at
    return None
