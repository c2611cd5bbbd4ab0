"""Everything the README shows is run here, as a reader would run it.

A fence's words after the language say what it is: a `yaml` block names the file it
shows, `sh demo` and `sh tests` are the two commands, `text` is the picture; `sh`
blocks run in a scratch copy, `sql` and `python` in the project that they leave.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from headcount import pipeline
from headcount.cli.entry import _command
from headcount.store.published import open_published

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCES = re.findall(r"^```(.+?)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
KINDS = {"sh demo", "sh tests", "text picture", "sh", "sql", "python"}

# What stands for uv on a machine where everything is installed already.
SHIMS = {"pip": "exit 0", "uv": '[ "$1" = run ] && shift; exec "$@"'}


def blocks(kind: str) -> list[str]:
    return [body for name, body in FENCES if name == kind]


def only(kind: str) -> str:
    (body,) = blocks(kind)
    return body


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample data in it, and no network to install from."""
    folder = tmp_path_factory.mktemp("readme")
    # A copy: `cp -r` would follow no link, and work on the repository's own.
    shutil.copytree(ROOT / "data", folder / "data")
    (folder / "bin").mkdir()
    for name, body in SHIMS.items():
        shim = folder / "bin" / name
        shim.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        shim.chmod(0o755)
    return folder


def run(script: str, folder: Path, **environment: str) -> str:
    """What a shell says to the script; its exit code must be 0."""
    path = f"{folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=os.environ | {"PATH": path, "TMPDIR": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


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
def test_demo_says_what_to_try_next(scratch: Path) -> None:
    out = run(only("sh demo"), scratch)

    _, _, after = out.partition("Try next:\n")
    commands = after.strip().splitlines()
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

    assert dict(roles.rows) == {"sales": 42, "support": 20, "manager": 8}


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
