"""A PostgreSQL without a port, whose files can be used again."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import time

import psycopg2
import pytest

from headcount.runtime.postgres import USER, Postgres, PostgresError


@pytest.fixture
def postgres(tmp_path):
    found = Postgres.find(tmp_path / "postgres")
    if found is None:
        pytest.skip("PostgreSQL refuses to run as root here")
    return found


class Running:
    """The server while the block lasts."""

    def __init__(self, postgres):
        self.postgres = postgres

    def __enter__(self):
        self.postgres.prepare()
        self.process = subprocess.Popen(
            self.postgres.command, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 10
        while not self.postgres.is_ready():
            assert time.monotonic() < end
            time.sleep(0.02)
        return self

    def __exit__(self, *_):
        self.end(signal.SIGINT)

    def end(self, number):
        self.process.send_signal(number)
        self.process.wait(10)

    def ask(self, question):
        connection = psycopg2.connect(
            host=str(self.postgres.sockets), user=USER, dbname="postgres"
        )
        with connection, connection.cursor() as cursor:
            cursor.execute(question)
            answer = cursor.fetchone() if cursor.description else None
        connection.close()
        return answer


def test_what_was_kept_is_there_after_a_kill(postgres):
    with Running(postgres) as first:
        first.ask("CREATE TABLE kept AS SELECT 42 AS value")
        first.end(signal.SIGKILL)

    with Running(postgres) as second:
        assert second.ask("SELECT value FROM kept") == (42,)
        assert second.ask("SHOW listen_addresses") == ("",)


def test_only_its_owner_may_enter(postgres):
    postgres.prepare()

    for folder in (postgres.folder, postgres.sockets):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.stat().st_uid == os.geteuid()


def test_half_a_database_is_made_anew(postgres):
    unfinished = postgres.folder.with_name("postgres.part")
    unfinished.mkdir()
    (unfinished / "PG_VERSION").touch()

    postgres.prepare()

    assert (postgres.folder / "PG_VERSION").read_text().strip()
    assert not unfinished.exists()


def test_a_long_path_has_its_socket_elsewhere(tmp_path):
    deep = tmp_path.joinpath(*["folder"] * 14)

    postgres = Postgres(deep / "postgres", tmp_path)

    assert len(bytes(postgres.sockets)) < 90
    assert postgres.sockets != Postgres(deep / "another", tmp_path).sockets


def test_a_fault_of_initdb_is_told(postgres):
    postgres.folder.with_name("postgres.part").symlink_to("/dev/null")

    with pytest.raises(PostgresError, match="no PostgreSQL database could be made"):
        postgres.prepare()
