"""A state finds again what it kept, and gives up files that hold little."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from headcount.evaluate.state.home import (
    Kept,
    State,
    capacity_for,
    new_state,
    open_state,
)
from headcount.evaluate.state.room import MANY_FILES, MOSTLY

COUNT = "<i4"
PLENTY = 2**30


def keep(state: State, name: str, kinds: list[str]) -> Kept:
    kept = Kept(state.room.truth(), state.room.numbers(kinds), {})
    for number in kept.numbers:
        number.write(np.arange(3, dtype=np.uint32), np.array([1, 2, 3]))
    kept.truth.fill(np.array([True, True, True]))
    state.kept[name] = kept
    return kept


def reopened(state: State) -> State:
    state.end("token")
    found = open_state(
        state.room.folder,
        "token",
        users=3,
        position=0,
        most_bytes=state.room.most_bytes,
    )
    assert found is not None
    return found


def test_what_was_kept_is_found_again(tmp_path: Path) -> None:
    state = new_state(tmp_path, users=3, most_bytes=PLENTY)
    keep(state, "one", [COUNT])
    keep(state, "two", []).truth.fill(np.array([True, False, True]))

    again = reopened(state)

    (number,) = again.kept["one"].numbers
    assert number.all(3).tolist() == [1, 2, 3]
    assert again.kept["two"].truth.all(3).tolist() == [True, False, True]


def test_place_of_what_was_dropped_is_given_away_at_the_next_tick(
    tmp_path: Path,
) -> None:
    state = new_state(tmp_path, users=3, most_bytes=PLENTY)
    slot = keep(state, "one", []).truth.slot
    state.drop("one")

    assert keep(state, "two", []).truth.slot != slot
    state.drop("two")
    assert keep(reopened(state), "three", []).truth.slot == slot


def test_many_files_become_one(tmp_path: Path) -> None:
    state = new_state(tmp_path, users=3, most_bytes=PLENTY)
    names = [f"condition {number}" for number in range(MANY_FILES + 1)]
    for name in names:
        keep(state, name, [COUNT, COUNT])

    again = reopened(state)

    assert len(again.kept) == 1
    assert len([*tmp_path.glob("records-*.state")]) == 1


def test_file_of_which_little_is_used_is_given_up(tmp_path: Path) -> None:
    state = new_state(tmp_path, users=3, most_bytes=PLENTY)
    state.room.expect([[COUNT] * 2] * (MOSTLY + 1))
    names = [f"condition {number}" for number in range(MOSTLY + 1)]
    for name in names:
        keep(state, name, [COUNT, COUNT])
    for name in names[1:]:
        state.drop(name)

    assert not reopened(state).kept


def test_numbers_are_kept_while_there_is_room(tmp_path: Path) -> None:
    state = new_state(tmp_path, users=3, most_bytes=capacity_for(3) * 8)
    state.room.expect([[COUNT], [COUNT] * 3, [COUNT]])

    assert state.room.has_room([COUNT])
    keep(state, "one", [COUNT])
    assert state.room.has_room([COUNT])
    keep(state, "two", [COUNT])

    assert not state.room.has_room([COUNT])
    assert not reopened(state).room.has_room([COUNT])


def test_there_is_room_for_more_users() -> None:
    assert [capacity_for(users) for users in (0, 1024, 1025)] == [1024, 1024, 2048]
