"""A small project, and the command as another program calls it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
from tests.shop import NOW, TICK, Shop, opened

from headcount import clock
from headcount.cli import main
from headcount.pipeline import run_tick


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """What the document says went wrong."""
        return self.document["error"]


class Call(Protocol):
    """Runs a command on the shop; `--json` unless it is for a person."""

    def __call__(self, *argv: str, person: bool = False) -> Answer: ...


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return opened(tmp_path / "shop")


@pytest.fixture(scope="session")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of such a project after its first tick, for tests to copy."""
    shop = opened(tmp_path_factory.mktemp("evaluated"))
    run_tick(shop.project, at=TICK, now=NOW)
    return shop.folder


@pytest.fixture
def ran(shop: Shop, evaluated: Path) -> Shop:
    """The shop after its first tick."""
    shutil.copytree(evaluated, shop.folder, dirs_exist_ok=True)
    return shop


@pytest.fixture
def call(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Call:
    monkeypatch.setenv("HEADCOUNT_NOW", clock.to_text(NOW))

    def call(*argv: str, person: bool = False) -> Answer:
        capsys.readouterr()
        form = [] if person else ["--json"]
        code = main([*argv, "--project", str(shop.folder), *form])
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return call
