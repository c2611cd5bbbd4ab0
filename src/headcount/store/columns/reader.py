"""Reading the columns of one system: the events of some names, times and users."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import polars as pl

from headcount.canonical import canonical_json, parse_canonical
from headcount.rules.paths import ABSENT, Keys, candidates, descend
from headcount.rules.values import Values, read_values
from headcount.store.columns.arrays import I64, U32, AnyArray, Index
from headcount.store.columns.crowd import Crowd, Stretch
from headcount.store.columns.distinct import numbered
from headcount.store.columns.rows import Coded, Rows, code_values
from headcount.store.columns.run import Run
from headcount.store.columns.values import ValueTable

Stand = tuple[int | None, int, int]
"""Rows of a run that stand together: their event, or None for several; first, last."""

NO_CODES = np.empty(0, dtype=np.uint32)


@dataclass(frozen=True)
class Span:
    """Instants in [low, high), microseconds since the epoch."""

    low: int
    high: int


@dataclass(frozen=True)
class Piece:
    """Some rows of one run: `rows` counts from `first`, the first row of `event`.

    `event` is None when the rows are of several events that stand side by side.
    """

    run: Run
    event: int | None
    first: int
    rows: slice | Index
    who: Index

    def codes(self, key: int) -> U32:
        """One value code a row."""
        block = None if self.event is None else self.run.block(key, self.event)
        if block is None:
            return np.zeros(len(self.who), dtype=np.uint32)
        return block[self.rows]

    def at(self) -> I64:
        """One instant a row."""
        return self.run.content.at[self.first :][self.rows]

    def ids(self) -> I64:
        """A number for each row, of its own in the system."""
        rows = self.rows
        index = np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
        return index + (self.first + (self.run.number << 40))


@dataclass
class Columns:
    """The events of one system with `users` users, up to ingest position `position`."""

    position: int
    users: int
    runs: Sequence[Run]
    keys: Mapping[str, int]
    tables: Mapping[int, ValueTable]
    _values: dict[int, Values] = field(default_factory=dict)

    def read(
        self,
        events: Sequence[int],
        span: Span,
        crowd: Crowd,
        *,
        paths: Sequence[str] = (),
        at: bool = False,
        ids: bool = False,
        after: int | None = None,
        upto: int | None = None,
    ) -> Rows:
        """The events of these codes inside `span`, by users of `crowd`.

        `after` and `upto` limit them to what came in after, or until, an ingest
        position at which the columns once ended.
        """
        runs = [
            run
            for run in self.runs
            if run.first_us < span.high
            and run.last_us >= span.low
            and (after is None or run.after >= after)
            and (upto is None or run.upto <= upto)
        ]
        pieces = list(self._pieces(runs, events, span, crowd, whole=not paths))
        return Rows(
            _joined([piece.who for piece in pieces], np.intp),
            _joined([piece.at() for piece in pieces] if at else [], np.int64),
            _joined([piece.ids() for piece in pieces] if ids else [], np.int64),
            {path: self._coded(path, pieces) for path in paths},
        )

    def count(self, events: Sequence[int]) -> int:
        """How many events of these codes there are."""
        spans = (run.span(event) for run in self.runs for event in events)
        return sum(last - first for first, last in spans)

    def _pieces(
        self,
        runs: Sequence[Run],
        events: Sequence[int],
        span: Span,
        crowd: Crowd,
        *,
        whole: bool,
    ) -> Iterator[Piece]:
        # Users stand in order within one event only.
        is_everyone = crowd == Stretch(0, self.users)
        for run in runs:
            spans = _spans(run, sorted(events), whole=whole and is_everyone)
            for stand in spans:
                piece = _picked(run, stand, span, crowd)
                if len(piece.who):
                    yield piece

    # ── values ────────────────────────────────────────────────────────────────

    def _coded(self, path: str, pieces: Sequence[Piece]) -> Coded:
        """The values at `path`, one a row of the pieces."""
        if not pieces:
            return Coded(_no_values(), NO_CODES)
        ways = list(candidates(path))
        if len(ways) == 1:
            return self._property(path, pieces)
        raw = pl.select(
            pl.coalesce(pl.lit(self._descended(way, pieces)) for way in ways)
        ).to_series()
        return code_values(raw)

    def _property(self, key: str, pieces: Sequence[Piece]) -> Coded:
        key_code = self.keys.get(key)
        if key_code is None:
            length = sum(len(piece.who) for piece in pieces)
            return Coded(_no_values(), np.zeros(length, dtype=np.uint32))
        codes = _joined([piece.codes(key_code) for piece in pieces], np.uint32)
        table = self.tables[key_code]
        if table.is_small:
            return Coded(self.values_of(key_code), codes, key_code)
        distinct, inverse = numbered(codes)
        return Coded(read_values(table.raw(pl.Series(distinct))), inverse)

    def values_of(self, key_code: int) -> Values:
        """Every value of the property, by code."""
        if key_code not in self._values:
            self._values[key_code] = self.tables[key_code].values()
        return self._values[key_code]

    def _descended(self, keys: Keys, pieces: Sequence[Piece]) -> pl.Series:
        """Row by row, the canonical JSON under exactly these keys, null for nothing."""
        key_code = self.keys.get(keys[0])
        length = sum(len(piece.who) for piece in pieces)
        if key_code is None:
            return pl.repeat(None, length, dtype=pl.String, eager=True)
        codes = _joined([piece.codes(key_code) for piece in pieces], np.uint32)
        distinct, inverse = numbered(codes)
        raw = self.tables[key_code].raw(pl.Series(distinct))
        found = pl.Series([_below(one, keys[1:]) for one in raw], dtype=pl.String)
        return found.gather(pl.Series(inverse))


@cache
def _no_values() -> Values:
    """Nothing, under code 0."""
    return read_values(pl.Series("raw", [None], dtype=pl.String))


def _below(raw: str | None, keys: Keys) -> str | None:
    if raw is None or not keys:
        return raw
    found = descend(parse_canonical(raw), keys)
    return None if found is ABSENT else canonical_json(found)


def _spans(run: Run, events: Sequence[int], *, whole: bool) -> Iterator[Stand]:
    """The rows [first, last) of each event; with `whole`, of neighbours together."""
    first = last = 0
    for event in events:
        low, high = run.span(event)
        if low == high:
            continue
        if not whole:
            yield event, low, high
        elif low == last:
            last = high
        else:
            if first < last:
                yield None, first, last
            first, last = low, high
    if whole and first < last:
        yield None, first, last


def _picked(run: Run, stand: Stand, span: Span, crowd: Crowd) -> Piece:
    """Of the rows that stand together, those inside `span` that are of the crowd."""
    event, first, last = stand
    users = run.content.users[first:last]
    if isinstance(crowd, Stretch):
        inside = run.rows_between(first, last, span.low, span.high)
        found, who = _of_stretch(users[inside], crowd, is_sorted=event is not None)
        return Piece(run, event, first, _narrowed(inside, found), who)
    found, who = crowd.find(users)
    return _timed(Piece(run, event, first, found, who), span)


def _of_stretch(
    users: U32, crowd: Stretch, *, is_sorted: bool
) -> tuple[slice | Index, Index]:
    """As `Stretch.find`; users in any order are all of the crowd."""
    if is_sorted:
        return crowd.find(users)
    return slice(0, len(users)), users.astype(np.intp)


def _narrowed(inside: slice | Index, found: slice | Index) -> slice | Index:
    """The rows `found` among the rows `inside`, both counted from the same first."""
    return inside[found] if isinstance(inside, np.ndarray) else found


def _timed(piece: Piece, span: Span) -> Piece:
    """The rows of the piece inside `span`."""
    if span.low <= piece.run.first_us and piece.run.last_us < span.high:
        return piece
    at = piece.at()
    inside = np.flatnonzero((at >= span.low) & (at < span.high))
    if len(inside) == len(at):
        return piece
    rows = piece.rows
    index = inside + rows.start if isinstance(rows, slice) else rows[inside]
    return Piece(piece.run, piece.event, piece.first, index, piece.who[inside])


def _joined(arrays: Sequence[AnyArray], dtype: type[np.generic]) -> AnyArray:
    if len(arrays) == 1:
        return arrays[0]
    return np.concatenate([*arrays, np.empty(0, dtype=dtype)])
