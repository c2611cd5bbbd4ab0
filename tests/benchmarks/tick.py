"""One quarter of an hour after another, beside engines that evaluate all again.

A tick begins with the arrival's rows in the store and ends with the entered and exited
of every segment committed; writing the snapshot files is told beside. `growth` is what
a history ten times as long costs, with the same arrivals. Issue 5.4.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from statistics import median

from headcount.project import Project
from tests.benchmarks.child import Measured, measured_apart
from tests.benchmarks.evaluate import SEGMENTS, measured, told, told_first, versions_of
from tests.benchmarks.generator import Columns, Log, users_of
from tests.benchmarks.ours import SNAPSHOTS, evaluate_apart, read_digests
from tests.benchmarks.peers import rounds
from tests.benchmarks.peers.rounds import Digests
from tests.benchmarks.report import Comparison
from tests.benchmarks.workspace import Made, Workspace, agree, tell, workspace

EVENTS, ARRIVING, RUNS = 10_000_000, 100_000, 5


@dataclass(frozen=True, slots=True)
class Ticks:
    """Ticks of ours, one after another: what each took, found, and had arriving."""

    first: Measured
    rounds: list[Measured]
    members: list[Digests]
    arrivals: list[Columns]
    project: Project

    @property
    def seconds(self) -> float:
        """The median."""
        return median(one.seconds for one in self.rounds)


def compare(arguments: argparse.Namespace) -> Comparison:
    """Ticks of ours, of a tenth of the history, and then of each peer."""
    events = arguments.events or EVENTS
    segments = arguments.segments or SEGMENTS
    arriving = arguments.arriving or ARRIVING
    ticks, users = arguments.runs or RUNS, users_of(events)
    with workspace(arguments) as space:
        tenth = space.without_peers().log(events // 10, users)
        small = _follow(space, tenth, (ticks, arriving, segments))
        space.discard(small.project)
        made = space.log(events, users)
        ours = _follow(space, made, (ticks, arriving, segments))
        peers, equal = {}, True
        for name in space.peers:
            peers[name], same = _follow_as_peer(space, made, ours, name)
            equal &= same
    files = [one.answer["phases"].get(SNAPSHOTS) for one in ours.rounds]
    return Comparison(
        "tick",
        {"events": events, "users": users, "segments": segments, "arriving": arriving},
        ours.rounds,
        peers,
        equal,
        packages=versions_of(space),
        more={
            "growth": round(ours.seconds / small.seconds, 2),
            "seconds_at_a_tenth": round(small.seconds, 4),
            "snapshot_seconds": None if None in files else round(median(files), 3),
            "all_seconds": [round(one.seconds, 4) for one in ours.rounds],
            "first": told_first(ours.first),
            **told(ours.rounds[-1]),
        },
    )


def _follow(space: Workspace, made: Made, sizes: tuple[int, int, int]) -> Ticks:
    """Ours after each of the arrivals."""
    ticks, arriving, segments = sizes
    project = space.project(made, segments)
    log = Log(space.seed, made.events, made.users)
    tell("first evaluation")
    done = Ticks(evaluate_apart(project, tick=0), [], [], [], project)
    for tick in range(1, ticks + 1):
        columns = Columns(project.folder / f"arrival-{tick}")
        log.arrive(project.store_path, columns, tick=tick, events=arriving)
        tell(f"tick {tick}")
        done.rounds.append(evaluate_apart(project, tick=tick))
        done.members.append(read_digests(project, tick=tick))
        done.arrivals.append(columns)
    return done


def _follow_as_peer(
    space: Workspace, made: Made, ours: Ticks, name: str
) -> tuple[list[Measured], bool]:
    """A peer after each of the same arrivals, and whether it found the same."""
    folder = space.peer_copy(made, name)
    tell(f"queries of {name}")
    place = (folder, made.columns.folder, ours.project.folder)
    arrivals = [columns.folder for columns in ours.arrivals]
    answer = measured_apart(rounds.__name__, "follow", name, *place, *arrivals)
    theirs = answer.answer["digests"]
    same = [
        agree(mine, other, name=f"{name} at tick {tick}")
        for tick, (mine, other) in enumerate(
            zip(ours.members, theirs, strict=True), start=1
        )
    ]
    return measured(answer), all(same)
