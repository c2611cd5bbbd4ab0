from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from headcount.definitions.load import (
    Loaded,
    file_name,
    load_definition,
    load_definitions,
)
from headcount.definitions.settings import Settings, System
from headcount.errors import DefinitionError

SETTINGS = Settings({"crm": System("crm", ZoneInfo("UTC"))}, (), {})
RULES = "rules: [event: a]\n"


def write(folder: Path, **files: str) -> Path:
    """The folder with a definition in each file; `a__b` is `a/b.yaml`."""
    for name, extra in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"name: {name}\nsystem: crm\n{extra}")
    return folder


def ids(loaded: Loaded) -> list[str]:
    return [each.definition.id for each in loaded.definitions]


def test_files_come_sorted_by_relative_path(tmp_path: Path) -> None:
    folder = write(tmp_path / "segments", z=RULES, a__z=RULES, b=RULES, a__a=RULES)
    (folder / "c.yml").write_text(f"name: c\nsystem: crm\n{RULES}")
    (folder / "d.json").write_text("{}")

    loaded = load_definitions(folder, SETTINGS)

    assert [each.file for each in loaded.definitions] == [
        "segments/a/a.yaml",
        "segments/a/z.yaml",
        "segments/b.yaml",
        "segments/c.yml",
    ]
    assert [each.file for each in loaded.faulty] == ["segments/z.yaml"]


def test_the_id_is_the_stem_unless_it_is_said(tmp_path: Path) -> None:
    folder = write(tmp_path, stem=RULES, other=f"id: said\n{RULES}")

    assert ids(load_definitions(folder, SETTINGS)) == ["said", "stem"]


def test_a_stem_that_is_no_id_is_a_fault(tmp_path: Path) -> None:
    folder = write(tmp_path / "segments", Stuck=RULES)

    (fault,) = load_definitions(folder, SETTINGS).faults

    assert str(fault).startswith("segments/Stuck.yaml:1: $.id: found 'Stuck'")


def test_hidden_files_and_folders_are_none(tmp_path: Path) -> None:
    folder = write(tmp_path, a=RULES)
    write(folder / ".git", b=RULES)
    (folder / ".c.yaml").write_text("name: c")

    assert ids(load_definitions(folder, SETTINGS)) == ["a"]


def test_faulty_files_stop_no_others(tmp_path: Path) -> None:
    folder = write(tmp_path / "segments", a=RULES, b="colour: red\n", c=RULES)

    loaded = load_definitions(folder, SETTINGS)

    assert ids(loaded) == ["a", "c"]
    assert [(each.file, each.segment_id) for each in loaded.faulty] == [
        ("segments/b.yaml", "b")
    ]
    assert [(fault.path, fault.line) for fault in loaded.faults] == [
        ("$.rules", 1),
        ("$.colour", 3),
    ]


def test_a_missing_folder_is_a_fault(tmp_path: Path) -> None:
    (fault,) = load_definitions(tmp_path / "segments", SETTINGS).faults

    assert str(fault) == (
        "segments:1: $: found no such folder; wanted the folder of definitions "
        "(`segments` of headcount.yaml)"
    )


def test_one_definition_is_loaded_or_raises_all_faults(tmp_path: Path) -> None:
    write(tmp_path, good=RULES, bad="match: al\n")

    assert load_definition(tmp_path / "good.yaml", SETTINGS).id == "good"
    with pytest.raises(DefinitionError) as raised:
        load_definition(tmp_path / "bad.yaml", SETTINGS, file="bad.yaml")
    assert [fault.path for fault in raised.value.faults] == ["$.rules", "$.match"]


def test_without_settings_no_name_is_unknown(tmp_path: Path) -> None:
    folder = write(tmp_path, a=f"{RULES}destinations: [anything]\n")

    assert ids(load_definitions(folder, None)) == ["a"]


def test_files_are_named_from_the_root(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "project" / "defs").mkdir(parents=True)
    root = tmp_path / "project"
    monkeypatch.chdir(root)

    assert file_name(root / "defs" / "a.yaml", root) == "defs/a.yaml"
    assert file_name(Path("defs/a.yaml"), root) == "defs/a.yaml"
    assert file_name(Path("../a.yaml"), root) == "../a.yaml"
    assert file_name(root / "defs" / "a.yaml", Path()) == "defs/a.yaml"
