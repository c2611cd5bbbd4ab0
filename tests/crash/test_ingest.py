"""The short profile; `python -m tests.crash.ingest --help` tells of the long one."""

from __future__ import annotations

import pytest

from tests.crash.corpus import dice_of
from tests.crash.ingest import OF_FILES, Bench, digest, files_in
from tests.crash.victim import STORE, ingest

SEED = 7
TRIALS = 4
AFTER_ROWS = 25  # the first file's events are in, its ledger row is not


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    bench = Bench(tmp_path_factory.mktemp("crash"), SEED, rows=1_000)
    bench.prepare()
    return bench


def test_second_run_changes_no_table(bench: Bench) -> None:
    ingest(bench.reference, bench.folder)

    assert digest(bench.reference / STORE) == bench.wanted


def test_corpus_fills_every_table(bench: Bench) -> None:
    assert files_in(bench.reference / STORE) == 6
    assert {table for table in bench.wanted if bench.wanted[table][0]} >= {
        *OF_FILES,
        *("systems", "users", "event_names", "seen_events", "seen_attributes"),
    }


def test_rerun_ends_in_the_same_store_when_killed_at_any_moment(bench: Bench) -> None:
    dice = dice_of(SEED)

    trials = [bench.kill_at_moment(dice.random()) for _ in range(TRIALS)]

    assert all(trial.is_well for trial in trials), trials


def test_rerun_ends_in_the_same_store_when_killed_at_any_step(bench: Bench) -> None:
    steps = dice_of(SEED).sample(range(1, bench.steps + 1), TRIALS)

    trials = [bench.kill_at_step(step) for step in steps]

    assert all(trial.was_killed and trial.is_well for trial in trials), trials


def test_harness_sees_a_fault_that_is_planted(bench: Bench) -> None:
    """Killed between a file's rows and its ledger row, when they are not one act."""
    trial = bench.kill_at_step(AFTER_ROWS, "torn")

    assert (trial.was_killed, trial.is_well) == (True, False)
