from __future__ import annotations

from headcount.store.sql import migrations, read_sql


def test_statement_is_found_by_name() -> None:
    assert "FROM schema_version" in read_sql("store/read_version")


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [number for number, _ in migrations()] == list(range(len(migrations())))
