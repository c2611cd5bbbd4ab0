"""Airflow's own processes on this machine, started in a safe order and stopped whole.

`airflow standalone` will not do: it listens on every interface. Here the log servers
stay off; the API server reads the tasks' logs from the folder itself.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from headcount import clock
from headcount.errors import StateError
from headcount.runtime.home import AirflowHome
from headcount.runtime.postgres import Postgres
from headcount.runtime.services import (
    MARK,
    Say,
    Service,
    ServiceError,
    Services,
    end_leftovers,
    log_of,
)

HOST = "127.0.0.1"
FIRST_PORT = 8080
READY_WITHIN_S = 300.0  # 20 busy processes on two cores made it take over 120
ASK_EVERY_S = 10.0
# A scheduler counts as unhealthy 30 s after its last sign of life.
UNWELL_FOR_S = 60.0


class AlreadyServedError(StateError):
    """Another process serves this Airflow home."""

    kind = "already_served"

    def __init__(self, folder: Path, *, holder: str) -> None:
        self.folder = folder
        self.holder = holder
        super().__init__(f"Airflow in {folder} is up already: {holder}")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a running Airflow answers, and how to log in as `admin`."""

    port: int
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        """The address a browser opens."""
        return f"http://{HOST}:{self.port}"


class PortTakenError(StateError):
    """Somebody listens on the port that was asked for."""

    kind = "port_taken"

    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__(
            f"somebody listens on port {port} of {HOST}: name another with --port, "
            "or none for the next free one"
        )


def free_port() -> int:
    """A port on the loopback interface that nobody listens on now."""
    with _bound(0) as probe:
        port: int = probe.getsockname()[1]
        return port


class Airflow:
    """Airflow's processes while they run; `tend` keeps them running."""

    def __init__(self, address: Address, services: Services, database: str) -> None:
        self.address = address
        self.services = services
        self.database = database
        self._asked_s = self._well_s = clock.elapsed_s()

    def tend(self) -> None:
        """What ended, or has not been healthy for a minute, is started again.

        To be called every second or so. Raises ServiceError when that does not help.
        """
        self.services.tend()
        now_s = clock.elapsed_s()
        if now_s - self._asked_s < ASK_EVERY_S:
            return
        self._asked_s = now_s
        unwell = self.unwell()
        if not unwell:
            self._well_s = now_s
        elif now_s - self._well_s > UNWELL_FOR_S:
            self._well_s = now_s
            for name in unwell:
                self.services.kill(name)

    def unwell(self) -> list[str]:
        """The processes that Airflow does not call healthy."""
        try:
            health = _health(self.address.port)
        except (OSError, http.client.HTTPException, ValueError):
            return ["api-server"]
        return [
            name
            for name in self.services.names
            if health.get(name.replace("-", "_"), "healthy") != "healthy"
        ]


@contextmanager
def serving(
    home: AirflowHome,
    *,
    port: int | None = None,
    triggerer: bool = True,
    also: Callable[[], tuple[Service, ...]] = tuple,
    say: Say = lambda _: None,
    **settings: str,
) -> Iterator[Airflow]:
    """A healthy, warmed-up Airflow in `home` that works on its project.

    Without `port` at 8080 or the next free one. `also` gives what else is to be kept,
    and is called when nothing of an earlier run is left. Raises ServiceError, and
    AlreadyServedError when another process serves the home. On leaving no process is
    left.
    """
    password = home.prepare()
    folder = home.folder.resolve()
    with _alone(folder) as tell_holder:
        ended = end_leftovers(folder)
        if ended:
            say(f"ended {ended} processes of a run that was killed")
        address = Address(choose_port(port), password)
        tell_holder(f"{address.url}, process {os.getpid()}")
        postgres = Postgres.find(folder / "postgres")
        settings = _stored_in(postgres) | _served_at(address, home) | settings
        environment = home.environment(**settings) | {MARK: str(folder)}
        services = Services(environment, _logs(folder), say=say)
        airflow = Airflow(address, services, "PostgreSQL" if postgres else "SQLite")
        try:
            services.start(*also())
            _start(airflow, postgres, environment, triggerer=triggerer)
            yield airflow
        finally:
            say("stopping")
            _stop(services)
            end_leftovers(folder)  # what left its session


def _logs(folder: Path) -> Path:
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    return logs


