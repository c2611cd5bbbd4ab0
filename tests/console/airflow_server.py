"""A real API server of Airflow on a project, with one user of each role."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from headcount.runtime.home import AirflowHome
from headcount.runtime.servers import free_port

USERS = {"vera": "viewer", "ulla": "user", "otto": "op", "adam": "admin"}
WITHIN_S = 300  # a busy machine is slow, and no fault


@contextmanager
def serving(home: AirflowHome, *, now: str, workers: int = 1) -> Iterator[str]:
    """The address of an API server in `home`; nothing else of Airflow runs."""
    home.prepare()
    home.passwords_path.write_text(json.dumps({name: name for name in USERS}))
    port = free_port()
    environment = home.environment(
        AIRFLOW__API__HOST="127.0.0.1",
        AIRFLOW__API__PORT=str(port),
        AIRFLOW__API__BASE_URL=f"http://127.0.0.1:{port}",
        AIRFLOW__API__WORKERS=str(workers),
        AIRFLOW__API_AUTH__JWT_SECRET="s" * 64,
        AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS=",".join(
            f"{name}:{role}" for name, role in USERS.items()
        ),
        HEADCOUNT_NOW=now,
    )
    airflow = str(Path(sys.executable).with_name("airflow"))
    with (home.folder / "server.out").open("wb") as out:
        options = {"env": environment, "stdout": out, "stderr": subprocess.STDOUT}
        subprocess.run([airflow, "db", "migrate"], check=True, **options)
        server = subprocess.Popen([airflow, "api-server"], **options)
        try:
            _wait(f"http://127.0.0.1:{port}", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            with suppress(subprocess.TimeoutExpired):
                server.wait(30)
            server.kill()
            server.wait()


def token(url: str, name: str) -> str:
    """What Airflow's login gives to a user."""
    login = {"username": name, "password": name}
    answer = httpx.post(f"{url}/auth/token", json=login, timeout=30)
    return str(answer.raise_for_status().json()["access_token"])


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + WITHIN_S
    while time.monotonic() < end and server.poll() is None:
        try:
            httpx.get(f"{url}/api/v2/monitor/health", timeout=5)
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(url)
