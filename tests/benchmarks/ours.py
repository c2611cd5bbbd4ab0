"""headcount at the same work, by its stages, each called in a process of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from headcount.pipeline import stages
from headcount.project import Project, open_project
from headcount.store.membership import read_members
from headcount.store.warehouse import Warehouse
from tests.benchmarks.child import Measured, measured_apart
from tests.benchmarks.generator import tick_at
from tests.benchmarks.peers.rounds import Digests, digest

SNAPSHOTS = "snapshots"
"""The phase of a tick that writes snapshot files: told beside, not inside."""


def evaluate_apart(project: Project, *, tick: int, full: bool = False) -> Measured:
    """A tick was evaluated and committed; the seconds are without snapshot files.

    The answer has what else the report tells, and the seconds of the whole stage: with
    opening the store, reading the definitions, and the snapshot files.
    """
    words = (project.folder, tick, "full" if full else "tick")
    stage = measured_apart(__name__, "evaluate", *words)
    report = stage.answer
    seconds = report["seconds"] - report["phases"].get(SNAPSHOTS, 0.0)
    told = report | {"stage_seconds": stage.seconds}
    return replace(stage, seconds=seconds, answer=told)


def evaluate(folder: str, tick: str, mode: str) -> dict[str, Any]:
    """What the stage reports of one tick; every segment must have succeeded."""
    at = tick_at(int(tick))
    report = stages.evaluate(
        open_project(Path(folder)),
        at=at,
        now=at + timedelta(minutes=1),
        full=mode == "full",
    )
    failed = [one.segment_id for one in report.segments if one.status != "Active"]
    if failed or report.faults:
        msg = f"failed: {failed} {[*map(str, report.faults)]}"
        raise RuntimeError(msg)
    return {
        "seconds": report.seconds,
        "phases": dict(getattr(report, "phases", {})),
        "changes": sum(one.entered + one.exited for one in report.segments),
        "members": sum(one.members or 0 for one in report.segments),
    }


def read_digests(project: Project, *, tick: int) -> Digests:
    """The members of every segment at a tick, as the store tells them."""
    files = sorted(project.segments_folder.glob("*.yaml"))
    with Warehouse.open(project.store_path) as warehouse:
        return {
            file.stem: digest(_codes(read_members(warehouse, file.stem, tick_at(tick))))
            for file in files
        }


def _codes(members: pl.DataFrame) -> pl.Series:
    """Users are named by their codes: `user-17`."""
    return members.get_column("user_id").str.strip_prefix("user-").cast(pl.UInt32)
