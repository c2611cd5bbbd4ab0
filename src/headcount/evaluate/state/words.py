"""The words that numbers and truths are kept in, and checksums that follow them.

A number stands in a word of the user's record, so many bits from its lowest one. All
arithmetic is modulo 2^64. A checksum is the sum of the words, each times an odd number
that its place decides: so the difference that a change makes is known from the change
alone, and nothing else is read.
"""

from __future__ import annotations

import numpy as np

from headcount.compiled import (
    I32S,
    I64S,
    INT,
    NEW_BOOLS,
    NEW_U64_ROWS,
    NEW_U64S,
    NOTHING,
    U32S,
    U64S,
    WORD,
    compiled,
    part_of_compiled,
)
from headcount.store.columns.arrays import I64, U32, U64, Mask, Whole

# Compiled code is kept until its own file changes: what calls `weight` stands here.


@part_of_compiled
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


def _begin(  # noqa: PLR0917 - by place, as all compiled functions
    records: U64,
    first: int,
    values: Whole,
    place: int,
    shift: np.uint64,
    mask: np.uint64,
    sums: U64,
) -> None:
    """The numbers of the users from `first` on, which were 0, are the values."""
    capacity, width = records.shape
    for user in range(len(values)):
        bits = (np.uint64(values[user]) & mask) << shift
        if bits != 0:
            row = first + user
            records[row, place] |= bits
            weighed = weight(np.uint64(row * width + place)) * bits
            sums[row * len(sums) // capacity] += weighed


begin_short, begin_long = (
    compiled(NOTHING, NEW_U64_ROWS, INT, values, INT, WORD, WORD, NEW_U64S)(_begin)
    for values in (I32S, I64S)
)


@compiled(NOTHING, NEW_U64_ROWS, U32S, INT, WORD, WORD, I64S, NEW_U64S)
def write_numbers(  # noqa: PLR0917 - as above
    records: U64,
    users: U32,
    place: int,
    shift: np.uint64,
    mask: np.uint64,
    values: I64,
    sums: U64,
) -> None:
    """The number of each of the users, each given once, is the value."""
    capacity, width = records.shape
    for i in range(len(users)):
        row = np.int64(users[i])
        old = records[row, place]
        bits = (np.uint64(values[i]) & mask) << shift
        new = (old & ~(mask << shift)) | bits
        records[row, place] = new
        weighed = weight(np.uint64(row * width + place)) * (new - old)
        sums[row * len(sums) // capacity] += weighed


@compiled(NOTHING, U64S, U32S, NEW_BOOLS)
def read_bits(words: U64, users: U32, found: Mask) -> None:
    """The bit of each of the users."""
    for i in range(len(users)):
        bit = np.uint64(users[i] & np.uint32(63))
        found[i] = (words[users[i] >> np.uint32(6)] >> bit) & np.uint64(1)


@compiled(NOTHING, NEW_U64S, U32S, INT, NEW_U64S)
def flip_bits(words: U64, users: U32, first_place: int, sums: U64) -> None:
    """The bit of each of the users, each given once, is the other one."""
    for i in range(len(users)):
        word = np.int64(users[i] >> np.uint32(6))
        old = words[word]
        new = old ^ (np.uint64(1) << np.uint64(users[i] & np.uint32(63)))
        words[word] = new
        sums[0] += weight(np.uint64(first_place + word)) * (new - old)
