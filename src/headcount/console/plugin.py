"""The console inside Airflow: under its address, behind its login, by its permissions.

Airflow asks nobody for a login before an app of a plugin: the app does that itself, on
every route. Every Airflow process and every task imports this file, so that what it
mounts is built by the first request only.

Source: Airflow's docs on plugins; tried with SimpleAuthManager's four roles.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Receive, Scope, Send

    from headcount.console.access import Right

PREFIX = "/headcount"
EVALUATING, EXPORTING = "evaluate_segments", "export_segments"


class Mounted:
    """An app that is made when the first request comes."""

    def __init__(self) -> None:
        self._app: ASGIApp | None = None
        self._making = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; without a working app nothing is answered."""
        app = self._app or await self._made()
        await app(scope, receive, send)

    async def _made(self) -> ASGIApp:
        async with self._making:
            if self._app is None:
                self._app = await asyncio.to_thread(build_app)
            return self._app


class HeadcountPlugin(AirflowPlugin):
    """The page "Behavioral segments" in Airflow's navigation."""

    name = "headcount"
    fastapi_apps = [  # noqa: RUF012 - read by Airflow as it stands
        {"name": "headcount", "app": Mounted(), "url_prefix": PREFIX}
    ]
    external_views = [  # noqa: RUF012
        {
            "name": "Behavioral segments",
            "href": f"{PREFIX.lstrip('/')}/",  # relative: works behind a sub-path
            "destination": "nav",
            "url_route": "behavioral-segments",
            "nav_top_level": True,
            "icon": f"{PREFIX}/static/-/icon.svg",
            "icon_dark_mode": f"{PREFIX}/static/-/icon-dark.svg",
        }
    ]


def build_app() -> FastAPI:
    """The console of the project that HEADCOUNT_HOME names, for Airflow's users."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.core_api.security import GetUserDep
    from airflow.configuration import conf

    from headcount.console.access import Person
    from headcount.console.app import create_app
    from headcount.console.desk import Desk
    from headcount.project import open_project

    def identify(user: GetUserDep) -> Person:
        return Person(user.get_id(), user.get_name(), rights_of(user))

    # The annotation is a text here; FastAPI must find what it means.
    identify.__annotations__["user"] = GetUserDep
    return create_app(
        Desk(open_project),
        identify,
        secret=conf.get_mandatory_value("api", "secret_key").encode(),
        login_url=lambda: get_auth_manager().get_url_login(),
    )


def rights_of(user: Any) -> frozenset[Right]:
    """What Airflow lets the person do, in the console's words.

    Look: see what plugins show. Build and export: start the DAG that does it. Approve
    and delete reach the destinations: for whoever may edit their connections.
    """
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import (
        AccessView,
        DagAccessEntity,
        DagDetails,
    )

    from headcount.console.access import Right

    manager = get_auth_manager()

    def may_start(dag_id: str) -> bool:
        return manager.is_authorized_dag(
            method="POST",
            access_entity=DagAccessEntity.RUN,
            details=DagDetails(id=dag_id),
            user=user,
        )

    may_connect = manager.is_authorized_connection(method="PUT", user=user)
    allowed = {
        Right.READ: manager.is_authorized_view(
            access_view=AccessView.PLUGINS, user=user
        ),
        Right.BUILD: may_start(EVALUATING),
        Right.EXPORT: may_start(EXPORTING),
        Right.APPROVE: may_connect,
        Right.DELETE: may_connect,
    }
    return frozenset(right for right, is_allowed in allowed.items() if is_allowed)
