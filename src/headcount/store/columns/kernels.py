"""What is done with every event, row by row.

Each is said twice: by NumPy, for a process that does little (`Haste`), and as a loop.
Tests hold them to each other.

Source: architecture.md, "Evaluating fast".
"""

from __future__ import annotations

import numpy as np

from headcount.compiled import (
    BOOLS,
    I64S,
    INT,
    NEW_BOOLS,
    NEW_I32S,
    NEW_I64S,
    NEW_U32S,
    NEW_U64S,
    NOTHING,
    U32S,
    Haste,
    compiled,
)
from headcount.store.columns.arrays import I32, I64, U32, U64, Index, Mask

# ── which rows ────────────────────────────────────────────────────────────────


def places_of(mask: Mask) -> Index:
    """Where the mask holds, ascending."""
    if Haste.holds(len(mask)):
        return np.flatnonzero(mask)
    places = np.empty(len(mask), dtype=np.int64)
    return places[: _places(mask, places)]


@compiled(INT, BOOLS, NEW_I64S)
def _places(mask: Mask, places: I64) -> int:
    found = 0
    for i in range(len(mask)):
        places[found] = i
        found += mask[i]
    return found


def places_between(at: I64, low: int, high: int) -> Index:
    """The rows with an instant in [low, high), ascending."""
    if Haste.holds(len(at)):
        return np.flatnonzero((at >= low) & (at < high))
    places = np.empty(len(at), dtype=np.int64)
    return places[: _places_between(at, low, high, places)]


@compiled(INT, I64S, INT, INT, NEW_I64S)
def _places_between(at: I64, low: int, high: int, places: I64) -> int:
    found = 0
    for i in range(len(at)):
        places[found] = i
        found += (at[i] >= low) & (at[i] < high)
    return found


def satisfying(codes: U32, answers: Mask) -> Mask:
    """Row by row, the answer of its code."""
    if Haste.holds(len(codes)):
        return answers[codes]
    mask = np.empty(len(codes), dtype=np.bool_)
    _satisfying(codes, answers, mask)
    return mask


@compiled(NOTHING, U32S, BOOLS, NEW_BOOLS)
def _satisfying(codes: U32, answers: Mask, mask: Mask) -> None:
    for i in range(len(codes)):
        mask[i] = answers[codes[i]]


def rows_of(users: U32, listed: U32) -> tuple[Index, U32]:
    """The rows that are of a listed user, and where the user stands in the list.

    Both are ascending, the listed ones each once.
    """
    if Haste.holds(len(users)):
        found_rows = np.flatnonzero(np.isin(users, listed))
        places = np.searchsorted(listed, users[found_rows])
        return found_rows, places.astype(np.uint32)
    rows = np.empty(len(users), dtype=np.int64)
    who = np.empty(len(users), dtype=np.uint32)
    found = _rows_of(users, listed, rows, who)
    return rows[:found], who[:found]


FAR = 32
"""From so many rows a listed user on, the next one is searched for in leaps."""


@compiled(INT, U32S, U32S, NEW_I64S, NEW_U32S)
def _rows_of(users: U32, listed: U32, rows: I64, who: U32) -> int:
    found = row = 0
    end = len(users)
    is_far = end >= FAR * len(listed)
    for place in range(len(listed)):
        user = listed[place]
        if is_far and row < end and users[row] < user:
            step = 1
            while row + step < end and users[row + step] < user:
                row += step
                step *= 2
            high = min(row + step, end)
            while row + 1 < high:
                middle = (row + high) // 2
                if users[middle] < user:
                    row = middle
                else:
                    high = middle
            row += 1
        while row < end and users[row] < user:
            row += 1
        while row < end and users[row] == user:
            rows[found] = row
            who[found] = place
            found += 1
            row += 1
    return found


WORD = 64
"""The bits of a word."""

# ── what a user has ───────────────────────────────────────────────────────────


def add_rows(who: U32, counts: I32) -> None:
    """Each row is counted for its user."""
    if Haste.holds(len(who)):
        counts += np.bincount(who, minlength=len(counts)).astype(np.int32)
        return
    _add_rows(who, counts)


@compiled(NOTHING, U32S, NEW_I32S)
def _add_rows(who: U32, counts: I32) -> None:
    for i in range(len(who)):
        counts[who[i]] += 1


def add_satisfying(who: U32, codes: U32, answers: Mask, counts: I32) -> None:
    """Each row whose code is answered with yes is counted for its user."""
    if Haste.holds(len(who)):
        add_rows(who[answers[codes]], counts)
        return
    _add_satisfying(who, codes, answers, counts)


@compiled(NOTHING, U32S, U32S, BOOLS, NEW_I32S)
def _add_satisfying(who: U32, codes: U32, answers: Mask, counts: I32) -> None:
    for i in range(len(who)):
        counts[who[i]] += answers[codes[i]]


def add_numbers(who: U32, codes: U32, numbers: I64, sums: I64) -> None:
    """The number that each row's code stands for is added for its user."""
    if Haste.holds(len(who)):
        np.add.at(sums, who, numbers[codes])
        return
    _add_numbers(who, codes, numbers, sums)


@compiled(NOTHING, U32S, U32S, I64S, NEW_I64S)
def _add_numbers(who: U32, codes: U32, numbers: I64, sums: I64) -> None:
    for i in range(len(who)):
        sums[who[i]] += numbers[codes[i]]


def keep_least(who: U32, at: I64, least: I64) -> None:
    """No row of a user is before `least`."""
    if Haste.holds(len(who)):
        np.minimum.at(least, who, at)
        return
    _keep_least(who, at, least)


@compiled(NOTHING, U32S, I64S, NEW_I64S)
def _keep_least(who: U32, at: I64, least: I64) -> None:
    for i in range(len(who)):
        least[who[i]] = min(least[who[i]], at[i])


def places_of_least(who: U32, at: I64, least: I64) -> Index:
    """The rows that stand at the least instant of their user."""
    if Haste.holds(len(who)):
        return np.flatnonzero(at == least[who])
    places = np.empty(len(who), dtype=np.int64)
    return places[: _places_of_least(who, at, least, places)]


@compiled(INT, U32S, I64S, I64S, NEW_I64S)
def _places_of_least(who: U32, at: I64, least: I64, places: I64) -> int:
    found = 0
    for i in range(len(who)):
        places[found] = i
        found += at[i] == least[who[i]]
    return found


def mark_days(who: U32, days: I64, first: int, marks: U64) -> None:
    """A bit is set for each of the days that a user has a row on, 64 from `first`."""
    if Haste.holds(len(who)):
        day = days - first
        own = (day >= 0) & (day < WORD)
        np.bitwise_or.at(marks, who[own], np.uint64(1) << day[own].astype(np.uint64))
        return
    _mark_days(who, days, first, marks)


@compiled(NOTHING, U32S, I64S, INT, NEW_U64S)
def _mark_days(who: U32, days: I64, first: int, marks: U64) -> None:
    for i in range(len(who)):
        day = days[i] - first
        if (day >= 0) & (day < WORD):
            marks[who[i]] |= np.uint64(1) << np.uint64(day)
