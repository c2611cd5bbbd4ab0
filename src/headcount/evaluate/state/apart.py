"""What changed, taken apart by the day it lies on.

Nearly all that comes and goes at a tick lies on the day of an edge of the range, and a
little, late, on many others. Looked at together, everybody would be read on all days.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headcount.store.columns.arrays import I64, Mask

MOST_APART = 4
"""So many days, those with the most rows, are apart, and all others together."""


def by_day(days: I64) -> Iterator[tuple[I64, Mask]]:
    """Each of the days in one group, ascending, and which rows are of the group.

    `days` has one a row.
    """
    if not len(days):
        return
    low = days.min()
    counts = np.bincount(days - low)
    found = np.flatnonzero(counts)
    most_first = found[np.argsort(-counts[found], kind="stable")]
    for group in (*most_first[:MOST_APART, None], most_first[MOST_APART:]):
        if len(group):
            own = np.sort(group) + low
            yield own, np.isin(days, own)
