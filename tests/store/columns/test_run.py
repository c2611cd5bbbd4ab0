"""A run gives back the events that were written, and knows when it is not whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from headcount.store.columns.run import (
    EventRows,
    Run,
    is_whole,
    join_events,
    merge_events,
    write_run,
)


def rows(event: int, *events: tuple[int, int], **codes: list[int]) -> EventRows:
    """Rows (user, at) of an event, with codes by property key: `k7=[…]`."""
    return EventRows(
        event,
        np.array([user for user, _ in events], dtype=np.uint32),
        np.array([at for _, at in events], dtype=np.int64),
        {int(key[1:]): np.array(one, dtype=np.uint32) for key, one in codes.items()},
    )


def written(folder: Path, *parts: EventRows) -> Run:
    path = folder / "0.run"
    write_run(path, join_events(parts))
    return Run(0, path, None, -1, 9, 0, 100, sum(len(part.users) for part in parts))


def test_events_come_back_by_name(tmp_path: Path) -> None:
    run = written(
        tmp_path,
        rows(3, (1, 10), (1, 20), k7=[5, 0]),
        rows(8, (0, 15), k2=[1], k7=[6]),
    )

    assert (run.span(3), run.span(8), run.span(4)) == ((0, 2), (2, 3), (0, 0))
    assert run.content.users.tolist() == [1, 1, 0]
    assert run.block(7, 3).tolist() == [5, 0]
    assert run.block(7, 8).tolist() == [6]
    assert run.block(2, 3) is None


def test_events_between_instants_carry_their_codes(tmp_path: Path) -> None:
    run = written(tmp_path, rows(3, (1, 10), (1, 20), k7=[5, 6]), rows(8, (0, 15)))

    (found,) = run.events_between(16, 21)

    assert (found.event, found.users.tolist(), found.at.tolist()) == (3, [1], [20])
    assert found.codes[7].tolist() == [6]


def test_merged_events_stand_in_order() -> None:
    merged = merge_events(
        [rows(3, (2, 10), (5, 1), k7=[1, 2]), rows(3, (2, 9), k4=[9])]
    )

    assert merged.users.tolist() == [2, 2, 5]
    assert merged.at.tolist() == [9, 10, 1]
    assert merged.codes[7].tolist() == [0, 1, 2]
    assert merged.codes[4].tolist() == [9, 0, 0]


@pytest.mark.parametrize("kept", [0, 7, 60, -1])
def test_cut_run_is_not_whole(tmp_path: Path, kept: int) -> None:
    run = written(tmp_path, rows(3, (1, 10), k7=[5]))
    content = run.path.read_bytes()

    assert is_whole(run.path)
    run.path.write_bytes(content[:kept])

    assert not is_whole(run.path)
