"""Airflow finds the provider by its entry point, and its UI has all of it."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from importlib.metadata import entry_points

import pytest

from headcount.destinations.load import NOTIFIERS, VENDORS
from headcount.provider import get_provider_info
from headcount.runtime.home import AirflowHome
from headcount.standins.process import LOGIN, PASSWORD, running_standin

SETTINGS = """
systems: {{crm: {{timezone: UTC}}}}
destinations:
  walkme: {{type: walkme, connection: x, base_url: {walkme}}}
  welcome:
    type: walkme-notification
    connection: x
    base_url: {walkme}
    on: entered
    template_id: 75cfcba6-c320-42cb-938e-4c2bd08a43a3
  appcues: {{type: appcues, connection: x, account_id: "1", base_url: {appcues}}}
  clevertap: {{type: clevertap, connection: x}}
"""
LABELS = {
    "walkme": ("WalkMe", "Client ID", "Client secret"),
    "walkme_notification": ("WalkMe notifications", "Client ID", "Client secret"),
    "appcues": ("Appcues", "API key", "API secret"),
    "clevertap": ("CleverTap", "Account ID", "Passcode"),
    "headcount_webhook": ("Webhook", "Sender", "Signing secret"),
}
WRONG = "another-secret-than-theirs"
CONNECTIONS = [
    *(
        {"connection_id": kind, "conn_type": kind, "login": LOGIN, "password": PASSWORD}
        for kind in LABELS
    ),
    {
        "connection_id": "wrong",
        "conn_type": "walkme",
        "login": LOGIN,
        "password": WRONG,
    },
]


def test_entry_point_leads_to_the_description():
    points = entry_points(group="apache_airflow_provider")
    [ours] = [point for point in points if point.dist.name == "headcount"]

    assert ours.load() is get_provider_info
    assert get_provider_info()["package-name"] == "headcount"


def test_every_vendor_has_a_connection_type():
    types = get_provider_info()["connection-types"]
    names = {each["connection-type"].removeprefix("headcount_") for each in types}

    assert names == {name.replace("-", "_") for name in (*VENDORS, *NOTIFIERS)}


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """All that the process said."""
    folder = tmp_path_factory.mktemp("provider")
    with ExitStack() as stack:
        urls = {
            name: stack.enter_context(running_standin(name)).url
            for name in ("walkme", "appcues")
        }
        (folder / "headcount.yaml").write_text(SETTINGS.format(**urls))
        held = {"conn_type": "walkme", "login": "id", "password": "secret-of-mine"}
        home = AirflowHome(
            folder / "airflow", folder, {"walkme_test": json.dumps(held)}
        )
        home.prepare()
        command = [sys.executable, "-m", "tests.provider.asking"]
        done = subprocess.run(
            [*command, json.dumps(CONNECTIONS)],
            env=home.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def shown(said):
    [line] = [row for row in said.splitlines() if row.startswith("SHOWN ")]
    return json.loads(line.removeprefix("SHOWN "))


@pytest.mark.airflow
def test_form_asks_for_what_the_vendor_calls_it(shown):
    forms = {one["connection_type"]: one for one in shown["forms"]}

    for kind, (name, login, password) in LABELS.items():
        fields = forms[kind]["standard_fields"]
        assert forms[kind]["hook_name"] == name
        assert fields["login"]["title"] == login
        assert fields["password"]["title"] == password
        assert fields["host"]["hidden"]
        assert fields["port"]["hidden"]


@pytest.mark.airflow
def test_button_says_whether_the_vendor_lets_us_in(shown):
    assert shown["config"]["test_connection"] == "Enabled"
    assert shown["tests"]["walkme"] == {
        "status": True,
        "message": "walkme: we are let in",
    }
    assert shown["tests"]["walkme_notification"]["message"] == "welcome: we are let in"
    assert shown["tests"]["appcues"]["message"] == "appcues: we are let in"
    assert "no call that changes nothing" in shown["tests"]["clevertap"]["message"]
    assert shown["tests"]["headcount_webhook"] == {
        "status": False,
        "message": "headcount.yaml has no destination of type webhook to ask",
    }
    assert not shown["tests"]["wrong"]["status"]
    assert "authentication failed at" in shown["tests"]["wrong"]["message"]


@pytest.mark.airflow
def test_secret_is_given_to_hooks_and_shown_nowhere(shown, said):
    assert shown["secrets"] == ["id", True]
    assert shown["project"] == "id"
    assert shown["repr"] == "ConnectionSecrets(name='walkme_test')"
    assert {one["password"] for one in shown["listed"]} == {"***"}
    for secret in (PASSWORD, WRONG, "secret-of-mine"):
        assert secret not in said
