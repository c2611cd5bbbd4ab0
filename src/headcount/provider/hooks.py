"""Hooks behind the connection types, and a project whose secrets are Airflow's."""

from __future__ import annotations

from dataclasses import dataclass

from airflow.sdk import BaseHook

from headcount import project
from headcount.project import ConnectionSecrets, Project


class WalkMeHook(BaseHook):
    """The client id and secret of a WalkMe API key with access to segments."""

    conn_name_attr = "walkme_conn_id"
    default_conn_name = "walkme_default"
    conn_type = "walkme"
    hook_name = "WalkMe"

    def __init__(self, walkme_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.walkme_conn_id = walkme_conn_id

    def get_conn(self) -> ConnectionSecrets:
        """The secrets; their values are masked in every log."""
        return _secrets(self.walkme_conn_id)


@dataclass(frozen=True, slots=True)
class AirflowProject(Project):
    """A project as tasks see it: `connection` looks among Airflow's."""

    def connection(self, name: str) -> ConnectionSecrets:
        """The secrets of the Airflow connection; Airflow says when there is none."""
        return _secrets(name)


def open_project() -> AirflowProject:
    """The project of HEADCOUNT_HOME."""
    opened = project.open_project()
    return AirflowProject(opened.folder, opened.settings, opened.document)


def _secrets(name: str) -> ConnectionSecrets:
    connection = BaseHook.get_connection(name)
    return ConnectionSecrets(
        name=name,
        login=connection.login,
        password=connection.password,
        host=connection.host,
        port=connection.port,
        extra=connection.extra_dejson,
    )
