"""Records keep their numbers, and their checksums follow every change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcount.evaluate.state.beginnings import Beginnings
from headcount.evaluate.state.records import BLOCKS, MOST, Field, Records, kind_for
from headcount.store.columns.arrays import U32

KINDS = ["<i4", "<i8", "<i2"]
CAPACITY = 1024


def new_records(folder: Path, kinds: list[str]) -> tuple[Records, list[Field]]:
    path = folder / "records-1.state"
    records = Records.new(path, CAPACITY, 16, is_shared=True)
    fields = records.fields(kinds)
    assert fields is not None
    return records, fields


def begin(fields: list[Field], first: int, *columns) -> None:
    beginnings = Beginnings()
    beginnings.add(fields, first, columns)
    beginnings.end()


def codes(*users: int) -> U32:
    return np.array(users, dtype=np.uint32)


@given(data=st.data())
def test_checksums_follow_changes(tmp_path_factory, data: st.DataObject) -> None:
    records, fields = new_records(tmp_path_factory.mktemp("state"), KINDS)
    begin(fields[:1], 0, np.arange(10))
    written = np.zeros((len(KINDS), CAPACITY), dtype=np.int64)
    written[0, :10] = np.arange(10)

    for _ in range(data.draw(st.integers(0, 5))):
        number = data.draw(st.integers(0, 2))
        users = codes(*sorted(data.draw(st.sets(st.integers(0, 1023), min_size=1))))
        values = np.array([data.draw(st.integers(-9, 99)) for _ in users])
        if data.draw(st.booleans()):
            fields[number].write(users, values)
            written[number, users] = values
        else:
            fields[number].add(users, values)
            written[number, users] += values

    assert all(map(records.are_whole, range(BLOCKS)))
    assert [field.all(CAPACITY).tolist() for field in fields] == written.tolist()


def test_numbers_are_there_for_the_next_process(tmp_path: Path) -> None:
    records, fields = new_records(tmp_path, KINDS)
    fields[1].write(codes(3, 5), np.array([-7, 2**40]))

    again = Records(records.path, CAPACITY, records.width, True, records.sums)
    number = Field(again, fields[1].offset, fields[1].kind)

    assert number.all(CAPACITY)[3:6].tolist() == [-7, 0, 2**40]


def test_one_flipped_bit_is_noticed(tmp_path: Path) -> None:
    records, fields = new_records(tmp_path, KINDS)
    fields[0].write(codes(*range(64)), np.arange(64))

    records.words[17, 1] ^= np.uint64(4)

    damaged = [one for one in range(BLOCKS) if not records.are_whole(one)]
    assert damaged == [17 * BLOCKS // CAPACITY]


def test_no_number_is_given_away_twice(tmp_path: Path) -> None:
    records, fields = new_records(tmp_path, KINDS)

    assert records.fields(["<i4"]) is None
    assert records.fields(["<i2"]) is not None
    assert records.fields(["<i2"]) is None
    assert len({(field.offset, field.kind) for field in fields}) == len(KINDS)


def test_number_that_would_be_too_large_is_not_written(tmp_path: Path) -> None:
    records, fields = new_records(tmp_path, KINDS)
    fields[1].write(codes(3), np.array([MOST]))

    assert fields[1].add(codes(3, 4), np.array([1, 1])) is None
    assert fields[1].all(CAPACITY)[3:5].tolist() == [MOST, 0]
    assert all(map(records.are_whole, range(BLOCKS)))


@pytest.mark.parametrize(
    ("greatest", "kind"),
    [(0, "<i2"), (16_383, "<i2"), (16_384, "<i4"), (2**30, "<i8"), (MOST, None)],
)
def test_numbers_begin_with_room_to_grow(greatest: int, kind: str | None) -> None:
    assert kind_for("<i2", np.array([3, -greatest])) == kind


def test_short_number_that_grows_too_large_is_not_written(tmp_path: Path) -> None:
    _, fields = new_records(tmp_path, KINDS)
    short = fields[2]
    short.write(codes(3), np.array([32_767]))

    assert short.add(codes(3), np.array([1])) is None
    assert short.of(codes(3)).tolist() == [32_767]
