from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcount.definitions.load import load_definition, load_definitions
from headcount.definitions.written import as_written
from headcount.definitions.yaml_reader import read_yaml
from headcount.definitions.yaml_writer import to_yaml
from headcount.project import open_project
from headcount.resources import folder

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VALUES = st.recursive(
    TEXTS | st.booleans() | st.integers(-(10**15), 10**15).map(Decimal),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abc", min_size=1), inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.text("abcxyz", min_size=1), VALUES, min_size=1, max_size=4))
def test_any_tree_reads_back(tree: dict[str, Any]) -> None:
    with TemporaryDirectory() as name:
        path = Path(name) / "tree.yaml"
        path.write_text(to_yaml(tree), encoding="utf-8")

        document = read_yaml(path, file="tree.yaml")

    assert document.faults == ()
    assert document.tree == tree


@pytest.mark.parametrize("text", ["no", "012", "1:30", "2024-01-01", "~", "a: b", "<<"])
def test_what_yaml_mistakes_is_quoted(text: str) -> None:
    assert to_yaml({"name": text}) == f'name: "{text}"\n'


def test_rules_stand_below_each_other() -> None:
    tree = {"name": "Buyers", "rules": [{"event": "buy", "count": {"gte": Decimal(2)}}]}

    assert to_yaml(tree) == (
        "name: Buyers\nrules:\n  - event: buy\n    count: {gte: 2}\n"
    )


def test_every_sample_definition_is_written_and_read_back(tmp_path: Path) -> None:
    project = open_project(folder("data"))
    loaded = load_definitions(project.segments_folder, project.settings).definitions

    for one in loaded:
        path = tmp_path / f"{one.definition.id}.yaml"
        path.write_text(to_yaml(as_written(one.definition)), encoding="utf-8")
        assert load_definition(path, project.settings) == one.definition
    assert len(loaded) == 20
