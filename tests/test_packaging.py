"""The wheel holds what runs without a repository, and every version is pinned."""

from __future__ import annotations

import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SHIPPED = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]


def needed():
    """The version of every package that product and tests need on this machine.

    The product itself, whose extras the tests ask for, is none of them.
    """
    asked = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
    queue = [Requirement(text) for text in asked]
    versions, seen = {}, set()
    while queue:
        wanted = queue.pop()
        if str(wanted) in seen:
            continue
        seen.add(str(wanted))
        found = distribution(wanted.name)
        versions[canonicalize_name(wanted.name)] = found.version
        needs = map(Requirement, found.requires or [])
        queue += [need for need in needs if applies(need, wanted.extras)]
    del versions[PROJECT["project"]["name"]]
    return versions


def applies(need, extras):
    if need.marker is None:
        return True
    return any(need.marker.evaluate({"extra": extra}) for extra in ("", *extras))


def test_every_needed_version_is_the_pinned_one():
    pins = PROJECT["tool"]["uv"]["constraint-dependencies"]
    versions = needed()

    assert len(versions) > 100
    assert versions.items() <= dict(pin.split("==") for pin in pins).items()


@pytest.mark.parametrize("folder", ["sql", "dags", "data"])
def test_wheel_ships_the_folder(folder):
    sources = [ROOT / source for source in SHIPPED if source.split("/")[0] == folder]

    assert sources
    assert all(source.exists() for source in sources)
    assert all(
        target == f"headcount/_shipped/{source}" for source, target in SHIPPED.items()
    )
