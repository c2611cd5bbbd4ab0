"""Ingest is killed with -9 at many points; each time a rerun ends in the same store.

    python -m tests.crash.ingest --kills 200 --steps all --syscalls --seed 7

`--kills` kills at random moments, `--steps` before named statements and commits,
`--syscalls` at every writing system call, `--calls` at some of them (both need strace
and the right to trace; where that is absent they are left out with a notice). With
`--part 2/9` only the second of nine equal parts of the calls. Prints for each
kind how often the process was killed, what went wrong, and 3/N: what share of failures
N successes leave possible.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import duckdb

from headcount.errors import HeadcountError
from headcount.store.warehouse import Warehouse
from tests.crash.corpus import dice_of, write_corpus
from tests.crash.victim import STORE, begin, ingest

OF_FILES = ("source_files", "events", "attributes", "rejected_rows", "shared_rows")
CALLS = (
    *("write", "pwrite64", "ftruncate", "fdatasync", "fsync"),
    *("rename", "unlink", "mkdir", "rmdir"),
)
STRACE = ["strace", "-f", "-e", f"trace={','.join(CALLS)}"]
FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["tests.crash.victim"])
LONGER = 10  # runs in a row may each take that part of a whole run longer


class Trial(NamedTuple):
    """How one trial ended: a process that ended by itself proves nothing."""

    name: str
    was_killed: bool
    is_well: bool


class Victim:
    """A process that began to do what `tests.crash.victim` is told to.

    It is forked from one that has imported everything, which a new one would spend most
    of its time on. Where `trace` says what strace is to do, that watches it from its
    beginning on.
    """

    def __init__(self, *arguments: str, trace: Sequence[str] = ()) -> None:
        ours, its = FORKS.Pipe()
        self._process = FORKS.Process(target=begin, args=(its, *arguments))
        self._process.start()
        its.close()
        ours.recv()
        self._tracer = self._traced(trace) if trace else None
        ours.send("")

    def _traced(self, trace: Sequence[str]) -> subprocess.Popen[str]:
        """strace, which has got hold of the process."""
        words = [*STRACE, *trace, "-p", str(self._process.pid)]
        tracer = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
        assert tracer.stderr
        told = tracer.stderr.readline()
        if "attached" not in told:
            self._process.kill()
            raise ChildProcessError(told)
        return tracer

    def ends_within(self, seconds: float) -> bool:
        """Whether it ended by itself in that time."""
        self._process.join(seconds)
        return self._process.exitcode is not None

    def is_killed(self, *, now: bool = False) -> bool:
        """Whether something killed it; `now`: if nobody else, then this call."""
        if now:
            self._process.kill()
        self._process.join()
        if self._tracer:
            self._tracer.communicate()  # it ends with the process
        return self._process.exitcode != 0


@dataclass
class Bench:
    """A corpus, the store of an undisturbed run over it, and room for killed ones."""

    folder: Path
    seed: int
    rows: int = 2_000
    steps: int = 0
    seconds: float = 0.0
    wanted: dict[str, Any] = field(default_factory=dict)
    _parts: dict[int, dict[str, Any]] = field(default_factory=dict)

    def prepare(self) -> None:
        """The corpus is written and the undisturbed store stands."""
        write_corpus(self.folder, seed=self.seed, rows=self.rows)
        started = time.perf_counter()
        self.steps = ingest(self.reference, self.folder)
        self.seconds = time.perf_counter() - started
        self.wanted = digest(self.reference / STORE)

    @property
    def reference(self) -> Path:
        """The project of the undisturbed run."""
        return self.folder / "undisturbed"

    def kill_at_moment(self, moment: float) -> Trial:
        """Killed after that share of the time an undisturbed run takes."""
        wait_s = moment * self.seconds
        return self._trial(f"moment {moment:.4f}", kill_after_s=wait_s)

    def kill_in_a_row(self, dice: random.Random) -> Iterator[Trial]:
        """Killed at random moments again and again, until a run ends by itself.

        Each time what is there is part of the undisturbed store, in the end it is that.
        """
        with TemporaryDirectory(dir=self.folder, prefix="killed-") as folder:
            project, was_killed, longest_s = Path(folder), True, 0.0
            while was_killed:
                # A file may need longer than the last run had.
                longest_s += self.seconds / LONGER
                wait_s = dice.random() * longest_s
                was_killed = self._run(project, kill_after_s=wait_s)
                is_well = (self._is_part if was_killed else self._is_whole)(project)
                yield Trial(f"after {wait_s:.3f} s", was_killed, is_well)

    def kill_at_each_step(self) -> Iterator[Trial]:
        """Killed before each statement and commit in turn, until a run ends by itself.

        What is committed stays, so the steps of each file are counted from its own.
        """
        with TemporaryDirectory(dir=self.folder, prefix="killed-") as folder:
            project, was_killed, known, step = Path(folder), True, -1, 0
            while was_killed:
                step += 1
                was_killed = self._run(project, step=step)
                is_well = (self._is_part if was_killed else self._is_whole)(project)
                yield Trial(f"{known + 1} files, step {step}", was_killed, is_well)
                if files_in(project / STORE) > known:
                    known, step = files_in(project / STORE), 0

    def kill_at_step(self, step: int, *faults: str) -> Trial:
        """Killed before that statement or commit."""
        return self._trial(f"step {step}", step=step, faults=faults)

    def kill_at_call(self, call: str, nth: int) -> Trial:
        """Killed at the nth such system call."""
        inject = f"inject={call}:signal=KILL:when={nth}"
        trace = ["-o", os.devnull, "-e", inject]
        return self._trial(f"{call} {nth}", trace=trace)

    def count_calls(self) -> Counter[str]:
        """How often an undisturbed process makes each writing system call."""
        log = self.folder / "calls.log"
        with TemporaryDirectory(dir=self.folder) as project:
            self._run(Path(project), trace=["-o", str(log)])
        return Counter(re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.MULTILINE))

    def _trial(self, name: str, **how: Any) -> Trial:
        with TemporaryDirectory(dir=self.folder, prefix="killed-") as project:
            was_killed = self._run(Path(project), **how)
            return Trial(name, was_killed, self._is_well(Path(project)))

    def _run(
        self,
        project: Path,
        *,
        kill_after_s: float | None = None,
        step: int = 0,
        faults: tuple[str, ...] = (),
        trace: Sequence[str] = (),
    ) -> bool:
        """Whether the victim was killed."""
        arguments = [str(project), str(self.folder), str(step), *faults]
        victim = Victim(*arguments, trace=trace)
        if kill_after_s is not None:
            victim.ends_within(kill_after_s)
        return victim.is_killed(now=kill_after_s is not None)

    def _is_well(self, project: Path) -> bool:
        """What is there is part of the undisturbed store; a rerun makes it whole."""
        if not self._is_part(project):
            return False
        with suppress(HeadcountError):
            ingest(project, self.folder)
        return self._is_whole(project)

    def _is_part(self, project: Path) -> bool:
        """What is there is what the undisturbed store has of the same files."""
        store = project / STORE
        if not store.exists():
            return True
        Warehouse.open(store).close()  # replays the log of the killed process
        until = files_in(store)
        return digest(store, until=until) == self._wanted_until(until)

    def _is_whole(self, project: Path) -> bool:
        return digest(project / STORE) == self.wanted

    def _wanted_until(self, until: int) -> dict[str, Any]:
        """What the undisturbed store has of the files up to that code."""
        if until not in self._parts:
            self._parts[until] = digest(self.reference / STORE, until=until)
        return self._parts[until]


def digest(store: Path, *, until: int | None = None) -> dict[str, Any]:
    """Rows and a sum of hashes of each table; of files up to code `until` only."""
    where = "" if until is None else f"WHERE file_code <= {until}"
    query = "SELECT count(*), sum(hash(t)::HUGEINT) FROM {} AS t {}"
    with duckdb.connect(str(store), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        found = con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        tables = [name for (name,) in found] if until is None else OF_FILES
        queries = {table: query.format(table, where) for table in tables}
        return {table: con.execute(queries[table]).fetchone() for table in queries}


def files_in(store: Path) -> int:
    """The newest file code in the store, -1 without any."""
    with duckdb.connect(str(store), read_only=True) as con:
        found = con.execute("SELECT coalesce(max(file_code), -1) FROM source_files")
        return int(found.fetchall()[0][0])


def kill_by_kind(
    bench: Bench, dice: random.Random, arguments: argparse.Namespace
) -> Iterator[tuple[str, list[Trial]]]:
    """The trials that the command line asks for, by kind."""
    yield "moments", kill_at_moments(bench, dice, arguments.moments)
    yield "steps", [*kill_at_steps(bench, dice, arguments.steps)]
    part, parts = map(int, arguments.part.split("/"))
    calls = [] if arguments.calls == "0" else calls_to_hit(bench)
    chosen = _some(calls[part - 1 :: parts], arguments.calls, dice)
    yield "calls", [bench.kill_at_call(call, nth) for call, nth in chosen]


def kill_at_moments(bench: Bench, dice: random.Random, wanted: int) -> list[Trial]:
    """Trials at random moments, until so many have killed the process."""
    ended: list[Trial] = []
    while sum(trial.was_killed for trial in ended) < wanted:
        ended += bench.kill_in_a_row(dice)
    return ended


def kill_at_steps(bench: Bench, dice: random.Random, wanted: str) -> Iterator[Trial]:
    """Trials before every statement, or before so many of them."""
    if wanted == "all":
        yield from bench.kill_at_each_step()
        return
    for step in _some([*range(1, bench.steps + 1)], wanted, dice):
        yield bench.kill_at_step(step)


def calls_to_hit(bench: Bench) -> list[tuple[str, int]]:
    """Each writing system call of an undisturbed process, by name and number.

    None, and a notice, where strace cannot trace.
    """
    try:
        counted = bench.count_calls()
    except OSError as error:
        sys.stdout.write(f"calls: left out, strace cannot trace here ({error})\n")
        return []
    told = ", ".join(f"{counted[call]} {call}" for call in CALLS)
    sys.stdout.write(f"calls of an undisturbed run: {told}\n")
    return [(call, n + 1) for call in CALLS for n in range(counted[call])]


def _some(all_of: list[Any], wanted: str, dice: random.Random) -> list[Any]:
    if wanted == "all" or int(wanted) >= len(all_of):
        return all_of
    return dice.sample(all_of, int(wanted))


def main() -> int:
    """Runs what the command line asks for; 0 when every trial went well."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", "--moments", dest="moments", type=int, default=200)
    parser.add_argument("--steps", default="all", help="how many, or all")
    parser.add_argument("--calls", default="0", help="how many, or all")
    parser.add_argument("--syscalls", dest="calls", action="store_const", const="all")
    parser.add_argument("--part", default="1/1", help="as 2/9, of the calls")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    wrong: list[Trial] = []
    with TemporaryDirectory(prefix="headcount-crash-") as folder:
        bench = Bench(Path(folder), arguments.seed)
        bench.prepare()
        dice = dice_of(arguments.seed)
        for kind, ended in kill_by_kind(bench, dice, arguments):
            wrong += [trial for trial in ended if not trial.is_well]
            _tell(kind, ended)
    return int(bool(wrong))


def _tell(kind: str, ended: list[Trial]) -> None:
    killed = [trial for trial in ended if trial.was_killed]
    wrong = [trial.name for trial in ended if not trial.is_well]
    bound = 3 / max(len(killed), 1)
    text = f"{kind}: {len(ended)} trials, N={len(killed)} killed, 3/N={bound:.4f}"
    sys.stdout.write(f"{text}, wrong: {wrong or 'none'}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
