"""Everything the README shows is run here, as a reader would run it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from headcount import pipeline
from headcount.cli.entry import _command
from headcount.store.published import open_published
from tests.conftest import Demo
from tests.readme import FENCES, README, ROOT, blocks, furnish, only, run

KINDS = {"sh demo", "sh tests", "text picture", "sh", "sql", "python"}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readme")
    furnish(folder)
    return folder


@pytest.fixture(scope="module")
def project(scratch: Path) -> Path:
    """The project that the README's commands leave."""
    for script in blocks("sh"):
        run(script, scratch)
    return scratch / "my-project"


def test_every_block_is_of_a_kind_that_is_run() -> None:
    names = [name for name, _ in FENCES]
    files = {name.removeprefix("yaml ") for name in names if name.startswith("yaml ")}

    assert set(names) - {f"yaml {file}" for file in files} == KINDS


@pytest.mark.airflow
def test_demo_says_what_to_try_next(demo: Demo, scratch: Path) -> None:
    commands = demo.report.next_commands

    assert len(commands) == 3
    assert "u-" in run("\n".join(commands), scratch)


def test_test_command_collects_these_tests(scratch: Path) -> None:
    asked = f"--collect-only -q --rootdir={ROOT} {ROOT / 'tests' / 'test_readme.py'}"

    out = run(only("sh tests"), scratch, PYTEST_ADDOPTS=asked)

    assert "test_test_command_collects_these_tests" in out


def test_definition_is_the_file_it_names() -> None:
    shown = [(name, body) for name, body in FENCES if name.startswith("yaml ")]

    assert shown
    for name, body in shown:
        path = ROOT / name.removeprefix("yaml ")
        assert path.read_text(encoding="utf-8") == body


def test_commands_leave_what_they_say(project: Path) -> None:
    assert not project.is_symlink()
    assert (project / "analytics.duckdb").is_file()
    assert (project / "stuck.xlsx").read_bytes().startswith(b"PK")


def test_query_answers(project: Path) -> None:
    with open_published(project / "analytics.duckdb") as published:
        roles = published.query(only("sql"))

    assert dict(roles.rows) == {"sales": 41, "support": 20, "manager": 8}


def test_python_prints_sizes(project: Path) -> None:
    ast.parse(only("python"))

    out = run(f"python - <<'END'\n{only('python')}END", project)

    assert "stuck-create-lead" in out


def test_picture_names_the_stages() -> None:
    stages = set(re.findall(r"[a-z]+", only("text picture")))

    assert {"ingest", "evaluate", "publish", "push", "export"} <= stages
    assert {"ingest", "evaluate", "publish", "push", "export"} <= set(pipeline.__all__)


def test_commands_named_in_prose_exist() -> None:
    named = set(re.findall(r"`headcount ([a-z]+)", README)) - {"run"}

    assert named <= set(_command().commands)


def test_dags_are_those_of_the_folder() -> None:
    table = README.partition("## The DAGs")[2].partition("## ")[0]
    named = re.findall(r"^\| `(\w+)`", table, re.MULTILINE)

    assert sorted(named) == sorted(path.stem for path in (ROOT / "dags").glob("*.py"))


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)

    files = [link.partition("#")[0] for link in links]
    assert [file for file in files if not (ROOT / file).exists()] == []
