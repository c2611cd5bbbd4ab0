"""An Airflow of the product's own: where it lives, and an environment only for it."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from headcount.resources import folder

FOREIGN = ("AIRFLOW_", "_AIRFLOW_")
STORE_POOL = "headcount_store"
SETTINGS = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    "AIRFLOW__CORE__PARALLELISM": "4",
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    # The button beside a connection. Only this machine's admin can press it.
    "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    # A worker waits this long for an exit it missed: with 5 s, four workers end
    # less than one task a second.
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
    "AIRFLOW__DAG_PROCESSOR__PRINT_STATS_INTERVAL": "0",
    "AIRFLOW__HEADCOUNT__STORE_POOL": STORE_POOL,
    # After a scheduler was killed: how soon its tasks are given to the next one.
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
    # A process that names itself anew would wipe its environment away.
    "SPT_NOENV": "1",
}


def program() -> str:
    """What a person types to run headcount again as it was run now."""
    is_under_uv = "UV_RUN_RECURSION_DEPTH" in os.environ
    return "uv run headcount" if is_under_uv else "headcount"


@dataclass(frozen=True, slots=True)
class AirflowHome:
    """A folder that holds all an Airflow keeps, beside the project it works on.

    `connections` are Airflow's, by name, as the JSON or URI that Airflow takes;
    they live in the environment of its processes and are written nowhere.
    """

    folder: Path
    project: Path
    connections: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def passwords_path(self) -> Path:
        """Where the login's password is kept, as Airflow's own login reads it."""
        return self.folder / "passwords.json"

    def prepare(self) -> str:
        """The password of `admin`, after the folder is there; the same each time."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = json.dumps({"admin": secrets.token_urlsafe(9)})
        return str(json.loads(_kept(self.passwords_path, new))["admin"])

    def signing_secret(self) -> str:
        """What logins are signed with; the same each time, so that they outlive a stop.

        For a folder that is prepared.
        """
        return _kept(self.folder / "signing_secret", secrets.token_hex(32))

    def environment(self, **settings: str) -> dict[str, str]:
        """The caller's environment without any Airflow of theirs, and with this one."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(FOREIGN)
        }
        return inherited | SETTINGS | self._places() | self._connections() | settings

    def _places(self) -> dict[str, str]:
        database = self.folder.resolve() / "airflow.db"
        return {
            "AIRFLOW_HOME": str(self.folder.resolve()),
            "AIRFLOW__CORE__DAGS_FOLDER": str(folder("dags").resolve()),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(self.folder.resolve() / "plugins"),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(
                self.passwords_path.resolve()
            ),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{database}",
            "HEADCOUNT_HOME": str(self.project.resolve()),
        }

    def _connections(self) -> dict[str, str]:
        return {
            f"AIRFLOW_CONN_{name.upper()}": value
            for name, value in self.connections.items()
        }


def _kept(path: Path, new: str) -> str:
    """What the file holds, which only its owner may read; `new` when it is not there.

    Written aside: a file that is there is whole.
    """
    if not path.exists():
        unfinished = path.with_name(f"{path.name}.part")
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        unfinished.write_text(new)
        unfinished.rename(path)
    return path.read_text()
