"""The Calculate button from nothing: a new process, three conditions, the exact size.

Every process names the size of the segment and of each condition alone; the peers are
given their queries ready. What an interpreter takes that does nothing is taken off, and
told beside. Issue 5.4.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any

import yaml

from headcount.clock import to_text
from headcount.definitions.load import load_definition
from headcount.project import Project
from headcount.rules.compile import Plan, compile_definition, leaves
from tests.benchmarks.child import ROOT, Measured, peak_mb_of
from tests.benchmarks.evaluate import versions_of
from tests.benchmarks.generator import SYSTEM, tick_at, users_of
from tests.benchmarks.ours import evaluate_apart
from tests.benchmarks.peers import cold
from tests.benchmarks.peers.base import Scene
from tests.benchmarks.peers.rounds import peer_of
from tests.benchmarks.report import Comparison
from tests.benchmarks.workspace import Made, Workspace, tell, workspace

EVENTS, SEGMENTS, RUNS = 10_000_000, 10, 5
PREVIEWED = {
    "name": "Busy buyers who do not pay",
    "system": SYSTEM,
    "date_range": "last 30 days",
    "rules": [
        {"event": "area02.event 2", "count": {"gte": 3}},
        {
            "not": {
                "event": "area05.event 5",
                "where": {"page": "/cart/pay"},
                "date_range": "last 7 days",
            }
        },
        {"event": "area01.event 1", "sum": {"of": "amount", "gte": 100}},
    ],
}


def compare(arguments: argparse.Namespace) -> Comparison:
    """Cold processes of ours and of each peer, in turn."""
    events = arguments.events or EVENTS
    with workspace(arguments) as space:
        made = space.log(events, users_of(events))
        project = space.project(made, arguments.segments or SEGMENTS)
        tell("first evaluation")
        evaluate_apart(project, tick=0)
        file = project.folder / "previewed.yaml"
        file.write_text(yaml.safe_dump(PREVIEWED), encoding="utf-8")
        processes = _processes(space, made, project, file)
        rounds = [
            {name: _timed(process) for name, process in processes.items()}
            for _ in range(arguments.runs or RUNS)
        ]
    idle = median(one["idle"].seconds for one in rounds)
    ours, *peers = (
        [replace(one[name], seconds=one[name].seconds - idle) for one in rounds]
        for name in ("headcount", *space.peers)
    )
    return Comparison(
        "preview",
        {"events": events, "users": users_of(events), "conditions": 3},
        ours,
        dict(zip(space.peers, peers, strict=True)),
        equal=all(_is_equal(one) for one in rounds),
        packages=versions_of(space),
        more={
            "interpreter_seconds": round(idle, 3),
            "inside_seconds": ours[-1].answer["seconds"],
            "sizes": _sizes(ours[-1].answer),
        },
    )


@dataclass(frozen=True, slots=True)
class Process:
    """How a process is started, and what it reads."""

    words: list[str]
    told: str = ""


def _processes(
    space: Workspace, made: Made, project: Project, file: Path
) -> dict[str, Process]:
    """Ours, each peer's, and `idle`, which does nothing."""
    ours = ["-m", "headcount", "preview", str(file), "--json"]
    ours += ["--at", to_text(tick_at(0)), "--project", str(project.folder)]
    plan = compile_definition(load_definition(file, project.settings))
    plans = [plan, *(Plan(plan.segment_id, leaf) for leaf in leaves(plan.root))]
    processes = {"idle": Process(["-c", ""]), "headcount": Process(ours)}
    for name in space.peers:
        words = ["-m", cold.__name__, name, str(made.peer(name))]
        processes[name] = Process(words, _queries(made, name, plans))
    return processes


def _queries(made: Made, name: str, plans: Sequence[Plan]) -> str:
    """A peer's own queries."""
    scene = Scene(tick_at(0), made.columns.read_names())
    peer = peer_of(name)
    return json.dumps([peer.write(made.peer(name), plan, scene) for plan in plans])


def _timed(process: Process) -> Measured:
    """The whole life of a process, from outside."""
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *process.words],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as running:
        watch = Watch(running.pid)
        watch.start()
        said, _ = running.communicate(process.told.encode())
        seconds = time.perf_counter() - started
        watch.join()
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, process.words)
    return Measured(seconds, watch.peak_mb, json.loads(said or b"null"))


class Watch(Thread):
    """Looks at a process until it ends: how much memory it held at most."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self.peak_mb = 0.0

    def run(self) -> None:
        while (now := peak_mb_of(self._pid)) > 0:
            self.peak_mb = now
            time.sleep(0.01)


def _sizes(answer: Any) -> list[int]:
    """The size of the segment, and of each condition, as ours or a peer tells them."""
    if isinstance(answer, list):
        return answer
    return [answer["members"], *(one["members"] for one in answer["conditions"])]


def _is_equal(one: Mapping[str, Measured]) -> bool:
    told = [_sizes(each.answer) for name, each in one.items() if name != "idle"]
    return all(sizes == told[0] for sizes in told)
