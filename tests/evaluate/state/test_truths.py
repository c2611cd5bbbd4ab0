"""Truths keep one bit a user, and their checksums follow every change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headcount.evaluate.state.truths import Truth, Truths

CAPACITY = 1024
USERS = st.sets(st.integers(0, CAPACITY - 1))


def new_truth(folder: Path) -> Truth:
    return Truth(Truths.new(folder / "truths-1.state", CAPACITY), 3)


@given(holding=USERS, flips=st.lists(USERS, max_size=4))
def test_truths_and_checksum_follow_flips(
    tmp_path_factory, holding: set[int], flips: list[set[int]]
) -> None:
    truth = new_truth(tmp_path_factory.mktemp("state"))
    mask = np.isin(np.arange(1000), [*holding])
    expected = {user for user in holding if user < len(mask)}

    truth.fill(mask)
    for users in flips:
        truth.flip(np.array(sorted(users), dtype=np.uint32))
        expected ^= users

    everybody = np.arange(CAPACITY, dtype=np.uint32)
    assert set(np.flatnonzero(truth.all(CAPACITY)).tolist()) == expected
    assert np.array_equal(truth.of(everybody), truth.all(CAPACITY))
    assert truth.truths.are_whole(truth.slot)


def test_one_flipped_bit_is_noticed(tmp_path: Path) -> None:
    truth = new_truth(tmp_path)
    truth.fill(np.ones(100, dtype=np.bool_))

    truth.truths.bytes[truth.slot, 5] ^= 1

    assert not truth.truths.are_whole(truth.slot)
    assert truth.truths.are_whole(truth.slot + 1)
