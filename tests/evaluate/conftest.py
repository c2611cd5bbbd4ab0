"""Fixtures of the evaluator's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evaluate.world import World, opened


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty project with one system, in UTC."""
    with opened(tmp_path / "project") as world:
        yield world
