"""Reading the columns of one system: the events of some names, times and users."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import polars as pl

from headcount.canonical import canonical_json, parse_canonical
from headcount.rules.paths import ABSENT, Keys, candidates, descend
from headcount.rules.values import Values, read_values
from headcount.store.columns.arrays import I64, U32, AnyArray, Index, Mask
from headcount.store.columns.crowd import Crowd, Stretch
from headcount.store.columns.distinct import numbered
from headcount.store.columns.kernels import places_between, places_of, satisfying
from headcount.store.columns.rows import Coded, Rows, Tests, code_values
from headcount.store.columns.run import Run
from headcount.store.columns.values import ValueTable

Stand = tuple[int | None, int, int]
"""Rows of a run that stand together: their event, or None for several; first, last."""

NO_CODES = np.empty(0, dtype=np.uint32)
NO_ROWS = np.empty(0, dtype=np.intp)
NOTHING = 0
"""The code of rows without the property."""


@dataclass(frozen=True)
class Span:
    """Instants in [low, high), microseconds since the epoch."""

    low: int
    high: int


@dataclass(frozen=True)
class Ingested:
    """What came in after, or until, an ingest position where the columns once ended."""

    after: int | None = None
    upto: int | None = None

    def holds(self, run: Run) -> bool:
        """Whether all of the run came in then; else nothing of it did."""
        is_after = self.after is None or run.after >= self.after
        return is_after and (self.upto is None or run.upto <= self.upto)


EVER = Ingested()


@dataclass(frozen=True)
class Piece:
    """Some rows of one run: `rows` counts from `first`, the first row of `event`.

    `event` is None when the rows are of several events that stand side by side.
    `listed` has the row in the crowd of each row's user where it was looked up; else it
    follows from the user.
    """

    run: Run
    event: int | None
    first: int
    rows: slice | Index
    listed: U32 | None = None

    def __len__(self) -> int:
        """The number of rows."""
        rows = self.rows
        return rows.stop - rows.start if isinstance(rows, slice) else len(rows)

    def who(self, crowd: Crowd) -> U32:
        """The row in the crowd of each row's user."""
        if self.listed is not None:
            return self.listed
        return crowd.places(self.run.content.users[self.first :][self.rows])

    def codes(self, key: int) -> U32 | None:
        """One value code a row; None when no row has the property."""
        block = None if self.event is None else self.run.block(key, self.event)
        return None if block is None else block[self.rows]

    def at(self) -> I64:
        """One instant a row."""
        return self.run.content.at[self.first :][self.rows]

    def ids(self) -> I64:
        """A number for each row, of its own in the system."""
        rows = self.rows
        index = np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
        return index + (self.first + (self.run.number << 40))

    def picked(self, places: Index) -> Piece:
        """The rows at these places among the rows."""
        rows = self.rows
        index = places + rows.start if isinstance(rows, slice) else rows[places]
        listed = None if self.listed is None else self.listed[places]
        return replace(self, rows=index, listed=listed)

    def passing(self, tests: Sequence[tuple[int, Mask]]) -> Piece:
        """The rows whose code of each property is answered with yes."""
        piece = self
        for key, answers in tests:
            codes = piece.codes(key)
            if codes is not None:
                piece = piece.picked(places_of(satisfying(codes, answers)))
            elif not answers[NOTHING]:
                return piece.picked(NO_ROWS)
        return piece


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
        tests: Tests = (),
        paths: Sequence[str] = (),
        at: bool = False,
        ids: bool = False,
        ingested: Ingested = EVER,
    ) -> Rows:
        """The events of these codes inside `span`, by users of `crowd`.

        They pass the tests, and carry the properties at `paths`.
        """
        runs = [
            run
            for run in self.runs
            if run.first_us < span.high
            and run.last_us >= span.low
            and ingested.holds(run)
        ]
        quick, others = self._sorted_out(tests)
        is_whole = not (tests or paths)
        found = self._pieces(runs, events, span, crowd, whole=is_whole)
        passing = (piece.passing(quick) for piece in found)
        pieces = [piece for piece in passing if len(piece)]
        carried = dict.fromkeys([*paths, *(path for path, _ in others)])
        rows = Rows(
            _joined([piece.who(crowd) for piece in pieces], np.uint32),
            _joined([piece.at() for piece in pieces] if at else [], np.int64),
            _joined([piece.ids() for piece in pieces] if ids else [], np.int64),
            {path: self._coded(path, pieces) for path in carried},
        )
        return rows.passing(others)

    def _sorted_out(self, tests: Tests) -> tuple[list[tuple[int, Mask]], Tests]:
        """The answers for every code of a property, and tests of what has too many."""
        quick, others = [], []
        for path, test in tests:
            way, *more = candidates(path)
            table = None if more else self.tables.get(self.keys.get(way[0], -1))
            if table is not None and table.is_small:
                quick.append((table.key_code, test(self._every_value(table.key_code))))
            else:
                others.append((path, test))
        return quick, others

    def _every_value(self, key_code: int) -> Coded:
        values = self.values_of(key_code)
        return Coded(values, np.arange(len(values), dtype=np.uint32), key_code)

    def release(self) -> None:
        """No page of a run is held in memory; what is read again is mapped again."""
        self.runs = [replace(run) for run in self.runs]

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
                yield _picked(run, stand, span, crowd)

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
            return Coded(_no_values(), _codes(pieces, None))
        codes = _codes(pieces, key_code)
        table = self.tables[key_code]
        if table.is_small:
            return Coded(self.values_of(key_code), codes, key_code)
        distinct, places = numbered(codes)
        values = read_values(table.raw(pl.Series(distinct)))
        return Coded(values, places)

    def values_of(self, key_code: int) -> Values:
        """Every value of the property, by code."""
        if key_code not in self._values:
            self._values[key_code] = self.tables[key_code].values()
        return self._values[key_code]

    def _descended(self, keys: Keys, pieces: Sequence[Piece]) -> pl.Series:
        """Row by row, the canonical JSON under exactly these keys, null for nothing."""
        key_code = self.keys.get(keys[0])
        codes = _codes(pieces, key_code)
        if key_code is None:
            return pl.repeat(None, len(codes), dtype=pl.String, eager=True)
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


