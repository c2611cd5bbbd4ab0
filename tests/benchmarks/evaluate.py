"""A hundred segments evaluated in full, beside engines that ask one query a segment.

Ours compares with the standing membership and commits it; the peers only answer. What
ours keeps of the history was built by a first evaluation, as the peers' tables were
loaded: both are told beside. Issue 5.4.
"""

from __future__ import annotations

import argparse
from typing import Any

from headcount.project import Project
from tests.benchmarks.child import Measured, measured_apart
from tests.benchmarks.generator import users_of
from tests.benchmarks.ours import evaluate_apart, read_digests
from tests.benchmarks.peers import rounds
from tests.benchmarks.report import Comparison
from tests.benchmarks.workspace import Made, Workspace, agree, tell, workspace

EVENTS, SEGMENTS, RUNS = 10_000_000, 100, 3


def compare(arguments: argparse.Namespace) -> Comparison:
    """Rounds of ours, then rounds of each peer on the same log."""
    events = arguments.events or EVENTS
    segments = arguments.segments or SEGMENTS
    runs = arguments.runs or RUNS
    with workspace(arguments) as space:
        made = space.log(events, users_of(events))
        project = space.project(made, segments)
        tell("first evaluation")
        first = evaluate_apart(project, tick=0)
        ours, peers, equal = full_rounds(space, made, project, runs)
    return Comparison(
        "evaluate",
        {"events": events, "users": users_of(events), "segments": segments},
        ours,
        peers,
        equal,
        packages=versions_of(space),
        more={"first": told_first(first), **told(ours[-1])},
    )


def full_rounds(
    space: Workspace, made: Made, project: Project, runs: int
) -> tuple[list[Measured], dict[str, list[Measured]], bool]:
    """Rounds of ours and of each peer, and whether all found the same members."""
    tell("full evaluations")
    ours = [evaluate_apart(project, tick=0, full=True) for _ in range(runs)]
    members = read_digests(project, tick=0)
    peers, equal = {}, True
    for name in space.peers:
        tell(f"queries of {name}")
        place = (made.peer(name), made.columns.folder, project.folder)
        answer = measured_apart(rounds.__name__, "evaluate", name, *place, runs)
        peers[name] = measured(answer)
        equal &= agree(members, answer.answer["digests"], name=name)
    return ours, peers, equal


def measured(answer: Measured) -> list[Measured]:
    """The rounds of a peer, which measured them itself."""
    return [
        Measured(seconds, answer.peak_mb, None) for seconds in answer.answer["seconds"]
    ]


def told(ours: Measured) -> dict[str, Any]:
    """What our report says beside the seconds."""
    report = ours.answer
    return {
        "stage_seconds": round(report["stage_seconds"], 3),
        "phases": {name: round(one, 4) for name, one in report["phases"].items()},
        "members": report["members"],
        "changes": report["changes"],
    }


def told_first(first: Measured) -> dict[str, Any]:
    """The same of the first evaluation, which builds what later ones find ready."""
    return {
        "seconds": round(first.seconds, 3),
        "peak_mb": round(first.peak_mb),
        **told(first),
    }


def versions_of(space: Workspace) -> list[str]:
    """The packages whose versions are told: ours and those of the peers."""
    packages = [rounds.PACKAGES[name] for name in space.peers]
    return list(dict.fromkeys(["headcount", "duckdb", "polars", *packages]))
