"""A PostgreSQL without a port, whose files can be used again."""

from __future__ import annotations

import os
import signal
import stat
import time

import psycopg2
import pytest

from headcount.runtime.postgres import DATABASE, USER, Postgres, PostgresError
from headcount.runtime.services import Service, Services


@pytest.fixture
def postgres(tmp_path):
    found = Postgres.find(tmp_path / "postgres")
    if found is None:
        pytest.skip("PostgreSQL refuses to run as root here")
    return found


@pytest.fixture
def server(postgres, tmp_path):
    """The server, which runs until the test ends."""
    services = Services(os.environ, tmp_path, say=print)
    postgres.prepare()
    services.start(Service("postgres", postgres.command, signal.SIGINT))
    yield services
    services.stop()


def wait_until_ready(postgres, server):
    end = time.monotonic() + 60
    while not postgres.is_ready():
        server.tend()
        assert time.monotonic() < end
        time.sleep(0.02)


def ask(postgres, question):
    connection = psycopg2.connect(
        host=str(postgres.sockets), user=USER, dbname=DATABASE
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(question)
        answer = cursor.fetchone() if cursor.description else None
    connection.close()
    return answer


def test_what_was_kept_is_there_after_a_kill(postgres, server):
    wait_until_ready(postgres, server)
    ask(postgres, "CREATE TABLE kept AS SELECT 42 AS value")
    server.kill("postgres")
    wait_until_ready(postgres, server)

    assert ask(postgres, "SELECT value FROM kept") == (42,)
    assert ask(postgres, "SHOW listen_addresses") == ("",)


def test_a_number_that_somebody_else_has_now_is_forgotten(postgres):
    postgres.prepare()
    note = postgres.folder / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{postgres.folder}\n")

    postgres.prepare()

    assert not note.exists()


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
