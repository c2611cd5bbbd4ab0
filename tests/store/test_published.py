from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from tests.store import small_store

from headcount.errors import NotOneQueryError, NotPublishedError, QueryError
from headcount.store.published import Published, open_published


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one user, event and member, published."""
    folder = tmp_path_factory.mktemp("project")
    small_store.start(folder)
    small_store.publish_runs(folder, 1)
    return folder


@pytest.fixture
def published(folder: Path) -> Iterator[Published]:
    """Its analysts' database, open."""
    with open_published(folder / "analytics.duckdb") as published:
        yield published


@pytest.mark.parametrize(
    "query",
    [
        "SELECT user_id FROM memberships",
        "FROM events SELECT user_id",
        "WITH a AS (SELECT user_id FROM users) FROM a",
        "SELECT user_id FROM users WHERE user_id = 'u1' -- one; statement",
    ],
)
def test_question_is_answered(query: str, published: Published) -> None:
    assert published.query(query).rows == [("u1",)]


def test_parameters_are_bound(published: Published) -> None:
    found = published.query("SELECT $user AS u", {"user": "x'; DROP TABLE users"})

    assert found.rows == [("x'; DROP TABLE users",)]


def test_instants_are_in_utc(published: Published) -> None:
    (row,) = published.query("SELECT entered_at::VARCHAR FROM memberships").rows

    assert row == ("2024-01-01 00:15:00+00",)


@pytest.mark.parametrize(
    "query", ["SHOW TABLES", "DESCRIBE users", "EXPLAIN FROM users"]
)
def test_looking_around_is_a_question(query: str, published: Published) -> None:
    assert published.query(query).rows


@pytest.mark.parametrize(
    "query",
    [
        "",
        "SELECT 1; SELECT 2",
        "COPY users TO 'users.csv'",
        "COPY (SELECT 1) TO '{event_file}' (USE_TMP_FILE false)",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{event_file}' (USE_TMP_FILE false)",
        "EXPLAIN (ANALYZE) SELECT 1",
        "PREPARE p AS COPY (SELECT 1) TO 'x'",
        "CREATE TEMP TABLE x AS SELECT 1",
        "INSERT INTO users SELECT * FROM users",
        "ATTACH 'other.duckdb'",
        "EXPORT DATABASE 'there'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 1",
        "RESET enable_external_access",
        "PRAGMA enable_profiling",
        "CALL pragma_version()",
        "CHECKPOINT",
    ],
)
def test_anything_else_is_refused(
    query: str, published: Published, folder: Path
) -> None:
    (event_file,) = (folder / "events").glob("*.parquet")
    before = event_file.read_bytes()

    with pytest.raises(NotOneQueryError):
        published.query(query.format(event_file=event_file))

    assert event_file.read_bytes() == before


@pytest.mark.parametrize(
    "query",
    [
        "FROM read_text('/etc/hostname')",
        "FROM read_csv('/etc/passwd')",
        "FROM '/etc/passwd'",
        "FROM glob('/*')",
        "FROM read_parquet('http://127.0.0.1/x.parquet')",
        "FROM duckdb_secrets()",
        "SELECT getenv('HOME')",
        "FROM query('COPY users TO ''x''')",
    ],
)
def test_files_of_the_machine_are_out_of_reach(
    query: str, published: Published
) -> None:
    with pytest.raises(QueryError):
        published.query(query)


@pytest.mark.parametrize("query", ["SELEC 1", "FROM nowhere", "SELECT 1/'x'"])
def test_faulty_question_says_what_duckdb_says(
    query: str, published: Published
) -> None:
    with pytest.raises(QueryError, match=r"the query was not run: .* Error: "):
        published.query(query)


def test_first_publication_is_awaited(tmp_path: Path) -> None:
    with pytest.raises(NotPublishedError, match="`headcount run` publishes it"):
        open_published(tmp_path / "analytics.duckdb")


def test_answer_spills_to_disk_when_memory_is_short(folder: Path) -> None:
    with open_published(
        folder / "analytics.duckdb", memory_limit="60MB", threads=1
    ) as published:
        answer = published.query(
            "SELECT count(*) AS n"
            " FROM (SELECT DISTINCT hash(i) FROM range(4_000_000) AS t(i))"
        )

    assert answer.rows == [(4_000_000,)]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("INTERVAL 90 MINUTES", timedelta(minutes=90)),
        ("TIMESTAMPTZ '2024-01-01 12:00+12'", datetime(2024, 1, 1, tzinfo=UTC)),
        ("1.10::DECIMAL(9, 2)", Decimal("1.10")),
        ("170141183460469231731687303715884105727::HUGEINT", 2**127 - 1),
        ("MAP {'a': 1}", {"a": 1}),
        ("['a', NULL]", ["a", None]),
        ("'{\"a\":1}'::JSON", '{"a":1}'),
        ("'00000000-0000-0000-0000-000000000001'::UUID", UUID(int=1)),
    ],
)
def test_every_type_becomes_a_value(
    expression: str, value: object, published: Published
) -> None:
    answer = published.query(f"SELECT {expression} AS value")

    assert answer.to_dicts() == [{"value": value}]
