"""Asks a real Airflow of our connection types, through its UI's API; prints answers.

Run in a process of its own, in the environment of an AirflowHome: the first argument
holds the connections to make, as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any


def log_in() -> Any:
    """A client of the API server, with the admin's token."""
    from airflow.api_fastapi.app import create_app  # noqa: PLC0415
    from airflow.utils.db import initdb  # noqa: PLC0415
    from fastapi.testclient import TestClient  # noqa: PLC0415

    initdb()
    client = TestClient(create_app(apps="core"))
    passwords = os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"]
    login = {"username": "admin", **json.loads(Path(passwords).read_text())}
    login["password"] = login.pop("admin")
    token = client.post("/auth/token", json=login).json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def main() -> None:
    """One line of JSON, after what Airflow itself prints."""
    client, connections = log_in(), json.loads(sys.argv[1])
    for connection in connections:
        client.post("/api/v2/connections", json=connection).raise_for_status()
    from headcount.provider.hooks import WalkMeHook, open_project  # noqa: PLC0415

    secrets = WalkMeHook("walkme_test").get_conn()
    answers = {
        "forms": client.get("/ui/connections/hook_meta").json(),
        "config": client.get("/ui/config").json(),
        "listed": client.get("/api/v2/connections").json()["connections"],
        "tests": {
            connection["connection_id"]: client.post(
                "/api/v2/connections/test", json=connection
            ).json()
            for connection in connections
        },
        "secrets": [secrets.login, secrets.password == "secret-of-mine"],  # noqa: S105
        "repr": repr(secrets),
        "project": open_project().connection("walkme_test").login,
    }
    sys.stdout.write(f"SHOWN {json.dumps(answers)}\n")


if __name__ == "__main__":
    main()
