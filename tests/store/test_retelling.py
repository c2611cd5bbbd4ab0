"""Stays with a span told anew: what follows it is shown as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from headcount.store.retelling import STAYS, tell_between

BEGINNING = datetime(2024, 5, 1, tzinfo=UTC)
VERSION = 7


def hour(number: int | None) -> datetime | None:
    """That many hours after the beginning."""
    return None if number is None else BEGINNING + timedelta(hours=number)


def stays(*rows: tuple[Any, ...]) -> pl.DataFrame:
    """STAYS of user 1, version 1, from hours: entered, left, shown since, cut."""
    told = [
        (1, hour(entered), hour(left), version, hour(since), is_cut)
        for entered, left, version, since, is_cut in rows
    ]
    return pl.DataFrame(told, STAYS, orient="row")


def told(before: pl.DataFrame, *, at: int, until: int, is_member: bool) -> list[Any]:
    """The stays afterwards, in hours."""
    start, end = hour(at), hour(until)
    assert start is not None
    assert end is not None
    touching = before.filter(
        pl.col("entered_at") <= end,
        pl.col("left_at").is_null() | (pl.col("left_at") >= start),
    )
    members = pl.Series([1] if is_member else [], dtype=pl.UInt32)
    new = tell_between(touching, members, at=start, until=end, version=VERSION)
    rest = before.join(touching, on=STAYS.names(), how="anti", nulls_equal=True)
    return pl.concat([rest, new]).sort("entered_at").rows()


def rows(*wanted: tuple[Any, ...]) -> list[Any]:
    return stays(*wanted).rows()


def test_member_before_the_first_tick_is_cut_off_at_it() -> None:
    first = stays((8, None, 1, None, False))

    assert told(first, at=4, until=8, is_member=True) == rows(
        (4, 8, VERSION, None, True), (8, None, 1, None, False)
    )


def test_stay_that_goes_on_is_left_whole() -> None:
    whole = stays((2, 12, 1, None, False))

    assert told(whole, at=4, until=8, is_member=True) == rows((2, 12, 1, None, False))


def test_stay_that_was_interrupted_is_shown_since_its_entry() -> None:
    whole = stays((2, 12, 1, None, False))

    assert told(whole, at=4, until=8, is_member=False) == rows(
        (2, 4, 1, None, False), (8, 12, 1, 2, False)
    )


def test_stay_that_was_interrupted_becomes_one_again() -> None:
    parted = stays((2, 4, 1, None, False), (8, 12, 1, 2, False))

    assert told(parted, at=4, until=8, is_member=True) == rows((2, 12, 1, None, False))


def test_stay_that_was_none_is_gone() -> None:
    within = stays((4, 8, 1, None, False))

    assert told(within, at=4, until=8, is_member=False) == []


def test_exit_that_was_told_stays_one() -> None:
    left = stays((2, 8, 1, None, False))

    assert told(left, at=4, until=8, is_member=True) == rows((2, 8, 1, None, False))


def test_cut_moves_on_with_the_span() -> None:
    cut = stays((4, 8, 1, None, True), (8, None, 1, None, False))

    assert told(cut, at=8, until=12, is_member=True) == rows(
        (4, 12, 1, None, True), (12, None, 1, 8, False)
    )


@given(
    edges=st.lists(st.integers(0, 20), unique=True, max_size=6).map(sorted),
    spans=st.lists(
        st.tuples(st.integers(1, 20), st.booleans()), min_size=1, max_size=5
    ),
)
def test_only_the_span_is_told_anew(
    edges: list[int], spans: list[tuple[int, bool]]
) -> None:
    ends = edges[1::2] if len(edges) % 2 == 0 else [*edges[1::2], None]
    table = stays(
        *((a, b, 1, None, False) for a, b in zip(edges[::2], ends, strict=True))
    )
    for at, is_member in spans:
        before, until = table, at + 2
        table = pl.DataFrame(
            told(table, at=at, until=until, is_member=is_member), STAYS, orient="row"
        )

        for moment in range(24):
            wanted = shown(before, moment)
            if not at <= moment < until:
                assert shown(table, moment) == wanted
            else:
                assert (shown(table, moment) is not None) == is_member
        again = told(table, at=at, until=until, is_member=is_member)
        assert again == table.sort("entered_at").rows()


def shown(table: pl.DataFrame, moment: int) -> datetime | None:
    """The entry that a member is shown with at a moment, None for nobody."""
    now = hour(moment)
    found = table.filter(
        pl.col("entered_at") <= now,
        pl.col("left_at").is_null() | (pl.col("left_at") > now),
    )
    assert found.height <= 1
    shown = found.select(pl.coalesce("member_since", "entered_at")).to_series()
    return shown[0] if len(shown) else None
