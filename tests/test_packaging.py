"""The wheel holds what runs without a repository, and every version is pinned."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SHIPPED = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]


def to_name(distribution):
    return re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower()


def test_every_installed_version_is_the_pinned_one():
    pins = dict(
        pin.split("==") for pin in PROJECT["tool"]["uv"]["constraint-dependencies"]
    )
    installed = {to_name(d): d.version for d in distributions()}
    installed.pop("headcount")
    tools = {"pip", "setuptools", "wheel", "uv"}

    others = {n: v for n, v in installed.items() if pins.get(n) != v}

    assert others.keys() <= tools, others


@pytest.mark.parametrize("folder", ["sql", "dags", "data"])
def test_wheel_ships_the_folder(folder):
    sources = [ROOT / source for source in SHIPPED if source.split("/")[0] == folder]

    assert sources
    assert all(source.exists() for source in sources)
    assert all(
        target == f"headcount/_shipped/{source}" for source, target in SHIPPED.items()
    )
