"""Many long lives of a project, every tick of them held to the oracle.

`python -m tests.simulations.lives BOOK [--lives 2000] [--steps 50] [--part 50]` lives
the lives of `tests.evaluate.test_state_machine` in parts, each from a seed of its own.
What is done stands in the file BOOK, one JSON line a part: started again it goes on
after it, `--seconds 300` stops it after so long, and several may share a machine with
`--seed` and a book each. It prints how many lives and steps were lived. A difference is
shown as it was found, with the seed that finds it again; `--shrink` makes it small.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

from hypothesis import Phase, seed, settings, stateful
from hypothesis.internal.conjecture import engine
from hypothesis.stateful import invariant, run_state_machine_as_test

from headcount.evaluate.outcome import TickReport
from tests.evaluate.test_state_machine import TickMachine


@dataclass(frozen=True, slots=True)
class Part:
    """What came of one seed: the lives that had all their steps, and what they did."""

    seed: int
    lives: int
    steps: int
    ticks: int
    seconds: float


class Life(TickMachine):
    """A project that counts its steps, its beginning left out, and its ticks."""

    lived: list[Life]

    def __init__(self) -> None:
        super().__init__()
        self.steps = -1
        self.ticks = 0

    @invariant()
    def a_step_is_done(self) -> None:
        self.steps += 1

    def evaluate(self, *, full: bool = False) -> TickReport:
        self.ticks += 1
        return super().evaluate(full=full)

    def teardown(self) -> None:
        super().teardown()
        self.lived.append(self)


def live(part_seed: int, *, lives: int, steps: int, shrink: bool = False) -> Part:
    """So many lives from one seed; a difference from the oracle raises."""
    started = time.monotonic()
    machine = seed(part_seed)(type("Life", (Life,), {"lived": []}))
    phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]
    run_state_machine_as_test(
        machine,
        settings=settings(
            settings.get_profile("ci"),
            max_examples=lives + 1,  # the first one that is tried does nothing
            stateful_step_count=steps + 1,
            database=None,
            phases=phases,
        ),
    )
    whole = [one for one in machine.lived if one.steps >= steps]
    return Part(
        part_seed,
        lives=len(whole),
        steps=sum(one.steps for one in whole),
        ticks=sum(one.ticks for one in whole),
        seconds=round(time.monotonic() - started, 1),
    )


def read_book(book: Path) -> list[Part]:
    """The parts that are done."""
    if not book.exists():
        return []
    lines = book.read_text(encoding="utf-8").splitlines()
    return [Part(**json.loads(line)) for line in lines]


def in_parts(
    book: Path, first_seed: int, *, lives: int, part: int, steps: int, until: float
) -> Iterator[Part]:
    """The parts that so many lives still need; each is in the book once it is done."""
    done = read_book(book)
    left = lives - sum(one.lives for one in done)
    used = {one.seed for one in done}
    for part_seed in count(first_seed):
        if left <= 0 or time.monotonic() > until:
            return
        if part_seed in used:
            continue
        told = live(part_seed, lives=min(part, left), steps=steps)
        left -= told.lives
        with book.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(told)) + "\n")
        yield told


def main() -> int:
    """Live them; 0 when all did as the oracle says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("book", type=Path)
    parser.add_argument("--lives", type=int, default=2_000)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--part", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--shrink", action="store_true")
    asked = parser.parse_args()
    # A life of 50 steps may draw more than Hypothesis thinks a test should.
    engine.BUFFER_SIZE = stateful.BUFFER_SIZE = 16 * engine.BUFFER_SIZE
    if asked.shrink:
        live(asked.seed, lives=asked.part, steps=asked.steps, shrink=True)
        return 0
    until = time.monotonic() + asked.seconds
    for one in in_parts(
        asked.book,
        asked.seed,
        lives=asked.lives,
        part=asked.part,
        steps=asked.steps,
        until=until,
    ):
        sys.stdout.write(json.dumps(asdict(one)) + "\n")
        sys.stdout.flush()
    done = read_book(asked.book)
    totals = {
        "lives": sum(one.lives for one in done),
        "steps": sum(one.steps for one in done),
        "ticks": sum(one.ticks for one in done),
        "seconds": round(sum(one.seconds for one in done), 1),
    }
    sys.stdout.write(json.dumps(totals) + "\n")
    return 0 if totals["lives"] >= asked.lives else 1


if __name__ == "__main__":
    sys.exit(main())
