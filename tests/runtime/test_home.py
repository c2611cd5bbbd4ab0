"""An Airflow of ours sees its own settings and nobody else's."""

from __future__ import annotations

import stat

import pytest

from headcount.runtime.home import AirflowHome


@pytest.fixture
def home(tmp_path):
    return AirflowHome(tmp_path / "airflow", tmp_path, {"walkme_default": "{}"})


def test_callers_airflow_is_not_inherited(home, monkeypatch):
    monkeypatch.setenv("AIRFLOW_HOME", "/somewhere/else")
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "theirs")

    environment = home.environment()

    assert environment["AIRFLOW_HOME"] == str(home.folder)
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert "_AIRFLOW_PARSING_CONTEXT_DAG_ID" not in environment


def test_other_variables_are_inherited(home, monkeypatch):
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/lib")

    assert home.environment()["LD_LIBRARY_PATH"] == "/opt/lib"


def test_project_and_connections_are_handed_on(home):
    environment = home.environment(AIRFLOW__CORE__PARALLELISM="2")

    assert environment["HEADCOUNT_HOME"] == str(home.project)
    assert environment["AIRFLOW_CONN_WALKME_DEFAULT"] == "{}"
    assert environment["AIRFLOW__CORE__PARALLELISM"] == "2"


def test_connections_are_not_shown(home):
    assert "walkme" not in repr(home)


def test_password_stays_and_is_for_its_owner_only(home):
    assert home.prepare() == home.prepare()
    assert stat.S_IMODE(home.passwords_path.stat().st_mode) == 0o600
