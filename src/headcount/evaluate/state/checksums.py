"""Checksums that follow a change without reading the rest.

A checksum is the sum, modulo 2^64, of 64-bit words, each times an odd number that its
place decides. So the difference that a change makes is known from the change alone.
"""

from __future__ import annotations

import numpy as np

from headcount.store.columns.arrays import U64, AnyArray

MULTIPLIERS = tuple(
    np.uint64(one)
    for one in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)


def weights(places: AnyArray) -> U64:
    """For the place of each word its factor: odd, so that no change of one is lost."""
    first, second, third = MULTIPLIERS
    factor = (places.astype(np.uint64) + np.uint64(1)) * first
    factor = (factor ^ (factor >> np.uint64(30))) * second
    factor = (factor ^ (factor >> np.uint64(27))) * third
    return factor | np.uint64(1)


def checksum(words: U64, first_place: int) -> int:
    """The checksum of words that stand side by side from a place on."""
    places = np.arange(first_place, first_place + len(words), dtype=np.uint64)
    return int((weights(places) * words).sum(dtype=np.uint64))
