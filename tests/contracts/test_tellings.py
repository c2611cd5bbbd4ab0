"""Ticks on ticks at 30 % faults: nobody is told twice, or nobody is left untold."""

from __future__ import annotations

import pytest
from tests.contracts.tellings import run_tellings


@pytest.mark.parametrize("seed", range(2))
def test_nobody_is_told_twice_by_default(seed: int) -> None:
    outcome = run_tellings("leave", seed=seed, ticks=12)

    assert outcome.more == 0
    assert outcome.untold_without_doubt == 0
    assert outcome.once >= outcome.enterings - outcome.doubtful


@pytest.mark.parametrize("seed", range(2))
def test_nobody_is_left_untold_when_calls_are_repeated(seed: int) -> None:
    outcome = run_tellings("repeat", seed=seed, ticks=12)

    assert outcome.untold == 0


def test_everybody_is_told_once_without_faults() -> None:
    outcome = run_tellings("leave", seed=0, ticks=3, faults="")

    assert (outcome.untold, outcome.more) == (0, 0)
    assert outcome.requests == 3 * 3  # five users, two a call
