"""Arrays keep their numbers, and their checksum follows every change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headcount.evaluate.state.arrays import UserArrays, capacity_for

KINDS = ["|u1", "<i4", "<i8"]


@given(data=st.data())
def test_checksum_follows_changes(tmp_path_factory, data: st.DataObject) -> None:
    arrays = UserArrays(tmp_path_factory.mktemp("state") / "a.state", KINDS, 64)
    checksum = arrays.fill(1, np.arange(10, dtype=np.int64))

    for _ in range(data.draw(st.integers(0, 5))):
        column = data.draw(st.integers(0, 2))
        users = np.array(
            sorted(data.draw(st.sets(st.integers(0, 63), min_size=1))), dtype=np.uint32
        )
        values = np.array(
            [data.draw(st.integers(0, 100)) for _ in users], dtype=np.int64
        )
        checksum += arrays.set(column, users, values)

    assert arrays.checksum() == checksum % 2**64


def test_numbers_are_there_for_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "a.state"
    users = np.array([3, 5], dtype=np.uint32)
    UserArrays(path, KINDS, 64).set(2, users, np.array([-7, 2**40]))

    again = UserArrays(path, KINDS, 64)

    assert again.columns[2][[3, 4, 5]].tolist() == [-7, 0, 2**40]


def test_one_flipped_bit_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.state"
    arrays = UserArrays(path, KINDS, 64)
    checksum = arrays.fill(1, np.arange(64, dtype=np.int64))

    arrays.columns[1][17] ^= 4

    assert arrays.checksum() != checksum


def test_there_is_room_for_more_users() -> None:
    assert [capacity_for(users) for users in (0, 1024, 1025)] == [1024, 1024, 2048]