@contextmanager
def _alone(folder: Path) -> Iterator[Callable[[str], None]]:
    """No other process serves the folder meanwhile; they are told who does."""
    with (folder / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyServedError(folder, holder=file.read()) from None

        def tell_holder(text: str) -> None:
            file.truncate(0)
            file.write(text)
            file.flush()

        yield tell_holder


def choose_port(asked: int | None) -> int:
    """The port asked for if nobody listens there; without one the next free one."""
    for port in (asked,) if asked else range(FIRST_PORT, FIRST_PORT + 100):
        with suppress(OSError), _bound(port):
            return port
    raise PortTakenError(asked or FIRST_PORT)


def _bound(port: int) -> socket.socket:
    probe = socket.socket()
    # As servers do: connections of one that has ended are in nobody's way.
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((HOST, port))
    except OSError:
        probe.close()
        raise
    return probe


def _stored_in(postgres: Postgres | None) -> dict[str, str]:
    """Where Airflow keeps its metadata."""
    if postgres is None:
        # With one worker, SQLite makes it wait for itself while a task reports.
        return {"AIRFLOW__API__WORKERS": "2"}
    return {
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": postgres.url("psycopg2"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": postgres.url("asyncpg"),
    }


def _served_at(address: Address, home: AirflowHome) -> dict[str, str]:
    return {
        "AIRFLOW__API__HOST": HOST,
        "AIRFLOW__API__PORT": str(address.port),
        # Tasks find the execution API through it.
        "AIRFLOW__API__BASE_URL": address.url,
        "AIRFLOW__API_AUTH__JWT_SECRET": home.signing_secret(),
    }


def _start(
    airflow: Airflow,
    postgres: Postgres | None,
    environment: dict[str, str],
    *,
    triggerer: bool,
) -> None:
    services, port = airflow.services, airflow.address.port
    if postgres:
        postgres.prepare()
        services.start(Service("postgres", postgres.command, signal.SIGINT))
        # What is left of a killed one may still be leaving: then it is tried again.
        _wait(services, "postgres", postgres.is_ready, meanwhile=services.tend)
    _prepare_database(environment, services.logs)
    # A task that starts before the API server answers fails: the scheduler is last.
    services.start(_airflow("api-server"), _airflow("dag-processor"))
    _wait(services, "api-server", lambda: bool(_health(port)))
    _warm_up(port)
    if triggerer:
        services.start(_airflow("triggerer", "--skip-serve-logs"))
    services.start(_module("scheduler", "headcount.runtime.scheduler_process"))
    _wait(services, "scheduler", lambda: not airflow.unwell())


def _stop(services: Services) -> None:
    """End them; first those that need others to end well."""
    services.stop("triggerer", "dag-processor", "scheduler")
    services.stop("api-server")  # tasks that end report to it
    services.stop()


def _airflow(name: str, *options: str) -> Service:
    return _module(name, "airflow", name, *options)


def _module(name: str, *module: str) -> Service:
    return Service(name, (sys.executable, "-m", *module))


def _prepare_database(environment: dict[str, str], logs: Path) -> None:
    """Bring the metadata database up to date, and let one process write airflow.cfg."""
    name = "database"
    with log_of(logs, name).open("wb") as out:
        prepared = subprocess.run(
            [sys.executable, "-m", "headcount.runtime.database_process"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if prepared.returncode:
        fault = f"ended with {prepared.returncode}"
        raise ServiceError(name=name, fault=fault, logs=logs)


def _wait(
    services: Services,
    name: str,
    is_there: Callable[[], bool],
    *,
    meanwhile: Callable[[], None] | None = None,
) -> None:
    """Return when it is there, however often asking fails before.

    Meanwhile all that was started has to be alive, if nothing else is to be done.
    """
    end_s = clock.elapsed_s() + READY_WITHIN_S
    while clock.elapsed_s() < end_s:
        (meanwhile or services.require_alive)()
        with suppress(OSError, http.client.HTTPException, ValueError):
            if is_there():
                return
        time.sleep(0.1)
    fault = f"is not ready after {READY_WITHIN_S:g} s"
    raise ServiceError(name=name, fault=fault, logs=services.logs)


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


def _ask(port: int, path: str, *, wait_s: float) -> bytes:
    connection = http.client.HTTPConnection(HOST, port, timeout=wait_s)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()
