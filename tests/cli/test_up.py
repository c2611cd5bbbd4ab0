"""`headcount up` says what it cannot start on; tests/dags show that it starts."""

from __future__ import annotations

import json

from headcount.cli import main
from headcount.cli.up import _page
from headcount.up import Started


def test_a_named_folder_must_be_a_project(tmp_path, capsys):
    code = main(["up", "--project", str(tmp_path), "--json"])

    assert code == 2
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "no_project"


def test_a_faulty_project_is_told_before_anything_starts(tmp_path, capsys):
    (tmp_path / "headcount.yaml").write_text("systems: []\n")

    code = main(["up", "--project", str(tmp_path)])

    assert code == 2
    assert "headcount.yaml:1" in capsys.readouterr().err
    assert not (tmp_path / "airflow").exists()


def test_beside_another_a_name_is_told_that_has_its_own_login(tmp_path):
    def page(port):
        started = Started(
            url=f"http://127.0.0.1:{port}",
            password="",
            project=tmp_path,
            home=tmp_path / "airflow",
            database="PostgreSQL",
            seconds=1.0,
            is_sample=False,
            has_standin=False,
        )
        return "".join(map(str, _page(started)))

    assert "http://localhost:8081" in page(8081)
    assert "localhost" not in page(8080)
