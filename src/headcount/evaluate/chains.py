"""The earliest chain of a sequence's steps: segments.md §2, "sequence".

A chain begins at each event of the first step and takes for each next step the earliest
event that is not before the last one taken. Whose chains they are is a key, a small
number: a user, or a user with a linking text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headcount.compiled import I64S, NEW_I64S, NOTHING, U32S, compiled
from headcount.store.columns.arrays import I64, U32


@dataclass(frozen=True)
class Instants:
    """The instants of each key's events, ascending.

    Those of key k stand from `starts[k]` until `starts[k + 1]`.
    """

    starts: I64
    at: I64


@dataclass(frozen=True)
class Chains:
    """The chains of each key, ascending: where each stands, and where it began."""

    starts: I64
    at: I64
    began: I64

    @property
    def keys(self) -> I64:
        """The key of each chain."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


def instants_of(keys: U32, at: I64, size: int) -> Instants:
    """The instants of events, given in any order, by their keys below `size`."""
    starts = np.zeros(size + 1, dtype=np.int64)
    ordered = np.empty(len(at), dtype=np.int64)
    _order(keys, at, starts, ordered)
    return Instants(starts, ordered)


@compiled(NOTHING, U32S, I64S, NEW_I64S, NEW_I64S)
def _order(keys: U32, at: I64, starts: I64, ordered: I64) -> None:
    size = len(starts) - 1
    for i in range(len(keys)):
        starts[keys[i] + 1] += 1
    for key in range(size):
        starts[key + 1] += starts[key]
    # Each start moves to the end of its key, which is the next one's start.
    for i in range(len(keys)):
        key = keys[i]
        ordered[starts[key]] = at[i]
        starts[key] += 1
    for key in range(size, 0, -1):
        starts[key] = starts[key - 1]
    starts[0] = 0
    for key in range(size):
        for i in range(starts[key] + 1, starts[key + 1]):
            if ordered[i] < ordered[i - 1]:
                ordered[starts[key] : starts[key + 1]].sort()
                break


def chains_of(steps: Sequence[Instants]) -> Chains:
    """Every chain through all the steps.

    Of those that stand at one instant there is the one that began last.
    """
    first, *rest = steps
    chains = Chains(first.starts, first.at, first.at)
    for step in rest:
        starts = np.zeros_like(chains.starts)
        at, began = np.empty_like(chains.at), np.empty_like(chains.at)
        _follow(
            chains.starts,
            chains.at,
            chains.began,
            step.starts,
            step.at,
            starts,
            at,
            began,
        )
        chains = Chains(starts, at[: starts[-1]], began[: starts[-1]])
    return chains


@compiled(NOTHING, *[I64S] * 5, *[NEW_I64S] * 3)
def _follow(  # noqa: PLR0917 - by place, as all compiled functions
    starts: I64,
    at: I64,
    began: I64,
    next_starts: I64,
    next_at: I64,
    new_starts: I64,
    new_at: I64,
    new_began: I64,
) -> None:
    found = 0
    for key in range(len(starts) - 1):
        following, end = next_starts[key], next_starts[key + 1]
        for i in range(starts[key], starts[key + 1]):
            while following < end and next_at[following] < at[i]:
                following += 1
            if following == end:
                break
            if found == new_starts[key] or new_at[found - 1] != next_at[following]:
                new_at[found] = next_at[following]
                found += 1
            new_began[found - 1] = began[i]
        new_starts[key + 1] = found
