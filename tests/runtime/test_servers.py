"""Starting Airflow's processes says what went wrong, and leaves none behind."""

from __future__ import annotations

import socket

import pytest
from tests.processes import processes_of

from headcount.runtime.home import AirflowHome
from headcount.runtime.servers import (
    FIRST_PORT,
    HOST,
    AlreadyServedError,
    PortTakenError,
    choose_port,
    free_port,
    serving,
)
from headcount.runtime.services import ServiceError


@pytest.fixture
def home(tmp_path):
    return AirflowHome(tmp_path / "airflow", tmp_path)


@pytest.fixture
def taken():
    """A port that somebody listens on."""
    with socket.create_server((HOST, 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.airflow
def test_a_database_that_cannot_be_migrated_is_told(home, tmp_path):
    nowhere = f"sqlite:///{tmp_path}/missing/airflow.db"

    with (
        pytest.raises(
            ServiceError, match=r"database ended with 1; see .*database\.out"
        ),
        serving(home, port=free_port(), AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=nowhere),
    ):
        pytest.fail("nothing is served")

    assert processes_of(home.folder) == []


def test_a_port_that_is_taken_is_told(taken):
    with pytest.raises(PortTakenError, match=f"port {taken} of {HOST}"):
        choose_port(taken)


def test_the_next_free_port_is_taken_when_none_is_named(home, tmp_path):
    first = choose_port(None)
    with socket.create_server((HOST, first)):
        assert FIRST_PORT <= first < choose_port(None)


def test_a_home_is_served_once(home):
    def serve_again():
        with serving(home):
            pytest.fail("served twice")

    with (
        pytest.raises(AlreadyServedError, match=r"is up already: http://127.0.0.1:\d+"),
        serving(home, also=serve_again),
    ):
        pytest.fail("nothing is served")
