"""What a demo showed, as values and as JSON."""

from __future__ import annotations

import shlex
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from headcount.clock import to_text

STUCK = "u-0012"  # finished the walk-thru in the second tick


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a destination confirmed in the second tick, and what it holds now."""

    added: int
    removed: int
    requests: int
    held: int


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """One segment after the second tick: entered and exited since the first.

    `pushed` is None for a segment without a destination.
    """

    segment_id: str
    system: str
    status: str
    members: int | None
    members_before: int | None
    entered: int
    exited: int
    pushed: Pushed | None


@dataclass(frozen=True, slots=True)
class DemoReport:
    """Where a demo left everything, and how its segments stand."""

    ticks: tuple[datetime, ...]
    seconds: float
    segments: tuple[SegmentLine, ...]
    project: Path
    exports: tuple[Path, ...]
    airflow_log: Path
    program: str = "headcount"

    @property
    def analytics(self) -> Path:
        """The analysts' database."""
        return self.project / "analytics.duckdb"

    @property
    def snapshots(self) -> Path:
        """A folder a segment, with its Parquet files and their manifest."""
        return self.project / "snapshots"

    @property
    def next_commands(self) -> tuple[str, ...]:
        """What to try on the folder that is left."""
        project = f"--project {shlex.quote(str(self.project))}"
        return (
            f"{self.program} list {project}",
            f"{self.program} why stuck-create-lead {STUCK} {project}",
            f"{self.program} status {project}",
        )

    def to_json(self) -> dict[str, Any]:
        """All of it, with paths and instants as text."""
        return {
            "ticks": [to_text(at) for at in self.ticks],
            "seconds": self.seconds,
            "segments": [asdict(line) for line in self.segments],
            "files": {
                "project": str(self.project),
                "snapshots": str(self.snapshots),
                "analytics": str(self.analytics),
                "exports": [str(path) for path in self.exports],
                "airflow_log": str(self.airflow_log),
            },
            "next": list(self.next_commands),
        }
