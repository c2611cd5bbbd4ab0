"""Codes each once and numbered, whichever way they are found."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headcount.store.columns.distinct import distinct, numbered, places_in

CODES = st.one_of(
    st.lists(st.integers(0, 9), max_size=40),  # by a table
    st.lists(st.integers(0, 2**32 - 1), max_size=40),  # by order
).map(lambda codes: np.array(codes, dtype=np.uint32))


@given(codes=CODES)
def test_every_code_stands_there_once(codes) -> None:
    found = distinct(codes)

    assert found.tolist() == sorted(set(codes.tolist()))
    assert found.dtype == codes.dtype


@given(codes=CODES)
def test_every_code_is_found_at_its_place(codes) -> None:
    found, places = numbered(codes)

    assert found.tolist() == sorted(set(codes.tolist()))
    assert found[places].tolist() == codes.tolist()
    assert places_in(found, codes).tolist() == places.tolist()
