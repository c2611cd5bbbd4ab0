"""What Airflow is told of this package: connection types, hooks, what DAGs share.

Every Airflow process imports this module: it must stay cheap.
"""

from __future__ import annotations

from typing import Any

CLIENT = ("Client ID", "Client secret")

# What a person may set in airflow.cfg, section [headcount].
OPTIONS: dict[str, dict[str, Any]] = {
    "store_pool": {
        "description": "The pool of tasks that write to the store: with one slot they "
        "wait for each other without a worker. It must be there.",
        "type": "string",
        "default": "default_pool",
        "example": "headcount_store",
        "version_added": None,
    },
    "alerts_to": {
        "description": "Who is told of failed runs and late ticks: mail addresses with "
        "commas between them, or the https address of a receiver of Standard Webhooks. "
        "Nobody by default.",
        "type": "string",
        "default": "",
        "example": "ops@acme.example",
        "version_added": None,
    },
    "alerts_conn_id": {
        "description": "The connection to tell them by, of the type SMTP or Webhook; "
        "smtp_default or webhook_default by default.",
        "type": "string",
        "default": "",
        "example": None,
        "version_added": None,
    },
    "late_after_minutes": {
        "description": "A tick is late when it has not ended so long after it was due.",
        "type": "integer",
        "default": "10",
        "example": None,
        "version_added": None,
    },
}


def get_provider_info() -> dict[str, Any]:
    """The provider's description; Airflow's forms and its list of providers show it."""
    return {
        # The distribution's name, or Airflow drops the provider.
        "package-name": "headcount",
        "name": "headcount",
        "description": "Exact behavioural segments, pushed to vendors.",
        "connection-types": [
            _form("walkme", "WalkMe", *CLIENT),
            _form(
                "walkme_notification",
                "WalkMe notifications",
                *CLIENT,
                hook="WalkMeNotificationHook",
            ),
            _form("appcues", "Appcues", "API key", "API secret"),
            _form("clevertap", "CleverTap", "Account ID", "Passcode"),
            _form("headcount_webhook", "Webhook", "Sender", "Signing secret"),
        ],
        "asset-uris": [
            {
                "schemes": ["headcount"],
                "handler": None,
                "to_openlineage_converter": "headcount.provider.lineage.to_openlineage",
            }
        ],
        "config": {"headcount": {"description": "headcount", "options": OPTIONS}},
    }


def _form(
    kind: str, name: str, login: str, password: str, *, hook: str | None = None
) -> dict[str, Any]:
    """One connection type, asked for what its vendor calls login and password.

    The secret is `password`: of `extra`, only fields with telling names are masked.
    """
    return {
        "connection-type": kind,
        "hook-class-name": f"headcount.provider.hooks.{hook or f'{name}Hook'}",
        "hook-name": name,
        "ui-field-behaviour": {
            "hidden-fields": ["host", "port", "schema", "extra"],
            "relabeling": {"login": login, "password": password},
            "placeholders": {},
        },
    }
