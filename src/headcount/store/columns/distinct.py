"""Many codes, each once, and where each of them stands.

Codes are small numbers, so a table of all that there may be is often the quickest. Else
they are sorted: NumPy's `unique` hashes them, which takes a hundred times as long for
some millions of pairs (NumPy 2.4).
"""

from __future__ import annotations

import numpy as np

from headcount.store.columns.arrays import U32, AnyArray

SPARSE = 8
"""With more numbers than this in the table for each code, codes are sorted instead."""


def distinct(codes: AnyArray) -> AnyArray:
    """The codes, ascending, each once."""
    size = _table_size(codes)
    if size is not None:
        return np.flatnonzero(_flags(codes, size)).astype(codes.dtype)
    ordered = np.sort(codes)
    is_first = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    found: AnyArray = ordered[is_first]
    return found


def numbered(codes: AnyArray) -> tuple[AnyArray, U32]:
    """The codes, ascending, each once; and for each of `codes` its place there."""
    size = _table_size(codes)
    if size is not None:
        found = np.flatnonzero(_flags(codes, size))
        return found.astype(codes.dtype), _table(found, size)[codes]
    # With places asked for it sorts.
    found, places = np.unique(codes, return_inverse=True)
    return found, places.astype(np.uint32)


def places_in(found: AnyArray, codes: AnyArray) -> U32:
    """The place of each of `codes` in `found`, which is ascending and has them all."""
    if _table_size(codes) is not None:
        return _table(found, int(found[-1]) + 1)[codes]
    return np.searchsorted(found, codes).astype(np.uint32)


def _table_size(codes: AnyArray) -> int | None:
    """The length of a table of all that the codes may be; None when it is too long."""
    size = int(codes.max(initial=0)) + 1
    return size if size <= SPARSE * len(codes) else None


def _flags(codes: AnyArray, size: int) -> AnyArray:
    flags = np.zeros(size, dtype=np.bool_)
    flags[codes] = True
    return flags


def _table(found: AnyArray, size: int) -> U32:
    places = np.empty(size, dtype=np.uint32)
    places[found] = np.arange(len(found), dtype=np.uint32)
    return places
