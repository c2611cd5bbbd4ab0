"""Ticks on ticks at 30 % faults: when a push says synced, the remote equals ours."""

from __future__ import annotations

import pytest
from tests.contracts.cycles import run_cycles
from tests.contracts.vendors import VENDORS


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("vendor_name", VENDORS)
def test_remote_equals_ours_after_faulty_ticks(vendor_name: str, seed: int) -> None:
    outcome = run_cycles(vendor_name, seed=seed, ticks=15)

    assert outcome.is_equal
    assert outcome.unequal_when_synced == 0


@pytest.mark.parametrize("vendor_name", VENDORS)
def test_requests_without_faults_are_the_fewest(vendor_name: str) -> None:
    outcome = run_cycles(vendor_name, seed=1, ticks=5, faults="")

    assert outcome.requests == outcome.least_requests