def _codes(pieces: Sequence[Piece], key: int | None) -> U32:
    """The value code of every row."""
    found = []
    for piece in pieces:
        codes = None if key is None else piece.codes(key)
        found.append(np.zeros(len(piece), dtype=np.uint32) if codes is None else codes)
    return _joined(found, np.uint32)


def _picked(run: Run, stand: Stand, span: Span, crowd: Crowd) -> Piece:
    """Of the rows that stand together, those inside `span` that are of the crowd."""
    event, first, last = stand
    users = run.content.users[first:last]
    if isinstance(crowd, Stretch):
        inside = run.rows_between(first, last, span.low, span.high)
        # Users of several events stand in no order, and are all of the crowd.
        rows = inside if event is None else _of_stretch(users, inside, crowd)
        return Piece(run, event, first, rows)
    found, who = crowd.find(users)
    return _timed(Piece(run, event, first, found, who), span)


def _of_stretch(users: U32, inside: slice | Index, crowd: Stretch) -> slice | Index:
    """Of the rows `inside`, ascending, those of the crowd."""
    if isinstance(inside, slice):
        return crowd.rows(users)
    return inside[crowd.rows(users[inside])]


def _timed(piece: Piece, span: Span) -> Piece:
    """The rows of the piece inside `span`."""
    if span.low <= piece.run.first_us and piece.run.last_us < span.high:
        return piece
    return piece.picked(places_between(piece.at(), span.low, span.high))


def _joined(arrays: Sequence[AnyArray], dtype: type[np.generic]) -> AnyArray:
    if len(arrays) == 1:
        return arrays[0]
    return np.concatenate([*arrays, np.empty(0, dtype=dtype)])
