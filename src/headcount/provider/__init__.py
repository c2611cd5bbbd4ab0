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
