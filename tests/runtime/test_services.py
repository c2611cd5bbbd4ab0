"""Processes that are kept come back, and leave with all their children."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest
from tests.processes import processes_of

from headcount.runtime import services as module
from headcount.runtime.services import (
    MARK,
    Service,
    ServiceError,
    Services,
    end_leftovers,
    log_of,
)

WITH_A_CHILD = "sleep 60 & echo started; wait"


@pytest.fixture
def told():
    return []


@pytest.fixture
def services(tmp_path, told, monkeypatch):
    monkeypatch.setattr(module, "PAUSES_S", (0.0, 0.0))
    environment = os.environ | {MARK: str(tmp_path)}
    services = Services(environment, tmp_path, say=told.append)
    yield services
    services.stop()


def shell(script, **more):
    return Service("one", ("sh", "-c", script), **more)


def wait_for(is_so):
    end = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def starts(tmp_path):
    return log_of(tmp_path, "one").read_text().count("started")


def test_what_is_killed_is_started_again(services, tmp_path, told):
    services.start(shell(WITH_A_CHILD))
    wait_for(lambda: starts(tmp_path) == 1)
    services.kill("one")

    services.tend()
    services.tend()
    wait_for(lambda: starts(tmp_path) == 2)

    assert told == [
        "one ended with -9; it is started again in 0 s",
        "one was started again",
    ]
    wait_for(lambda: len(processes_of(tmp_path)) == 2)  # the new shell, its child


def test_what_ends_again_and_again_is_told(services, tmp_path):
    services.start(shell("echo started"))

    with pytest.raises(ServiceError, match=r"ended 3 times in 600 s; see .*one\.out"):
        wait_for(services.tend)

    assert starts(tmp_path) == 3


def test_what_has_ended_is_not_alive(services):
    services.start(shell("exit 7"))

    with pytest.raises(ServiceError, match="one ended with 7"):
        wait_for(services.require_alive)


def test_stopped_are_asked_first_and_leave_no_child(services, tmp_path):
    # Not SIGINT: a shell never hears it where the tests themselves run in the
    # background of a script, and so were started with it ignored.
    script = "trap 'echo asked; exit' USR1; echo started; sleep 60 & wait"
    services.start(shell(script, stops_at=signal.SIGUSR1))
    wait_for(lambda: starts(tmp_path) == 1)

    services.stop()

    assert log_of(tmp_path, "one").read_text() == "started\nasked\n"
    wait_for(lambda: processes_of(tmp_path) == [])


def test_what_does_not_listen_is_killed(services, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "STOP_WITHIN_S", 0.1)
    services.start(shell("trap '' TERM; echo started; sleep 60"))
    wait_for(lambda: starts(tmp_path) == 1)

    services.stop()

    wait_for(lambda: processes_of(tmp_path) == [])


@pytest.fixture
def sleeper():
    """Starts processes for a folder, and ends them."""
    started = []

    def start(folder):
        process = subprocess.Popen(
            ["sleep", "60"], env=os.environ | {MARK: str(folder)}
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_leftovers_of_a_killed_keeper_are_ended(tmp_path, sleeper):
    sleeper(tmp_path)
    other = sleeper(tmp_path / "other")
    wait_for(lambda: len(processes_of(tmp_path)) == 2)

    assert end_leftovers(tmp_path) == 1

    assert len(processes_of(tmp_path)) == 1
    assert other.poll() is None
