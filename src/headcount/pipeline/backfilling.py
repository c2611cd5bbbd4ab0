"""`evaluate --from … --to …`: a span of ticks told one by one, whenever they lay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from headcount import clock
from headcount.errors import Fault, NotATickError, ReversedInstantsError
from headcount.evaluate.backfill import Span, tell_tick
from headcount.evaluate.outcome import TickReport
from headcount.pipeline.survey import load_beside
from headcount.project import Project


@dataclass(frozen=True, slots=True)
class BackfillReport:
    """What was told of a span: the ticks at which something was, oldest first.

    `left` counts the others: everything there had been told before.
    """

    start: datetime
    end: datetime
    seconds: float
    ticks: tuple[TickReport, ...]
    left: int
    faults: tuple[Fault, ...]

    def to_json(self) -> dict[str, Any]:
        """As `evaluate --from … --to … --json` prints it."""
        return {
            "from": clock.to_text(self.start),
            "to": clock.to_text(self.end),
            "seconds": self.seconds,
            "ticks": [tick.to_json() for tick in self.ticks],
            "left": self.left,
        }


def backfill(
    project: Project,
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    restate: bool = False,
    full: bool = False,
    on_tick: Callable[[datetime], None] = lambda _: None,
) -> BackfillReport:
    """Every tick from `start` to `end`, both included, is told, oldest first.

    Segments are told at ticks before their first, with `restate` at all of them again;
    ticks after the newest are told as ever. The store is held for one tick at a time,
    so that scheduled ones come in between. Whatever is interrupted keeps the ticks it
    told; a second call tells the rest. Raises NotATickError, ReversedInstantsError.
    """
    started = clock.elapsed_s()
    ticks = clock.ticks_between(*_span(start, end))
    reports: list[TickReport] = []
    folder = project.store_path.parent
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".backfill-") as aside:
        span = Span(Path(aside), restate, full)
        for at in ticks:
            on_tick(at)
            with project.open_store() as warehouse:
                report = tell_tick(
                    warehouse,
                    load_beside(project, warehouse),
                    project.settings.systems,
                    folder=project.snapshots_folder,
                    at=at,
                    now=now,
                    span=span,
                )
            reports.append(report)
    told = tuple(report for report in reports if report.segments)
    seconds = round(clock.elapsed_s() - started, 6)
    left = len(reports) - len(told)
    return BackfillReport(start, end, seconds, told, left, reports[-1].faults)


def _span(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    for instant in (start, end):
        if not clock.is_tick(instant):
            raise NotATickError(instant)
    if end < start:
        raise ReversedInstantsError(start, end)
    return start, end
