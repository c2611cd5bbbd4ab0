"""What a tick makes of each segment, as it is found and as it is reported."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from headcount.clock import to_text
from headcount.errors import Fault
from headcount.evaluate.registration import Case
from headcount.store.membership import Change
from headcount.store.snapshots import Snapshot

Mode = Literal["incremental", "full", "kept"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case: a change with its snapshot, or a reason."""

    case: Case
    status: str
    reason: str | None
    seconds: float
    bounds: list[dict[str, object]]
    change: Change | None = None
    mode: Mode = "kept"
    snapshot: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class SegmentReport:
    """What a tick made of one segment; `members` None before the first success."""

    segment_id: str
    system: str
    status: str
    reason: str | None
    version: int
    mode: Mode
    members: int | None
    entered: int
    exited: int


@dataclass(frozen=True, slots=True)
class TickReport:
    """What a tick did; `faults` are files and edits that were not taken.

    `phases` says where the seconds went.
    """

    run_id: str
    at: datetime
    seconds: float
    segments: tuple[SegmentReport, ...]
    faults: tuple[Fault, ...]
    phases: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As `evaluate --json` prints it (interface.md §3)."""
        return {
            "at": to_text(self.at),
            "run_id": self.run_id,
            "seconds": self.seconds,
            "phases": {name: round(spent, 6) for name, spent in self.phases.items()},
            "segments": [asdict(one) for one in self.segments],
        }


def report_of(outcome: Outcome) -> SegmentReport:
    """What the tick made of the segment, for people and programs."""
    case, change = outcome.case, outcome.change
    kept = case.registered.members if case.registered is not None else None
    return SegmentReport(
        segment_id=case.segment_id,
        system=case.definition.system,
        status=outcome.status,
        reason=outcome.reason,
        version=case.version,
        mode="kept" if change is None else outcome.mode,
        members=kept if change is None else change.size,
        entered=0 if change is None else change.entered.height,
        exited=0 if change is None else change.exited.height,
    )
