from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import pytest
from tests.contracts.vendors import QuickTime, Vendor, destination, vendor
from tests.sync.pushing import Pushing

from headcount.destinations.base import Destination
from headcount.standins.process import StandIn, running_standin
from headcount.store.warehouse import Warehouse

__all__ = ["destination", "vendor"]


@pytest.fixture(scope="session")
def standin() -> Iterator[StandIn]:
    """What a push does is tried on one vendor; contracts and cycles are, on all."""
    with running_standin("walkme", options=("--slow", "1.5")) as running:
        yield running


@pytest.fixture
def pushing(vendor: Vendor, destination: Destination) -> Iterator[Pushing]:
    """A segment that was never pushed, and a store that is always open."""
    with Warehouse.in_memory() as warehouse:
        open_store = partial(nullcontext, warehouse)
        yield Pushing(open_store, vendor, destination, vendor.segment(), QuickTime())


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """An empty store on disk."""
    path = tmp_path / "headcount.duckdb"
    Warehouse.open(path).close()
    return path


@pytest.fixture
def stored(store: Path, vendor: Vendor, destination: Destination) -> Pushing:
    """A segment that was never pushed, and a store as pipelines have it."""
    open_store = partial(Warehouse.open, store)
    return Pushing(open_store, vendor, destination, vendor.segment(), QuickTime())
