from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headcount.store.warehouse import Warehouse
from tests.ingest.landing import Landing


@pytest.fixture
def landing(tmp_path: Path) -> Iterator[Landing]:
    with Warehouse.in_memory() as warehouse:
        yield Landing(tmp_path, warehouse)
