"""Bad input and the exact answer to it, one table a subject in `cases/`.

A case is a whole definition (`file`), one rule of an otherwise sound definition
(`rule`) or a headcount.yaml (`project`); a case without faults must be accepted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from headcount.definitions.load import load_definition
from headcount.definitions.project_file import read_project_file
from headcount.definitions.settings import DestinationSettings, Settings, System
from headcount.errors import DefinitionError

CASES = Path(__file__).parent / "cases"
AROUND_A_RULE = "name: Case\nsystem: crm\nrules:\n  - {}\n"
SETTINGS = Settings(
    systems={"crm": System("crm", ZoneInfo("Europe/Berlin"))},
    sources=(),
    destinations={
        **{
            name: DestinationSettings(name, type=name) for name in ("walkme", "appcues")
        },
        **{
            name: DestinationSettings(
                name, type="walkme-notification", options={"on": (event,)}
            )
            for name, event in (("welcome", "entered"), ("ops", "push-failed"))
        },
    },
)


def read_cases() -> Iterator[Any]:
    for path in sorted(CASES.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield pytest.param(case, id=f"{path.stem}: {case['title']}")


def faults_of(case: dict[str, Any], path: Path) -> list[str]:
    try:
        if "project" in case:
            path.write_text(case["project"], encoding="utf-8")
            read_project_file(path)
        else:
            text = case.get("file", AROUND_A_RULE.format(case.get("rule")))
            path.write_text(text, encoding="utf-8")
            load_definition(path, SETTINGS, file="case.yaml")
    except DefinitionError as error:
        return [str(fault).partition(":")[2] for fault in error.faults]
    return []


@pytest.mark.parametrize("case", list(read_cases()))
def test_faults_are_told_all_at_once(case: dict[str, Any], tmp_path: Path) -> None:
    assert faults_of(case, tmp_path / "case.yaml") == case["faults"]
