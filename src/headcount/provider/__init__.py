"""What Airflow is told of this package: a connection type, hooks, what DAGs share.

Every Airflow process imports this module: it must stay cheap.
"""

from __future__ import annotations

from typing import Any


def get_provider_info() -> dict[str, Any]:
    """The provider's description; Airflow's forms and its list of providers show it."""
    return {
        # The distribution's name, or Airflow drops the provider.
        "package-name": "headcount",
        "name": "headcount",
        "description": "Exact behavioural segments, pushed to vendors.",
        "connection-types": [_WALKME],
    }


# The secret is `password`: of `extra`, only fields with telling names are masked.
_WALKME = {
    "connection-type": "walkme",
    "hook-class-name": "headcount.provider.hooks.WalkMeHook",
    "hook-name": "WalkMe",
    "ui-field-behaviour": {
        "hidden-fields": ["host", "port", "schema", "extra"],
        "relabeling": {"login": "Client ID", "password": "Client secret"},
        "placeholders": {},
    },
}
