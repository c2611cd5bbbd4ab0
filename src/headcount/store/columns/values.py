"""The values of one top-level property, each with a code that stands in the runs.

A table only grows: files of values, one behind the other. Code 0 is "nothing there".
Small tables give equal values one code, and keep them typed; a large one gives its new
values new codes without looking for old ones, since that would cost what the history
costs. So a code means one value, but a value may have several codes.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import cast

import polars as pl
import pyarrow as pa

from headcount.rules.values import Values, read_values
from headcount.store.columns.mapped import map_to_read

SMALL = 1 << 18
"""Up to this many values a table is searched for a value before it gets a new code."""

TYPED = ("text", "number", "is_text", "is_boolean", "is_set")


@dataclass
class ValueTable:
    """The values of one property: `files` in the order of codes, and what was added."""

    key_code: int
    files: Sequence[Path]
    size: int
    digests: list[str] = field(default_factory=list)
    """The SHA-256 of each file."""
    _added: list[pl.DataFrame] = field(default_factory=list)

    @cached_property
    def _stored(self) -> list[pl.DataFrame]:
        return [_mapped(file) for file in self.files]

    @property
    def is_small(self) -> bool:
        """Whether equal values have one code, and all of them stand there typed."""
        return self.size <= SMALL

    def values(self) -> Values:
        """The typed values, by code, of a small table."""
        frame = pl.concat([*self._stored, *self._added], rechunk=True)
        return Values(*(frame.get_column(name) for name in TYPED))

    def raw(self, codes: pl.Series) -> pl.Series:
        """The canonical JSON texts of the codes, null for nothing."""
        return self._raw().gather(codes)

    def _raw(self) -> pl.Series:
        frames = [*self._stored, *self._added]
        return pl.concat([one.get_column("raw") for one in frames], rechunk=False)

    def encode(self, raw: pl.Series) -> pl.Series:
        """One code for each text, none of them null; unknown ones are added."""
        if self.size == 0:
            self._add(pl.Series("raw", [None], dtype=pl.String))
        wanted = raw.rename("raw").unique(maintain_order=True).to_frame()
        known = self._codes_of(wanted)
        missing = known.filter(pl.col("code").is_null()).get_column("raw")
        fresh = missing.to_frame().with_row_index("code", self.size)
        if len(missing):
            self._add(missing)
        codes = pl.concat([known.drop_nulls("code"), fresh.select("raw", "code")])
        found = (
            raw.rename("raw")
            .to_frame()
            .join(codes, on="raw", how="left", maintain_order="left")
        )
        return found.get_column("code")

    def _codes_of(self, wanted: pl.DataFrame) -> pl.DataFrame:
        """WANTED with its `code`, null where it has none."""
        if not self.is_small:
            return wanted.with_columns(code=pl.lit(None, dtype=pl.UInt32))
        table = self._raw().to_frame("raw").with_row_index("code")
        return wanted.join(table, on="raw", how="left").select("raw", "code")

    def _add(self, raw: pl.Series) -> None:
        frame = pl.DataFrame({"raw": _compact(raw)})
        if self.is_small:
            values = read_values(raw)
            frame = frame.with_columns(getattr(values, one).alias(one) for one in TYPED)
        self._added.append(frame)
        self.size += len(raw)

    @property
    def added(self) -> pl.DataFrame | None:
        """What was added since the table was opened, None when nothing was."""
        if not self._added:
            return None
        # Once a frame has no typed columns, none needs them any more.
        shared = self._added[-1].columns
        return pl.concat([one.select(shared) for one in self._added], rechunk=True)


def _compact(texts: pl.Series) -> pl.Series:
    """The texts, without the buffers of those that they were picked from."""
    copied = texts.to_arrow(compat_level=pl.CompatLevel.oldest())
    return pl.Series(texts.name, copied, dtype=pl.String)


def _mapped(file: Path) -> pl.DataFrame:
    """The frame in the file; only what is looked at is read."""
    mapped = map_to_read(file)
    # Without it sixteen pages come with each that is looked at.
    mapped.madvise(mmap.MADV_RANDOM)
    table = pa.ipc.open_file(pa.py_buffer(mapped)).read_all()
    return cast("pl.DataFrame", pl.from_arrow(table, rechunk=False))
