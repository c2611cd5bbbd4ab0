"""The console inside a real Airflow: its login, its roles, its navigation."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from headcount.runtime.home import AirflowHome
from tests.console.airflow_server import USERS, serving, token
from tests.console.conftest import NOW
from tests.console.routes import STRANGER, allowed, routes
from tests.shop import Shop

pytestmark = pytest.mark.airflow

NAMES = {role: name for name, role in USERS.items()}


@pytest.fixture(scope="module")
def airflow(seen_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = AirflowHome(tmp_path_factory.mktemp("airflow"), seen_shop.folder)
    with serving(home, now=NOW.isoformat()) as url:
        yield url


@pytest.fixture(scope="module")
def tokens(airflow: str) -> dict[str, str]:
    """One for each role, as Airflow's login gives it."""
    return {role: token(airflow, name) for name, role in USERS.items()}


@pytest.fixture
def client(airflow: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=airflow, timeout=60) as client:
        yield client


@pytest.mark.parametrize("role", [STRANGER, "viewer", "user", "op"])
def test_route_is_for_whom_it_should_be(
    role: str, tokens: dict[str, str], client: httpx.Client
) -> None:
    if role != STRANGER:
        client.cookies.set("_token", tokens[role])
    for method, path in routes():
        answer = client.request(method, f"/headcount{path}")
        assert allowed(method, path, role, answer.status_code), (
            f"{method} {path} as {role}: {answer.status_code}"
        )


def test_bearer_token_is_taken_too(
    tokens: dict[str, str], client: httpx.Client
) -> None:
    headers = {"Authorization": f"Bearer {tokens['viewer']}"}

    answer = client.get("/headcount/", headers=headers)

    assert "Signed in as vera" in answer.text
    assert "Buyers" in answer.text


def test_expired_cookie_is_a_stranger(client: httpx.Client) -> None:
    client.cookies.set("_token", "eyJhbGciOiJIUzUxMiJ9.e30.nothing")

    assert client.get("/headcount/").status_code in {401, 403}


def test_browser_of_a_stranger_goes_to_the_login(client: httpx.Client) -> None:
    answer = client.get("/headcount/exports", headers={"accept": "text/html"})

    assert answer.status_code == 307
    assert "/auth/login" in answer.headers["location"]
    assert "next=http" in answer.headers["location"]


def test_page_is_in_the_navigation(
    tokens: dict[str, str], client: httpx.Client
) -> None:
    headers = {"Authorization": f"Bearer {tokens['admin']}"}

    plugins = client.get("/api/v2/plugins", headers=headers).json()["plugins"]

    (ours,) = [one for one in plugins if one["name"] == "headcount"]
    assert ours["external_views"][0]["name"] == "Behavioral segments"
    assert "import_errors" not in json.dumps(ours)


def test_other_processes_of_airflow_import_no_engine(tmp_path: Path) -> None:
    """Every task of every DAG imports the plugin: it must be light."""
    script = (
        "import sys, headcount.console.plugin\n"
        "print(sorted({'polars', 'duckdb', 'jinja2'} & set(sys.modules)))"
    )
    home = AirflowHome(tmp_path, tmp_path)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        env=home.environment(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert "polars" not in done.stdout.splitlines()[-1]
    assert "duckdb" not in done.stdout.splitlines()[-1]
