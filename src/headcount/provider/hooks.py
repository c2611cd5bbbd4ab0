"""Hooks behind the connection types, and a project whose secrets are Airflow's."""

from __future__ import annotations

from dataclasses import dataclass

from airflow.sdk import BaseHook, Connection
from airflow.sdk.exceptions import AirflowNotFoundException

from headcount import project
from headcount.project import ConnectionSecrets, MissingConnectionError, Project


class DestinationHook(BaseHook):
    """What a destination needs to log in, out of an Airflow connection."""

    conn_name_attr = "conn_id"
    default_conn_name: str
    destination_type: str

    def __init__(self, conn_id: str | None = None) -> None:
        super().__init__()
        self.conn_id = conn_id or self.default_conn_name

    def get_conn(self) -> ConnectionSecrets:
        """The secrets; their values are masked in every log."""
        return _secrets(self.conn_id)

    def test_connection(self) -> tuple[bool, str]:
        """What Airflow's Test button shows: whether the vendor lets us in.

        Where the vendor is says the project, as secrets are all that a connection has.
        """
        from headcount.provider.trying import try_connection

        return try_connection(self.destination_type, self.get_conn())


class WalkMeHook(DestinationHook):
    """The client id and secret of a WalkMe API key that may write segments."""

    conn_type = "walkme"
    destination_type = "walkme"
    default_conn_name = "walkme_default"
    hook_name = "WalkMe"


class WalkMeNotificationHook(DestinationHook):
    """The client id and secret of a WalkMe API key that may write notifications."""

    conn_type = "walkme_notification"
    destination_type = "walkme-notification"
    default_conn_name = "walkme_notify"
    hook_name = "WalkMe notifications"


class AppcuesHook(DestinationHook):
    """The key and secret of an Appcues API key of the region's own."""

    conn_type = "appcues"
    destination_type = "appcues"
    default_conn_name = "appcues_default"
    hook_name = "Appcues"


class CleverTapHook(DestinationHook):
    """The account id and passcode of a CleverTap account."""

    conn_type = "clevertap"
    destination_type = "clevertap"
    default_conn_name = "clevertap_default"
    hook_name = "CleverTap"


class WebhookHook(DestinationHook):
    """The secret that events to a webhook are signed with."""

    conn_type = "headcount_webhook"
    destination_type = "webhook"
    default_conn_name = "webhook_default"
    hook_name = "Webhook"


@dataclass(frozen=True, slots=True)
class AirflowProject(Project):
    """A project as tasks see it: `connection` looks among Airflow's first."""

    def connection(self, name: str) -> ConnectionSecrets:
        """The secrets of the Airflow connection, else of HEADCOUNT_CONN_<NAME>.

        Airflow says when there is neither.
        """
        try:
            return _secrets(name)
        except AirflowNotFoundException as nowhere:
            try:
                return Project.connection(self, name)
            except MissingConnectionError:
                raise nowhere from None


def open_project() -> AirflowProject:
    """The project of HEADCOUNT_HOME."""
    opened = project.open_project()
    return AirflowProject(opened.folder, opened.settings, opened.document)


def _secrets(name: str) -> ConnectionSecrets:
    return to_secrets(BaseHook.get_connection(name))


def to_secrets(connection: Connection) -> ConnectionSecrets:
    """What an Airflow connection holds, as destinations take it."""
    return ConnectionSecrets(
        name=connection.conn_id,
        login=connection.login,
        password=connection.password,
        host=connection.host,
        port=connection.port,
        extra=connection.extra_dejson,
    )
