"""Checksums that follow a change without reading the rest.

A checksum is the sum, modulo 2^64, of 64-bit words, each times an odd number that its
place decides. So the difference that a change makes is known from the change alone.
"""

from __future__ import annotations

import numpy as np

from headcount.compiled import INT, U64S, WORD, compiled
from headcount.store.columns.arrays import U64


@compiled(WORD, WORD)
def weight(place: np.uint64) -> np.uint64:
    """The factor of the word at a place: odd, so that no change of one is lost."""
    factor = (place + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    factor = (factor ^ (factor >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    factor = (factor ^ (factor >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return factor | np.uint64(1)


@compiled(WORD, U64S, INT)
def checksum(words: U64, first_place: int) -> np.uint64:
    """The checksum of words that stand side by side from a place on."""
    total = np.uint64(0)
    for i in range(len(words)):
        total += weight(np.uint64(first_place + i)) * words[i]
    return total
