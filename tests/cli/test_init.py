import json
from pathlib import Path

import pytest

from headcount.cli import main


def test_init_writes_project_into_new_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shop"

    code = main(["init", str(folder), "--json"])

    answer = json.loads(capsys.readouterr().out)
    assert code == 0
    assert str(folder / "headcount.yaml") in answer["files"]
    assert (folder / "landing").is_dir()


def test_init_refuses_when_project_exists(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["init", str(tmp_path)])
    (tmp_path / "headcount.yaml").write_text("mine", encoding="utf-8")
    capsys.readouterr()

    code = main(["init", str(tmp_path), "--json"])

    error = json.loads(capsys.readouterr().out)["error"]
    assert code == 2
    assert error["kind"] == "project_exists"
    assert (tmp_path / "headcount.yaml").read_text(encoding="utf-8") == "mine"


def test_init_keeps_files_that_are_there(tmp_path: Path) -> None:
    ignored = tmp_path / ".gitignore"
    ignored.write_text("*.swp\n", encoding="utf-8")

    main(["init", str(tmp_path)])

    assert ignored.read_text(encoding="utf-8") == "*.swp\n"
