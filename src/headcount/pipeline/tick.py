"""One tick from end to end: what `headcount run` does, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from headcount import clock
from headcount.evaluate.outcome import TickReport
from headcount.ingest.report import IngestReport
from headcount.pipeline.exporting import ExportsReport, export_due
from headcount.pipeline.pushing import push as push_all
from headcount.pipeline.stages import evaluate, ingest, measure, publish
from headcount.project import Project
from headcount.sync.report import PushReport


@dataclass(frozen=True, slots=True)
class RunReport:
    """What one tick did; `push` None: it was asked not to."""

    ingest: IngestReport
    tick: TickReport
    push: PushReport | None
    exports: ExportsReport
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """As `run --json` prints it: the tick, and beside it the other stages."""
        return self.tick.to_json() | {
            "seconds": self.seconds,
            "ingest": self.ingest.to_json(),
            "push": self.push.to_json() if self.push else None,
            "exports": self.exports.to_json(),
        }


def run_tick(
    project: Project,
    *,
    at: datetime,
    now: datetime,
    push: bool = True,
    on_stage: Callable[[str], None] = lambda _: None,
) -> RunReport:
    """The tick `at` is whole: read, evaluated, published, pushed and exported.

    A kill anywhere leaves each stage done or not done, and the next run does the rest.
    A second run on the same input changes nothing and sends nothing. Analysts see the
    memberships before any destination does, and afterwards what became of the pushes.
    """
    started = clock.elapsed_s()
    on_stage("Reading what landed")
    ingested = ingest(project, now=now, progress=_told(on_stage))
    on_stage("Evaluating the segments")
    tick = evaluate(project, at=at, now=now)
    measure(project, only_new=True)
    on_stage("Publishing")
    publish(project, now=now)
    on_stage("Pushing")
    pushed = push_all(project, now=now) if push else None
    on_stage("Exporting")
    exports = export_due(project, at=at, now=now)
    if (pushed and pushed.results) or exports.exports:
        publish(project, now=now)
    seconds = round(clock.elapsed_s() - started, 6)
    return RunReport(ingested, tick, pushed, exports, seconds)


def _told(on_stage: Callable[[str], None]) -> Callable[[str, int], None]:
    return lambda path, rows: on_stage(f"Reading {path}: {rows:,} rows")
