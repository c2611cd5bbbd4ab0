"""Ticks on ticks at 30 % faults, with deaths: at the end the remote equals ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.contracts.cycles import run_cycles
from tests.contracts.vendors import VENDORS

from headcount.standins.process import StandIn, running_standin


@pytest.fixture(scope="module", params=VENDORS)
def picky(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    """A vendor that refuses three of our users."""
    options = ("--slow", "0.01", "--poison", "bad")
    with running_standin(request.param, options=options) as standin:
        yield standin


@pytest.mark.parametrize("seed", range(2))
def test_remote_equals_ours_after_faulty_ticks(picky: StandIn, seed: int) -> None:
    outcome = run_cycles(picky, seed=seed, ticks=8)

    assert outcome.is_equal
    assert outcome.are_rejects_exact
    assert outcome.too_early == 0


def test_remote_equals_ours_however_often_the_process_dies(picky: StandIn) -> None:
    outcome = run_cycles(picky, seed=7, ticks=6, kills=True)

    assert outcome.is_equal
    assert outcome.are_rejects_exact
    assert outcome.deaths > 0


def test_calm_ticks_take_two_requests_each(picky: StandIn) -> None:
    """One that removes and one that adds; more only to find the users it refuses."""
    outcome = run_cycles(picky, seed=1, ticks=6, faults={})

    assert outcome.was_equal
    assert outcome.requests <= 4 + 1 + 2 * 5 + 3 * 8
