from __future__ import annotations

from pathlib import Path

import pytest
from tests.store import small_store

from headcount.errors import NotPublishedError, QueryError, ReadersBusyError
from headcount.store.readers import Readers

RUNS = "SELECT count(*) FROM runs"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project that was published after one run."""
    small_store.start(tmp_path)
    small_store.publish_runs(tmp_path, 1)
    return tmp_path


def test_reader_sees_what_was_published_last(folder: Path) -> None:
    readers = Readers(folder / "analytics.duckdb")

    with readers.read() as before:
        assert before.query(RUNS).rows == [(1,)]
        small_store.publish_runs(folder, 1)
        with readers.read() as after:
            assert after.query(RUNS).rows == [(2,)]
        assert before.query(RUNS).rows == [(1,)]
    readers.close()


def test_replaced_file_is_closed_when_its_last_reader_is_done(folder: Path) -> None:
    readers = Readers(folder / "analytics.duckdb")
    with readers.read() as before:
        small_store.publish_runs(folder, 1)
        with readers.read():
            pass

    with pytest.raises(QueryError, match="closed"):
        before.query(RUNS)


def test_nobody_waits_for_ever_for_a_connection(folder: Path) -> None:
    readers = Readers(folder / "analytics.duckdb", connections=1, wait_s=0.01)

    with readers.read(), pytest.raises(ReadersBusyError), readers.read():
        pass
    with readers.read() as again:
        assert again.query(RUNS).rows == [(1,)]


def test_instants_are_in_utc(folder: Path) -> None:
    with Readers(folder / "analytics.duckdb").read() as published:
        assert published.query("SELECT current_setting('TimeZone')").rows == [("UTC",)]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY (SELECT 1) TO 'x.csv'",
        "ATTACH 'x.duckdb'",
        "SET memory_limit = '1TB'",
        "DROP TABLE published.main.runs",
    ],
)
def test_nothing_else_can_be_read_or_changed(query: str, folder: Path) -> None:
    with (
        Readers(folder / "analytics.duckdb").read() as published,
        pytest.raises(QueryError),
    ):
        published.query(query)


def test_missing_database_says_who_makes_it(tmp_path: Path) -> None:
    with (
        pytest.raises(NotPublishedError, match="headcount run"),
        Readers(tmp_path / "analytics.duckdb").read(),
    ):
        pass
