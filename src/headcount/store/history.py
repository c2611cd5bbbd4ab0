"""The events and attributes of one system, as the evaluator reads them.

Users are looked at as a crowd; instants are microseconds since the epoch, UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from headcount.canonical import canonical_json, parse_canonical
from headcount.rules.micros import to_micros
from headcount.rules.paths import ABSENT, Keys, candidates, find
from headcount.rules.ranges import FOREVER
from headcount.rules.values import read_values
from headcount.store.attributes import read_attribute
from headcount.store.columns.arrays import Index
from headcount.store.columns.crowd import Crowd, Listed, Stretch
from headcount.store.columns.home import fresh_columns, open_columns, tidy_columns
from headcount.store.columns.reader import Columns, Span
from headcount.store.columns.rows import Coded, Rows, Tests, code_values
from headcount.store.warehouse import Warehouse


def _column(path: str) -> str:
    """The column that holds the property at `path`, as canonical JSON text."""
    return f"property {path}"


class History:
    """What a system's users did and are.

    With a `user_code` it is narrowed to that user. Then, and where there can be no
    columns, it is read from the store itself: ids of events are ingest positions. With
    a `columns_folder` the columns are written anew there, from what the store shows
    now, and no others are used.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        system: str,
        *,
        user_code: int | None = None,
        columns_folder: Path | None = None,
    ) -> None:
        self._warehouse = warehouse
        self._user_code = user_code
        self._columns_folder = columns_folder
        self._codes: dict[tuple[str, ...], list[int]] = {}
        self._values: dict[tuple[str, datetime, Crowd], tuple[Index, Coded]] = {}
        found = warehouse.rows("history/system_code", {"system": system})
        # A system without any event has no code yet: -1 matches no row.
        self.system_code: int = found[0][0] if found else -1

    @cached_property
    def _known_from(self) -> npt.NDArray[np.int64]:
        """By user code, the instant after which the user is known."""
        users = self._warehouse.frame(
            "history/users", {"system_code": self.system_code}
        )
        known_from = np.empty(users.height, dtype=np.int64)
        instants = users.get_column("known_from_us").fill_null(to_micros(FOREVER))
        known_from[users.get_column("user_code").to_numpy()] = instants.to_numpy()
        return known_from

    @cached_property
    def columns(self) -> Columns:
        """The events as columns, up to date with the store."""
        if self.system_code < 0:
            return Columns(0, 0, [], {}, {})
        if self._columns_folder is not None:
            return fresh_columns(
                self._warehouse, self.system_code, self._columns_folder
            )
        return open_columns(self._warehouse, self.system_code)

    def release(self) -> None:
        """No events are held in memory; they can be read again."""
        if "columns" in vars(self):
            self.columns.release()

    @property
    def most_rows(self) -> int:
        """Events that may be looked at at a time."""
        return self._warehouse.memory.most_rows

    @property
    def most_waiting_bytes(self) -> int:
        """The numbers that may wait to be written together."""
        return self._warehouse.memory.most_waiting_bytes

    @property
    def most_kept_bytes(self) -> int:
        """The numbers that may be kept of users for the next tick."""
        return self._warehouse.memory.most_kept_bytes

    def tidy(self) -> None:
        """The columns are few and ordered, and left-over files are gone."""
        if self.system_code >= 0:
            tidy_columns(self._warehouse, self.system_code)

    @cached_property
    def user_ids(self) -> pl.Series:
        """The id of every user, by code."""
        ids = self._warehouse.frame(
            "history/user_ids", {"system_code": self.system_code}
        )
        return ids.get_column("user_id")

    def first_ids(self, codes: pl.Series, count: int) -> list[str]:
        """The first so many ids of the users of these codes, ascending."""
        params = {"system_code": self.system_code, "count": count}
        with self._warehouse.lend(listed=codes.to_frame("user_code")):
            return [one for (one,) in self._warehouse.rows("history/first_ids", params)]

    @cached_property
    def _event_codes(self) -> dict[str, int]:
        rows = self._warehouse.rows(
            "history/event_names", {"system_code": self.system_code}
        )
        return {event: code for code, event in rows}

    @property
    def size(self) -> int:
        """The number of users ever seen."""
        return len(self._known_from)

    @property
    def crowd(self) -> Crowd:
        """Every user, or the one that the history is narrowed to."""
        if self._user_code is None:
            return Stretch(0, self.size)
        return Listed(np.array([self._user_code], dtype=np.uint32))

    def known(self, at: datetime, crowd: Crowd) -> npt.NDArray[np.bool_]:
        """User by user, whether an event or attribute record lies before `at`."""
        known: npt.NDArray[np.bool_] = self._known_from[crowd.index] < to_micros(at)
        return known

    def read_rows(
        self,
        names: Iterable[str],
        span: Span,
        crowd: Crowd,
        paths: Sequence[str] = (),
        *,
        tests: Tests = (),
        at: bool = False,
        ids: bool = False,
    ) -> Rows:
        """The events of these names inside `span` that pass the tests.

        They carry the property at each path.
        """
        codes = self.codes_of(names)
        if self.has_columns:
            return self.columns.read(
                codes, span, crowd, tests=tests, paths=paths, at=at, ids=ids
            )
        tested = dict.fromkeys([*paths, *(path for path, _ in tests)])
        return self._rows_of_store(codes, span, crowd, [*tested]).passing(tests)

    @property
    def has_columns(self) -> bool:
        """Whether events are read from columns, not from the store."""
        return self._user_code is None and self._warehouse.has_columns

    def _rows_of_store(
        self, codes: list[int], span: Span, crowd: Crowd, paths: Sequence[str]
    ) -> Rows:
        keys = [list(candidates(path)) for path in paths]
        frame = self._warehouse.frame(
            "history/events",
            {
                "system_code": self.system_code,
                "event_codes": codes,
                "start_us": span.low,
                "end_us": span.high,
                "user_code": self._user_code,
                "paths": [_json_path(one) for several in keys for one in several],
            },
        )
        found = _with_properties(frame, paths, [len(one) for one in keys])
        rows, who = crowd.find(found.get_column("user_code").to_numpy())
        index = np.arange(found.height, dtype=np.uint32)[rows]
        return Rows(
            who,
            found.get_column("at_us").to_numpy()[rows],
            found.get_column("position").to_numpy()[rows],
            {
                path: Coded(read_values(found.get_column(_column(path))), index)
                for path in paths
            },
        )

    def count_rows(self, names: Iterable[str]) -> int:
        """How many events of these names there are, of all times; 0 when not known."""
        return self.columns.count(self.codes_of(names)) if self.has_columns else 0

    def codes_of(self, names: Iterable[str]) -> list[int]:
        """The codes of the events that `names` name, a star at the end open."""
        asked = tuple(names)
        if asked not in self._codes:
            self._codes[asked] = self._find_codes(asked)
        return self._codes[asked]

    def _find_codes(self, names: tuple[str, ...]) -> list[int]:
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
            "system_code": self.system_code,
            "positions": positions.to_list(),
        }
        return self._warehouse.rows("history/event_details", params)

    def read_attribute(self, path: str, at: datetime, crowd: Crowd) -> pl.DataFrame:
        """One row a user with something at `path` before `at`: `who`, `value`, `at`."""
        return read_attribute(
            self._warehouse, self.system_code, path, at=at, crowd=crowd
        )

    def attribute_values(
        self, path: str, at: datetime, crowd: Crowd
    ) -> tuple[Index, Coded]:
        """Who has something at `path` before `at`, as rows of the crowd, and what."""
        asked = (path, at, crowd)
        # Many conditions ask for one attribute of the same users.
        if asked not in self._values:
            found = self.read_attribute(path, at, crowd)
            coded = code_values(found.get_column("value"))
            self._values[asked] = found.get_column("who").to_numpy(), coded
        return self._values[asked]

    def users_with_new_attributes(
        self, path: str, position: int, was: datetime, now: datetime
    ) -> npt.NDArray[np.uint32]:
        """The users whose attribute at `path` may differ between two instants.

        `position` is how far ingest was at the first. Ascending, each once.
        """
        changed = self._warehouse.frame(
            "history/changed_attributes",
            {
                "system_code": self.system_code,
                "keys": sorted({one[0] for one in candidates(path)}),
                "after": position,
                "was_us": to_micros(was),
                "now_us": to_micros(now),
            },
        )
        return changed.get_column("user_code").to_numpy()


def _with_properties(
    raw: pl.DataFrame, paths: Sequence[str], counts: Sequence[int]
) -> pl.DataFrame:
    """The first candidate that is there, for each path; wide rows read exactly."""
    columns, offset = [], 0
    for path, count in zip(paths, counts, strict=True):
        found = pl.coalesce(
            pl.col("raw").list.get(offset + i, null_on_oob=True) for i in range(count)
        )
        columns.append(found.alias(_column(path)))
        offset += count
    frame = raw.with_columns(columns)
    if frame.get_column("wide").null_count() < frame.height:
        frame = frame.with_columns(_exactly(path) for path in paths)
    return frame.drop("raw", "wide")


def _exactly(path: str) -> pl.Expr:
    """The value at `path`, by our own reader where `wide` holds the properties."""
    column = _column(path)

    def read(properties: str) -> str | None:
        found = find(parse_canonical(properties), path)
        return None if found is ABSENT else canonical_json(found)

    exact = pl.col("wide").map_elements(read, return_dtype=pl.String, skip_nulls=True)
    return (
        pl.when(pl.col("wide").is_null()).then(pl.col(column)).otherwise(exact)
    ).alias(column)


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
