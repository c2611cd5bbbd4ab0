"""A run: events of one system sorted by event name, user and time, in one file.

Written once and never changed. Reading maps the file into memory, so only the pages
that are looked at are read.

Layout, little-endian, every array at a multiple of eight bytes: the header; `events`
(u32, ascending codes), `starts` (i64, the first row of each event, and the end);
`block_keys` (u64, ascending: property key << 32 | event) and `block_offsets` (i64);
`users` (u32) and `at` (i64, microseconds) one a row; `codes` (u32): for each block one
code a row of its event. A code names a value of the property's value table, 0 nothing.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from headcount.store.columns.arrays import I64, U32, U64, AnyArray, Index
from headcount.store.columns.kernels import places_between
from headcount.store.columns.mapped import map_to_read
from headcount.store.files import write_atomically

MAGIC = b"HCRUN001"
HEADER = struct.Struct("<8s4q")
ALIGNMENT = 8
MOST_KEPT = 1 << 16
"""Rows between two instants are remembered up to so many."""


@dataclass(frozen=True)
class Content:
    """The arrays of a run, as the module describes them."""

    events: U32
    starts: I64
    block_keys: U64
    block_offsets: I64
    users: U32
    at: I64
    codes: U32


@dataclass(frozen=True)
class Run:
    """An open run; `number` is unique in its system.

    It holds events of ingest positions in (after, upto], none before `first_us` or
    after `last_us`. `day` counts days since the epoch; None: events of any day.
    """

    number: int
    path: Path
    day: int | None
    after: int
    upto: int
    first_us: int
    last_us: int
    rows: int

    @cached_property
    def content(self) -> Content:
        """The arrays, mapped."""
        return read_run(self.path)

    @cached_property
    def _spans(self) -> dict[int, tuple[int, int]]:
        edges = pairwise(self.content.starts.tolist())
        return dict(zip(self.content.events.tolist(), edges, strict=True))

    def span(self, event: int) -> tuple[int, int]:
        """The rows [low, high) of the event code."""
        return self._spans.get(event, (0, 0))

    @cached_property
    def _inside(self) -> dict[tuple[int, int, int, int], Index]:
        return {}

    def rows_between(
        self, first: int, last: int, low_us: int, high_us: int
    ) -> slice | Index:
        """Of the rows [first, last) those in [low_us, high_us), counted from `first`.

        Many conditions look through the same edge of a range: what is small is kept.
        """
        if low_us <= self.first_us and self.last_us < high_us:
            return slice(0, last - first)
        asked = (first, last, low_us, high_us)
        inside = self._inside.get(asked)
        if inside is None:
            inside = places_between(self.content.at[first:last], low_us, high_us)
            if len(inside) <= MOST_KEPT:
                self._inside[asked] = inside
        return inside

    def events_between(self, low_us: int, high_us: int) -> Iterator[EventRows]:
        """The rows of each event with an instant in [low, high)."""
        content = self.content
        keys = (content.block_keys >> np.uint64(32)).astype(np.int64)
        owners = (content.block_keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
        for event in content.events.tolist():
            low, high = self.span(event)
            at = content.at[low:high]
            inside = np.flatnonzero((at >= low_us) & (at < high_us))
            if len(inside) == 0:
                continue
            codes = {
                key: block[inside]
                for key in keys[owners == event].tolist()
                if (block := self.block(key, event)) is not None
            }
            yield EventRows(event, content.users[low:high][inside], at[inside], codes)

    @cached_property
    def _blocks(self) -> dict[int, int]:
        keys, offsets = self.content.block_keys, self.content.block_offsets
        return dict(zip(keys.tolist(), offsets.tolist(), strict=True))

    def block(self, key: int, event: int) -> U32 | None:
        """The value codes of the event's rows, None when none has the property."""
        offset = self._blocks.get((key << 32) | event)
        if offset is None:
            return None
        low, high = self.span(event)
        return self.content.codes[offset : offset + high - low]


