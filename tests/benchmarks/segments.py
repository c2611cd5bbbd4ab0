"""Ten, a hundred and a thousand segments on one log: what does another one cost?

Each number is a full evaluation; the segments of the smaller are among the larger.
Issue 5.4.
"""

from __future__ import annotations

import argparse
from statistics import median
from typing import Any

from tests.benchmarks.child import Measured
from tests.benchmarks.evaluate import full_rounds, told, versions_of
from tests.benchmarks.generator import users_of
from tests.benchmarks.ours import evaluate_apart
from tests.benchmarks.report import Comparison
from tests.benchmarks.workspace import tell, workspace

EVENTS, SEGMENTS, RUNS = 10_000_000, 1000, 3


def compare(arguments: argparse.Namespace) -> Comparison:
    """Rounds at a hundredth, a tenth and all of the segments; all is what is told."""
    events = arguments.events or EVENTS
    most = arguments.segments or SEGMENTS
    steps: dict[int, dict[str, Any]] = {}
    equal = True
    with workspace(arguments) as space:
        made = space.log(events, users_of(events))
        project = space.project(made, most // 100)
        for count in (most // 100, most // 10, most):
            tell(f"{count} segments")
            space.define(project, count)
            evaluate_apart(project, tick=0)
            rounds = full_rounds(space, made, project, arguments.runs or RUNS)
            ours, peers, same = rounds
            equal &= same
            steps[count] = _a_segment(count, ours, peers)
    return Comparison(
        "segments",
        {"events": events, "users": users_of(events), "segments": most},
        ours,
        peers,
        equal,
        packages=versions_of(space),
        more={"milliseconds_a_segment": steps, **told(ours[-1])},
    )


def _a_segment(
    count: int, ours: list[Measured], peers: dict[str, list[Measured]]
) -> dict[str, float]:
    every = {"headcount": ours, **peers}
    return {
        name: round(1000 * median(one.seconds for one in rounds) / count, 3)
        for name, rounds in every.items()
    }
