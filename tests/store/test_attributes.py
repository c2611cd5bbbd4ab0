"""The attributes of a crowd at an instant, against plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcount.store.attributes import read_attribute
from headcount.store.columns.crowd import Crowd, Listed, Stretch
from headcount.store.memory import BYTES_A_ROW, Memory
from headcount.store.warehouse import Warehouse

BEGINNING = datetime(2024, 5, 1, tzinfo=UTC)
USERS = 6
INSTANTS = st.integers(0, 4)
RECORD = st.tuples(
    st.integers(0, USERS - 1),
    st.sampled_from(["plan", "seats"]),
    INSTANTS,
    st.sampled_from(['"b"', '"a"', "null", "7"]),
)
CROWDS: st.SearchStrategy[Crowd] = st.one_of(
    st.just(Stretch(0, USERS)),
    st.just(Stretch(2, 5)),
    st.sets(st.integers(0, USERS - 1)).map(
        lambda codes: Listed(np.array(sorted(codes), dtype=np.uint32))
    ),
)

Records = list[tuple[int, str, int, str]]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory) -> Iterator[Warehouse]:
    path = tmp_path_factory.mktemp("store") / "store.duckdb"
    with Warehouse.open(path) as opened:
        yield opened


def fill(warehouse: Warehouse, records: Records) -> None:
    """The store has these attribute records alone, in this order of arrival."""
    rows = [
        (0, user, key, BEGINNING + timedelta(hours=hour), value, place, 0)
        for place, (user, key, hour, value) in enumerate(records)
    ]
    warehouse.con.execute("DELETE FROM attributes")
    if rows:
        warehouse.con.executemany("INSERT INTO attributes VALUES (?,?,?,?,?,?,?)", rows)


def plain(records: Records, hour: int, crowd: Crowd) -> dict[int, tuple[str, int]]:
    """Of each row of the crowd the value of `plan` before the hour, and its hour."""
    found = {}
    for row, code in enumerate(crowd.codes.tolist()):
        known = [
            (at, value)
            for user, key, at, value in records
            if user == code and key == "plan" and at < hour
        ]
        if known and max(known)[1] != "null":
            at, value = max(known)
            found[row] = value, at
    return found


@given(
    records=st.lists(RECORD, max_size=20),
    hour=INSTANTS,
    crowd=CROWDS,
    rows_at_a_time=st.sampled_from([1, 3, 1000]),
)
def test_latest_record_counts(
    warehouse: Warehouse,
    records: Records,
    hour: int,
    crowd: Crowd,
    rows_at_a_time: int,
) -> None:
    at = BEGINNING + timedelta(hours=hour)
    fill(warehouse, records)
    warehouse.memory = Memory(2 * BYTES_A_ROW * rows_at_a_time)

    found = read_attribute(warehouse, 0, "plan", at=at, crowd=crowd)

    hours = (pl.from_epoch("at", time_unit="us").dt.replace_time_zone("UTC"),)
    told = {
        who: (value, (instant - BEGINNING) // timedelta(hours=1))
        for who, value, instant in found.with_columns(*hours).rows()
    }
    assert told == plain(records, hour, crowd)
    assert found.height == len(told)
