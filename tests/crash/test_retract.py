"""A retraction that is killed has happened or not; a rerun ends in the same store."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from headcount.store.warehouse import Warehouse
from tests.crash.corpus import dice_of
from tests.crash.ingest import Bench, Victim, digest
from tests.crash.victim import STORE, retract

SEED = 11
TRIALS = 4


@dataclass(frozen=True, slots=True)
class Retraction:
    """A store with the corpus, and what an undisturbed retraction makes of it."""

    bench: Bench
    steps: int
    wanted: dict[str, Any]

    def copy(self, name: str) -> Path:
        """A project that has everything ingested."""
        return Path(shutil.copytree(self.bench.reference, self.bench.folder / name))

    def is_killed(self, project: Path, step: int) -> bool:
        """Whether a process that retracts was killed before that step."""
        victim = Victim(str(project), str(self.bench.folder), str(step), "retract")
        return victim.is_killed()


@pytest.fixture(scope="module")
def retraction(tmp_path_factory: pytest.TempPathFactory) -> Retraction:
    bench = Bench(tmp_path_factory.mktemp("retract"), SEED, rows=300)
    bench.prepare()
    undisturbed = Retraction(bench, 0, {}).copy("retracted")
    steps = retract(undisturbed, bench.folder)
    return Retraction(bench, steps, digest(undisturbed / STORE))


def test_retraction_changes_the_store(retraction: Retraction) -> None:
    assert retraction.wanted["retractions"][0] == 1
    assert retraction.wanted["events"] != retraction.bench.wanted["events"]


def test_rerun_ends_in_the_same_store_when_killed_at_any_step(
    retraction: Retraction,
) -> None:
    steps = dice_of(SEED).sample(range(1, retraction.steps), TRIALS)

    for step in [*steps, retraction.steps]:
        project = retraction.copy(f"killed-{step}")
        was_killed = retraction.is_killed(project, step)
        Warehouse.open(project / STORE).close()
        left = digest(project / STORE)
        retract(project, retraction.bench.folder)

        assert was_killed
        assert left in (retraction.bench.wanted, retraction.wanted)
        assert digest(project / STORE) == retraction.wanted
