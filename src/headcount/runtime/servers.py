"""Airflow's own processes on 127.0.0.1, started in a safe order and stopped whole.

`airflow standalone` will not do: it listens on every interface. Here the log servers
stay off; the API server reads the tasks' logs from the folder itself.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from headcount.errors import StateError
from headcount.runtime.home import AirflowHome

HOST = "127.0.0.1"
COMMANDS = {
    "api-server": ("api-server",),
    "dag-processor": ("dag-processor",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
HEALTHY_WITHIN_S = 120.0
# A worker's join now and then never ends, and the triggerer takes up to 11 s.
STOP_WITHIN_S = 8.0


class ServerError(StateError):
    """One of Airflow's processes ended, or is not healthy within the time."""

    kind = "airflow"

    def __init__(self, *, name: str, fault: str, logs: Path) -> None:
        self.name = name
        self.logs = logs
        super().__init__(f"{name} {fault}; see {logs / f'{name}.out'}")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a running Airflow answers, and how to log in as `admin`."""

    port: int
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        """The address a browser opens."""
        return f"http://{HOST}:{self.port}"


def free_port() -> int:
    """A port on the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(
    home: AirflowHome,
    *,
    port: int,
    triggerer: bool = True,
    **settings: str,
) -> Iterator[Address]:
    """A healthy, warmed-up Airflow in `home` that works on its project.

    Raises ServerError. On leaving no process of it is left.
    """
    password = home.prepare()
    environment = home.environment(**_served_at(port), **settings)
    logs = home.folder / "logs"
    logs.mkdir(exist_ok=True)
    _migrate(environment, logs)
    servers = _Servers(environment, logs, port)
    try:
        # A task that starts before the API server answers fails: the scheduler is last.
        servers.start("api-server", "dag-processor")
        servers.wait("api-server", lambda: bool(_health(port)))
        _warm_up(port)
        servers.start("scheduler", *(["triggerer"] if triggerer else []))
        servers.wait("scheduler", servers.are_healthy)
        yield Address(port, password)
    finally:
        servers.stop()


def _served_at(port: int) -> dict[str, str]:
    return {
        "AIRFLOW__API__HOST": HOST,
        "AIRFLOW__API__PORT": str(port),
        # Tasks find the execution API through it.
        "AIRFLOW__API__BASE_URL": f"http://{HOST}:{port}",
        # With one worker, SQLite makes it wait for itself while a task reports.
        "AIRFLOW__API__WORKERS": "2",
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
    }


def _migrate(environment: dict[str, str], logs: Path) -> None:
    """Bring the metadata database up to date, and let one process write airflow.cfg."""
    with (logs / "migrate.out").open("wb") as out:
        migrated = subprocess.run(
            [sys.executable, "-m", "airflow", "db", "migrate"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if migrated.returncode:
        fault = f"ended with {migrated.returncode}"
        raise ServerError(name="migrate", fault=fault, logs=logs)


def _ask(port: int, path: str, *, wait_s: float) -> bytes:
    connection = http.client.HTTPConnection(HOST, port, timeout=wait_s)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def _health(port: int) -> dict[str, str | None]:
    """Each component's status by its name, as the API server sees it."""
    health = json.loads(_ask(port, "/api/v2/monitor/health", wait_s=2))
    return {name: (state or {}).get("status") for name, state in health.items()}


def _warm_up(port: int) -> None:
    """Let the API server build the routes that tasks call.

    It takes five seconds, once: as long as a task waits before it tries again.
    """
    with suppress(OSError, http.client.HTTPException):
        _ask(port, "/execution/variables/warm-up", wait_s=60)


class _Servers:
    """The processes that were started, by name."""

    def __init__(self, environment: dict[str, str], logs: Path, port: int) -> None:
        self._environment = environment
        self._logs = logs
        self._port = port
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start the named ones, each in a process group of its own."""
        for name in names:
            with (self._logs / f"{name}.out").open("wb") as out:
                self._running[name] = subprocess.Popen(
                    [sys.executable, "-m", "airflow", *COMMANDS[name]],
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )

    def wait(self, what: str, is_there: Callable[[], bool]) -> None:
        """Return when it is there, however often asking fails before."""
        end = time.monotonic() + HEALTHY_WITHIN_S
        while time.monotonic() < end:
            self._require_alive()
            with suppress(OSError, http.client.HTTPException, ValueError):
                if is_there():
                    return
            time.sleep(0.2)
        fault = f"is not healthy after {HEALTHY_WITHIN_S:g} s"
        raise ServerError(name=what, fault=fault, logs=self._logs)

    def are_healthy(self) -> bool:
        """Whether the API server calls all others healthy."""
        health = _health(self._port)
        others = {name.replace("-", "_") for name in self._running} - {"api_server"}
        return all(health.get(name) == "healthy" for name in others | {"metadatabase"})

    def stop(self) -> None:
        """End all of them; the API server last, as tasks that end report to it."""
        others = [p for name, p in self._running.items() if name != "api-server"]
        _end(others)
        _end(list(self._running.values()))

    def _require_alive(self) -> None:
        for name, process in self._running.items():
            if process.poll() is not None:
                fault = f"ended with {process.returncode}"
                raise ServerError(name=name, fault=fault, logs=self._logs)


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    """End the processes and their children: asked first, then killed."""
    for process in processes:
        process.terminate()
    end = time.monotonic() + STOP_WITHIN_S
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, end - time.monotonic()))
    for process in processes:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
