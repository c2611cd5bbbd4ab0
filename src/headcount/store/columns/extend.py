"""The columns follow the store: what was ingested since becomes one more run.

A system that has no columns yet gets a run a day; later events of any day come as one
run for each extension, until `compact` sorts them in. Files are whole on the disk
before the rows that name them are committed, all in one transaction; a kill leaves
files that nobody names, and the next extension writes them again.

Source: architecture.md, "Evaluating fast".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from headcount.canonical import canonical_json, parse_canonical
from headcount.rules.micros import to_micros
from headcount.rules.ranges import BEGINNING, FOREVER
from headcount.store.columns.arrays import U32
from headcount.store.columns.run import EventRows, Run, join_events, write_run
from headcount.store.columns.values import ValueTable
from headcount.store.files import sha256_of, write_atomically
from headcount.store.warehouse import Warehouse

DAY_US = 86_400_000_000
ROWS_A_POSITION = 10
"""An event in the making, its properties as text, takes as much as so many rows."""

BEFORE_ALL = -1  # ingest positions count from 0
EVERYTHING = (to_micros(BEGINNING), to_micros(FOREVER))


@dataclass
class Extension:
    """Runs and values on their way into the columns of one system."""

    warehouse: Warehouse
    system_code: int
    folder: Path
    keys: dict[str, int]
    tables: dict[int, ValueTable]
    next_run: int
    runs: list[tuple[Run, str]] = field(default_factory=list)

    @property
    def most_positions(self) -> int:
        """Ingest positions that one reading covers: what bounds the memory."""
        return max(1, self.warehouse.memory.most_rows // ROWS_A_POSITION)

    def add_span(self, after: int, upto: int, *, day: int | None = None) -> None:
        """The events at positions (after, upto], of one day or of any, are a run."""
        low, high = EVERYTHING if day is None else (day * DAY_US, (day + 1) * DAY_US)
        frame = self.warehouse.frame(
            "columns/new_events",
            {
                "system_code": self.system_code,
                "after": after,
                "upto": upto,
                "start_us": low,
                "end_us": high,
            },
        )
        if frame.height:
            self.add_run(list(self._events(frame)), day=day, after=after, upto=upto)

    def add_run(
        self, parts: list[EventRows], *, day: int | None, after: int, upto: int
    ) -> None:
        """One more run of these events, given by ascending code."""
        content = join_events(parts)
        path = self.folder / f"{self.system_code}-{self.next_run:06d}.run"
        path.unlink(missing_ok=True)  # of an extension that was killed
        write_run(path, content)
        first, last = int(content.at.min()), int(content.at.max())
        rows = len(content.at)
        run = Run(self.next_run, path, day, after, upto, first, last, rows)
        self.runs.append((run, sha256_of(path)))
        self.next_run += 1

    def _events(self, frame: pl.DataFrame) -> Iterator[EventRows]:
        """The rows of NEW EVENTS, which stand in order, an event at a time."""
        users = frame.get_column("user_code").to_numpy()
        at = frame.get_column("at_us").to_numpy()
        names, first = np.unique(
            frame.get_column("event_code").to_numpy(), return_index=True
        )
        edges = np.append(first, len(at))
        blocks: list[dict[int, U32]] = [{} for _ in names]
        for key, rows, codes in self._encoded(frame):
            splits = np.searchsorted(rows, edges)
            for i in np.flatnonzero(np.diff(splits)):
                block = np.zeros(edges[i + 1] - edges[i], dtype=np.uint32)
                part = slice(splits[i], splits[i + 1])
                block[rows[part] - edges[i]] = codes[part]
                blocks[i][key] = block
        for name, (low, high), codes_of in zip(
            names.tolist(), pairwise(edges.tolist()), blocks, strict=True
        ):
            yield EventRows(name, users[low:high], at[low:high], codes_of)

    def _encoded(self, frame: pl.DataFrame) -> Iterator[tuple[int, U32, U32]]:
        """Each property key with the rows that have it, ascending, and their codes."""
        long = _in_keys_and_values(frame)
        by_key = long.partition_by("key", as_dict=True, include_key=False)
        for (key,), found in sorted(by_key.items()):
            code = self._key_code(str(key))
            codes = self.tables[code].encode(found.get_column("raw"))
            yield code, found.get_column("row").to_numpy(), codes.to_numpy()

    def _key_code(self, key: str) -> int:
        if key not in self.keys:
            code = self.keys[key] = len(self.keys)
            self.tables[code] = ValueTable(code, [], 0)
        return self.keys[key]

    def commit(self, position: int, *, retired: tuple[int, ...] = ()) -> None:
        """The columns reach `position`; runs of the numbers `retired` are no more.

        Inside the caller's transaction.
        """
        self._record_values()
        self._record_keys()
        system = {"system_code": self.system_code}
        for number in retired:
            self.warehouse.execute("columns/retire_run", system | {"run": number})
        for run, digest in self.runs:
            self.warehouse.execute("columns/record_run", system | _row(run, digest))
        self.warehouse.execute("columns/record_head", system | {"position": position})

    def _record_keys(self) -> None:
        for key, code in self.keys.items():
            params = {"system_code": self.system_code, "key": key, "key_code": code}
            self.warehouse.execute("columns/record_key", params)

    def _record_values(self) -> None:
        for code, table in self.tables.items():
            added = table.added
            if added is None:
                continue
            first = table.size - added.height
            path = self.folder / f"{self.system_code}-{code}-{first}.values"
            path.unlink(missing_ok=True)  # of an extension that was killed
            with write_atomically(path) as aside:
                added.write_ipc(aside, compression="uncompressed")
            row = {
                "system_code": self.system_code,
                "key_code": code,
                "first_code": first,
                "rows": added.height,
                "file": path.name,
                "sha256": sha256_of(path),
            }
            self.warehouse.execute("columns/record_values", row)


def _row(run: Run, digest: str) -> dict[str, object]:
    return {
        "run": run.number,
        "file": run.path.name,
        "day": run.day,
        "after_position": run.after,
        "upto_position": run.upto,
        "first_us": run.first_us,
        "last_us": run.last_us,
        "rows": run.rows,
        "sha256": digest,
    }


def _in_keys_and_values(frame: pl.DataFrame) -> pl.DataFrame:
    """One row an event and top-level property: `row`, `key`, `raw`; rows ascending."""
    numbered = frame.select("keys", "raw", "wide").with_row_index("row")
    narrow = numbered.filter(pl.col("wide").is_null() & (pl.col("keys").list.len() > 0))
    long = narrow.select("row", "keys", "raw").explode("keys", "raw")
    wide = numbered.drop_nulls("wide").select("row", "wide")
    exact = [
        (row, key, canonical_json(value))
        for row, text in wide.iter_rows()
        for key, value in parse_canonical(text).items()
    ]
    schema = pl.Schema({"row": pl.UInt32, "key": pl.String, "raw": pl.String})
    both = [long.rename({"keys": "key"}), pl.DataFrame(exact, schema, orient="row")]
    return pl.concat(both).sort("row", maintain_order=True)


def extend(extension: Extension, position: int | None, upto: int) -> None:
    """The columns reach `upto`; `position` is how far they reached, None: no columns.

    Commits.
    """
    if position is None:
        add_days(extension, upto)
    else:
        most = extension.most_positions
        for after in range(position, upto, most):
            extension.add_span(after, min(after + most, upto))
    with extension.warehouse.transaction():
        extension.commit(upto)


def add_days(extension: Extension, upto: int) -> None:
    """One run a day, or several where a day has very many events."""
    params = {"system_code": extension.system_code, "upto": upto}
    for day, rows in extension.warehouse.rows("columns/days", params):
        parts = -(-rows // extension.most_positions)
        edges = [BEFORE_ALL, *(upto * i // parts for i in range(1, parts + 1))]
        for after, until in pairwise(edges):
            extension.add_span(after, until, day=day)
