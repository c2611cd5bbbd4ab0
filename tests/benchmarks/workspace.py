"""Where a benchmark works: the log it needs, a project to change, the peers' tables.

Logs and loaded peers are made once for each size and seed and kept where `--folder`
says; without it everything lies in a temporary folder and is removed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from headcount.project import Project, open_project
from tests.benchmarks.child import measured_apart
from tests.benchmarks.definitions import draw_definitions, write_definitions
from tests.benchmarks.generator import SETTINGS, Columns, Log
from tests.benchmarks.peers import rounds
from tests.benchmarks.peers.rounds import Digests

STORE = Path("warehouse") / "headcount.duckdb"
DONE = "done"


@dataclass(frozen=True, slots=True)
class Workspace:
    """`kept` holds what is made once, `scratch` what this run changes."""

    kept: Path
    scratch: Path
    seed: int
    peers: Sequence[str]
    memory: str | None = None

    def log(self, events: int, users: int) -> Made:
        """The log of so many events of so many users, made when it is not there."""
        made = Made(self.kept, events, users, self.seed)
        if made.is_new("log"):
            tell(f"writing {events:,} events of {users:,} users")
            log = Log(self.seed, events, users)
            log.fill(made.folder / STORE, made.columns)
            made.finish("log")
        for name in self.peers:
            if made.is_new(name):
                tell(f"loading {name}")
                words = (name, made.peer(name), made.columns.folder)
                measured_apart(rounds.__name__, "load", *words)
                made.finish(name)
        return made

    def project(self, made: Made, segments: int) -> Project:
        """A project of its own on a copy of the log's store."""
        folder = self.scratch / made.folder.name
        tell("copying the store")
        shutil.copytree((made.folder / STORE).parent, (folder / STORE).parent)
        limit = f"memory: {self.memory}\n" if self.memory else ""
        (folder / "headcount.yaml").write_text(SETTINGS + limit, encoding="utf-8")
        project = open_project(folder)
        self.define(project, segments)
        return project

    def define(self, project: Project, segments: int) -> None:
        """The project has so many segments, those it had among them."""
        drawn = draw_definitions(self.seed, segments)
        write_definitions(project.segments_folder, drawn)

    def without_peers(self) -> Workspace:
        """The same place for a log that only ours looks at."""
        return replace(self, peers=())

    def discard(self, project: Project) -> None:
        """The project is gone: a large one needs the room."""
        shutil.rmtree(project.folder)

    def peer_copy(self, made: Made, name: str) -> Path:
        """A peer's tables, to be added to."""
        tell(f"copying the tables of {name}")
        target = self.scratch / f"peer-{name}"
        return Path(shutil.copytree(made.peer(name), target, symlinks=True))


@dataclass(frozen=True, slots=True)
class Made:
    """A log and the peers that hold it; each whole once it is marked so."""

    kept: Path
    events: int
    users: int
    seed: int

    @property
    def folder(self) -> Path:
        """Where all of it lies."""
        name = f"{self.events}-events-{self.users}-users-seed-{self.seed}"
        return self.kept / name

    @property
    def columns(self) -> Columns:
        """The log as typed columns."""
        return Columns(self.folder / "columns")

    def peer(self, name: str) -> Path:
        """Where a peer keeps its tables."""
        return self.folder / f"peer-{name}"

    def is_new(self, part: str) -> bool:
        """Whether a part is still to be made; what a killed run left of it is gone."""
        if (self.folder / f"{part}.{DONE}").exists():
            return False
        leftovers = ("warehouse", "columns") if part == "log" else (f"peer-{part}",)
        for name in leftovers:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        return True

    def finish(self, part: str) -> None:
        """The part need not be made again."""
        (self.folder / f"{part}.{DONE}").touch()


@contextmanager
def workspace(arguments: argparse.Namespace) -> Iterator[Workspace]:
    """The folders of one run; its own changes are removed at the end."""
    kept = arguments.folder
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="headcount-benchmark-", dir=kept) as scratch:
        place = kept or Path(scratch)
        peers = [*filter(None, arguments.peers.split(","))]
        yield Workspace(place, Path(scratch), arguments.seed, peers, arguments.limit)


def tell(text: str) -> None:
    """Progress, on stderr: a large log takes a while."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


def agree(ours: Digests, theirs: Digests, *, name: str) -> bool:
    """Whether the peer has the same members in every segment; else it is told where."""
    differing = [one for one in ours if tuple(theirs[one]) != tuple(ours[one])]
    for one in differing:
        tell(f"{one}: ours has {ours[one][0]} members, {name} {theirs[one][0]}")
    return not differing
