"""Many codes, each once, and where each of them stands.

Codes are small numbers, so a table of all that there may be is often the quickest. Else
they are sorted: NumPy's `unique` hashes them, which takes a hundred times as long for
some millions of pairs (NumPy 2.4).
"""

from __future__ import annotations

import numpy as np

from headcount.store.columns.arrays import AnyArray, Index

SPARSE = 8
"""With more numbers than this in the table for each code, codes are sorted instead."""


def distinct(codes: AnyArray) -> AnyArray:
    """The codes, ascending, each once."""
    if _are_dense(codes):
        return np.flatnonzero(_flags(codes)).astype(codes.dtype)
    ordered = np.sort(codes)
    is_first = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    found: AnyArray = ordered[is_first]
    return found


def numbered(codes: AnyArray) -> tuple[AnyArray, Index]:
    """The codes, ascending, each once; and for each of `codes` its place there."""
    if _are_dense(codes):
        flags = _flags(codes)
        found = np.flatnonzero(flags)
        return found.astype(codes.dtype), _table(found, len(flags))[codes]
    # With places asked for it sorts.
    return np.unique(codes, return_inverse=True)


def places_in(found: AnyArray, codes: AnyArray) -> Index:
    """The place of each of `codes` in `found`, which is ascending and has them all."""
    if _are_dense(codes):
        return _table(found, int(found[-1]) + 1)[codes]
    return np.searchsorted(found, codes)


def _are_dense(codes: AnyArray) -> bool:
    return len(codes) > 0 and int(codes.max()) < SPARSE * len(codes)


def _flags(codes: AnyArray) -> AnyArray:
    flags = np.zeros(int(codes.max()) + 1, dtype=np.bool_)
    flags[codes] = True
    return flags


def _table(found: AnyArray, size: int) -> Index:
    places = np.empty(size, dtype=np.intp)
    places[found] = np.arange(len(found))
    return places