def write_run(path: Path, content: Content) -> None:
    """The run is whole at `path`."""
    counts = (
        len(content.events),
        len(content.block_keys),
        len(content.users),
        len(content.codes),
    )
    with write_atomically(path) as aside, aside.open("wb") as file:
        file.write(HEADER.pack(MAGIC, *counts))
        for array in _arrays(content):
            array.tofile(file)
            file.write(b"\0" * (-array.nbytes % ALIGNMENT))


def _arrays(content: Content) -> tuple[AnyArray, ...]:
    return (
        content.events,
        content.starts,
        content.block_keys,
        content.block_offsets,
        content.users,
        content.at,
        content.codes,
    )


def is_whole(path: Path) -> bool:
    """Whether the file is a run to its last byte."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        sizes = _sizes(file.read(HEADER.size))
    return sizes is not None and _length(sizes) == path.stat().st_size


def read_run(path: Path) -> Content:
    """The arrays of the run at `path`, which is whole, mapped."""
    mapped = map_to_read(path)
    # Else Linux counts two megabytes as resident for each page that is looked at.
    mapped.madvise(mmap.MADV_NOHUGEPAGE)
    whole = np.frombuffer(mapped, dtype=np.uint8)
    arrays, end = [], HEADER.size
    for dtype, size in _sizes(whole[: HEADER.size].tobytes()) or ():
        n_bytes = size * np.dtype(dtype).itemsize
        arrays.append(whole[end : end + n_bytes].view(dtype))
        end += n_bytes + (-n_bytes % ALIGNMENT)
    return Content(*arrays)


def _sizes(header: bytes) -> list[tuple[type[Any], int]] | None:
    """The type and length of every array, None when it is no header."""
    if len(header) < HEADER.size or not header.startswith(MAGIC):
        return None
    _, events, blocks, rows, codes = HEADER.unpack(header)
    return [
        (np.uint32, events),
        (np.int64, events + 1),
        (np.uint64, blocks),
        (np.int64, blocks),
        (np.uint32, rows),
        (np.int64, rows),
        (np.uint32, codes),
    ]


def _length(sizes: list[tuple[type[Any], int]]) -> int:
    lengths = (size * np.dtype(dtype).itemsize for dtype, size in sizes)
    return HEADER.size + sum(length + (-length % ALIGNMENT) for length in lengths)


@dataclass(frozen=True)
class EventRows:
    """The rows of one event name, by user and time; `codes` has one code a row."""

    event: int
    users: U32
    at: I64
    codes: dict[int, U32]


def join_events(parts: Sequence[EventRows]) -> Content:
    """The content of a run of these events, given by ascending code, none empty."""
    blocks = sorted(
        ((key << 32) | part.event, codes)
        for part in parts
        for key, codes in part.codes.items()
    )
    return Content(
        np.array([part.event for part in parts], dtype=np.uint32),
        _offsets([part.users for part in parts], end=True),
        np.array([key for key, _ in blocks], dtype=np.uint64),
        _offsets([codes for _, codes in blocks], end=False),
        _joined([part.users for part in parts], np.uint32),
        _joined([part.at for part in parts], np.int64),
        _joined([codes for _, codes in blocks], np.uint32),
    )


def merge_events(parts: Sequence[EventRows]) -> EventRows:
    """The rows of all parts, which are of one event, in order."""
    users = _joined([part.users for part in parts], np.uint32)
    at = _joined([part.at for part in parts], np.int64)
    order = np.lexsort((at, users))
    keys = sorted({key for part in parts for key in part.codes})
    codes = {
        key: _joined([_codes_of(part, key) for part in parts], np.uint32)[order]
        for key in keys
    }
    return EventRows(parts[0].event, users[order], at[order], codes)


def _codes_of(part: EventRows, key: int) -> U32:
    found = part.codes.get(key)
    return np.zeros(len(part.users), dtype=np.uint32) if found is None else found


def _joined(arrays: Sequence[AnyArray], dtype: type[Any]) -> AnyArray:
    return np.concatenate([*arrays, np.empty(0, dtype=dtype)])


def _offsets(arrays: Sequence[AnyArray], *, end: bool) -> I64:
    edges = np.cumsum([0, *map(len, arrays)], dtype=np.int64)
    return edges if end else edges[:-1]
