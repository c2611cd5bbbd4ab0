"""Airflow finds the provider by its entry point, and shows a form for its secrets."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from headcount.destinations.load import NOTIFIERS, VENDORS
from headcount.provider import get_provider_info
from headcount.runtime.home import AirflowHome

SHOW = """
import json
from airflow.providers_manager import ProvidersManager
from headcount.provider.hooks import WalkMeHook, open_project

manager = ProvidersManager()
types = manager.providers["headcount"].data["connection-types"]
ours = [each["connection-type"] for each in types]
secrets = WalkMeHook("walkme_test").get_conn()
print("SHOWN", json.dumps({
    "names": {kind: manager.hooks[kind].hook_name for kind in ours},
    "labels": manager.field_behaviours["walkme"]["relabeling"],
    "secrets": [secrets.login, secrets.password, secrets.extra],
    "repr": repr(secrets),
    "project": open_project().connection("walkme_test").password,
}))
"""


def test_entry_point_leads_to_the_description():
    points = entry_points(group="apache_airflow_provider")
    [ours] = [point for point in points if point.dist.name == "headcount"]

    assert ours.load() is get_provider_info
    assert get_provider_info()["package-name"] == "headcount"


def test_every_vendor_has_a_connection_type():
    types = get_provider_info()["connection-types"]
    names = {each["connection-type"].removeprefix("headcount_") for each in types}

    assert names == {name.replace("-", "_") for name in (*VENDORS, *NOTIFIERS)}


@pytest.mark.airflow
def test_airflow_shows_the_form_and_gives_the_secrets(tmp_path):
    (tmp_path / "headcount.yaml").write_text("systems: {crm: {timezone: UTC}}\n")
    held = {"conn_type": "walkme", "login": "id", "password": "secret", "extra": {}}
    home = AirflowHome(tmp_path / "a", tmp_path, {"walkme_test": json.dumps(held)})

    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        env=home.environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    [line] = [row for row in done.stdout.splitlines() if row.startswith("SHOWN ")]
    assert json.loads(line.removeprefix("SHOWN ")) == {
        "names": {
            "walkme": "WalkMe",
            "walkme_notification": "WalkMe notifications",
            "appcues": "Appcues",
            "clevertap": "CleverTap",
            "headcount_webhook": "Webhook",
        },
        "labels": {"login": "Client ID", "password": "Client secret"},
        "secrets": ["id", "secret", {}],
        "repr": "ConnectionSecrets(name='walkme_test')",
        "project": "secret",
    }
