"""Starting Airflow's processes says what went wrong, and leaves none behind."""

from __future__ import annotations

import json
import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from tests.processes import processes_of

from headcount.runtime import servers
from headcount.runtime.home import AirflowHome
from headcount.runtime.servers import (
    FIRST_PORT,
    HOST,
    Address,
    Airflow,
    AlreadyServedError,
    PortTakenError,
    choose_port,
    free_port,
    serving,
)
from headcount.runtime.services import Service, ServiceError, Services


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


class Health(BaseHTTPRequestHandler):
    """Says of the scheduler what the test wants it to say."""

    scheduler = "healthy"

    def do_GET(self):
        body = {"scheduler": {"status": self.scheduler}, "triggerer": {"status": None}}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        """Nobody reads it."""


@pytest.fixture
def told():
    return []


@pytest.fixture
def airflow(tmp_path, told, monkeypatch):
    """Two processes that only sleep, and what Airflow says of their health."""
    for name in ("ASK_EVERY_S", "UNWELL_FOR_S"):
        monkeypatch.setattr(servers, name, 0.0)
    kept = Services(os.environ, tmp_path, say=told.append)
    kept.start(*(Service(name, ("sleep", "60")) for name in ("scheduler", "postgres")))
    with HTTPServer((HOST, 0), Health) as health:
        threading.Thread(target=health.serve_forever, args=(0.01,), daemon=True).start()
        yield Airflow(Address(health.server_port, "secret"), kept, "PostgreSQL")
        health.shutdown()
    kept.stop()


def test_what_is_healthy_goes_on(airflow):
    for _ in range(3):
        airflow.tend()

    airflow.services.require_alive()


def test_what_is_unwell_too_long_is_started_again(airflow, told, monkeypatch):
    monkeypatch.setattr(Health, "scheduler", "unhealthy")

    for _ in range(3):
        airflow.tend()

    assert told == ["scheduler ended with -9; it is started again in 1 s"]


def test_an_api_server_that_does_not_answer_is_unwell(tmp_path):
    nowhere = Airflow(
        Address(free_port(), "secret"), Services({}, tmp_path, say=print), "SQLite"
    )

    assert nowhere.unwell() == ["api-server"]


def test_a_home_is_served_once(home):
    def serve_again():
        with serving(home):
            pytest.fail("served twice")

    with (
        pytest.raises(AlreadyServedError, match=r"is up already: http://127.0.0.1:\d+"),
        serving(home, also=serve_again),
    ):
        pytest.fail("nothing is served")
