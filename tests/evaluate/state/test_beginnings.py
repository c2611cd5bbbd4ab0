"""Numbers that are written together stand where each would stand alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headcount.evaluate.state.beginnings import Beginnings
from headcount.evaluate.state.records import BLOCKS, Records, most_of

CAPACITY = 1024
KINDS = ["<i4", "<i8", "<i2", "<i4", "<i8"]


@given(data=st.data())
def test_every_number_stands_in_its_field(tmp_path_factory, data) -> None:
    path = tmp_path_factory.mktemp("state") / "records-1.state"
    records = Records.new(path, CAPACITY, 32, is_shared=True)
    fields = records.fields(KINDS)
    written = np.zeros((len(KINDS), CAPACITY), dtype=np.int64)
    beginnings = Beginnings(data.draw(st.sampled_from([0, 1000, 10**9])), is_alone=True)

    for number, field in enumerate(fields):
        values = st.integers(-most_of(field.kind), most_of(field.kind))
        first = data.draw(st.integers(0, 900))
        column = np.array(data.draw(st.lists(values, max_size=100)), dtype=field.kind)
        beginnings.add([field], first, [column])
        written[number, first : first + len(column)] = column
    beginnings.end()

    assert [field.all(CAPACITY).tolist() for field in fields] == written.tolist()
    assert all(map(records.are_whole, range(BLOCKS)))
