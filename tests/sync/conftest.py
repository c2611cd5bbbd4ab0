from __future__ import annotations

from pathlib import Path

import pytest
from tests.contracts.vendors import QuickTime, Vendor, destination, standin, vendor
from tests.sync.pushing import Pushing

from headcount.destinations.base import Destination

__all__ = ["destination", "standin", "vendor"]


@pytest.fixture
def pushing(tmp_path: Path, vendor: Vendor, destination: Destination) -> Pushing:
    """A segment that was never pushed."""
    store = tmp_path / "headcount.duckdb"
    return Pushing(store, vendor, destination, vendor.segment(), QuickTime())
