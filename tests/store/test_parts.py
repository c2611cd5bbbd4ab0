from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from tests.store import small_store

from headcount.store import parts
from headcount.store.parts import FANOUT, newest_to_merge, sweep_parts, write_parts
from headcount.store.warehouse import Warehouse

NOW = datetime(2026, 5, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    """A store with one user, who has not done anything yet."""
    with Warehouse.in_memory() as warehouse:
        warehouse.con.execute(small_store.START)
        warehouse.con.execute(
            "INSERT INTO users BY NAME"
            " SELECT 0 AS system_code, 0 AS user_code, 'ann' AS user_id"
        )
        yield warehouse


def arrive(warehouse: Warehouse, count: int) -> None:
    """So many events are ingested, their ids counted on."""
    warehouse.con.execute(
        """
        INSERT INTO events
        SELECT 0, 0, 0, TIMESTAMPTZ '2026-05-01', seen + i, '',
            CAST(seen + i AS VARCHAR), '{}', false, 0
        FROM (SELECT coalesce(max(position), 0) AS seen FROM events),
            range(1, $count + 1) AS t(i)
        """,
        {"count": count},
    )


def ids(files: list[Path]) -> list[str]:
    frame = pl.read_parquet(files)
    return sorted(frame["event_id"], key=int)


def expected(*numbers: int) -> list[str]:
    return [str(number) for number in numbers]


def test_one_empty_file_when_there_is_no_event(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    (file,) = write_parts(warehouse, tmp_path, now=NOW)

    assert pl.read_parquet(file).columns[:3] == ["system", "event_id", "user_id"]
    assert ids([file]) == []


def test_new_events_go_into_a_new_file(warehouse: Warehouse, tmp_path: Path) -> None:
    arrive(warehouse, 3)
    (first,) = write_parts(warehouse, tmp_path, now=NOW)
    arrive(warehouse, 2)

    _, second = write_parts(warehouse, tmp_path, now=NOW)

    assert ids([first]) == expected(1, 2, 3)
    assert ids([second]) == expected(4, 5)


def test_nothing_is_written_when_nothing_came(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    arrive(warehouse, 3)
    first = write_parts(warehouse, tmp_path, now=NOW)

    assert write_parts(warehouse, tmp_path, now=NOW) == first
    assert list(tmp_path.iterdir()) == first


def test_long_history_is_cut_into_several_files(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MOST_POSITIONS", 4)
    arrive(warehouse, 10)

    files = write_parts(warehouse, tmp_path, now=NOW)

    assert [len(ids([file])) for file in files] == [4, 4, 2]
    assert ids(files) == expected(*range(1, 11))


def test_files_stay_few_and_hold_each_event_once(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    for _ in range(3 * FANOUT):
        arrive(warehouse, 1)
        files = write_parts(warehouse, tmp_path, now=NOW)

        assert len(files) < 2 * FANOUT
    assert ids(files) == expected(*range(1, 3 * FANOUT + 1))


def test_only_the_file_that_held_them_changes_when_events_are_erased(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    arrive(warehouse, 3)
    write_parts(warehouse, tmp_path, now=NOW)
    arrive(warehouse, 3)
    first, second = write_parts(warehouse, tmp_path, now=NOW)
    warehouse.con.execute("DELETE FROM events WHERE position = 2")
    arrive(warehouse, 1)

    anew, same, added = write_parts(warehouse, tmp_path, now=NOW)

    assert (anew == first, same == second) == (False, True)
    assert ids([anew, same, added]) == expected(1, 3, 4, 5, 6, 7)


def test_missing_file_is_written_again(warehouse: Warehouse, tmp_path: Path) -> None:
    arrive(warehouse, 3)
    (first,) = write_parts(warehouse, tmp_path, now=NOW)
    first.unlink()

    (second,) = write_parts(warehouse, tmp_path, now=NOW)

    assert ids([second]) == expected(1, 2, 3)


def test_file_that_was_never_recorded_is_written_over(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    (tmp_path / "events-000001.parquet").write_text("killed before the commit")
    arrive(warehouse, 1)

    files = write_parts(warehouse, tmp_path, now=NOW)

    assert ids(files) == expected(1)


def test_retired_files_stay_for_readers_until_swept(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    arrive(warehouse, 2)
    (old,) = write_parts(warehouse, tmp_path, now=NOW)
    warehouse.con.execute("DELETE FROM events WHERE position = 2")
    (new,) = write_parts(warehouse, tmp_path, now=NOW)

    within = NOW + DAY - timedelta(seconds=1)
    assert sweep_parts(warehouse, tmp_path, now=within, grace=DAY) == 0
    assert old.exists()
    assert sweep_parts(warehouse, tmp_path, now=NOW + 2 * DAY, grace=DAY) == 1
    assert list(tmp_path.iterdir()) == [new]


def test_unknown_files_are_swept(warehouse: Warehouse, tmp_path: Path) -> None:
    (live,) = write_parts(warehouse, tmp_path, now=NOW)
    (tmp_path / "events-000099.parquet").touch()

    assert sweep_parts(warehouse, tmp_path, now=NOW, grace=DAY) == 1
    assert list(tmp_path.iterdir()) == [live]


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        ([], 0),
        ([5] * 7, 0),
        ([5] * 8, 8),
        ([600_000, *[5] * 8], 8),
        ([600_000] * 20, 0),
        ([50] * 7 + [5] * 7, 0),
        ([50] * 7 + [5] * 8, 8),
        ([50] * 8, 8),
        ([50] * 8 + [5], 9),
    ],
    ids=str,
)
def test_lowest_level_that_is_full_is_merged(rows: list[int], count: int) -> None:
    assert newest_to_merge(rows) == count


@pytest.mark.parametrize("arriving", [1, 37, 1_000, 100_000])
def test_year_of_ticks_costs_few_files_and_few_rewrites(arriving: int) -> None:
    """The cost of a publication follows what came, whatever the history."""
    rows: list[int] = []
    written = most_files = 0
    for _ in range(35_040):
        rows.append(arriving)
        written += arriving
        while count := newest_to_merge(rows):
            rows[-count:] = [sum(rows[-count:])]
            written += rows[-1]
        small = [n for n in rows if n < 8**6]
        most_files = max(most_files, len(small))

    assert sum(rows) == arriving * 35_040
    assert written <= 8 * sum(rows)
    assert most_files <= 7 * (FANOUT - 1)
    assert all(left >= right or left >= 8**6 for left, right in pairwise(rows))
