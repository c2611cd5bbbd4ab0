"""`approve`: a person lets a held push go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from headcount.destinations.secrecy import ignore_secret
from headcount.pipeline.pushing import push, require_destination
from headcount.pipeline.stages import publish
from headcount.project import Project
from headcount.sync import holds
from headcount.sync.holds import HoldMovedOnError, Waiting
from headcount.sync.report import PushReport


@dataclass(frozen=True, slots=True)
class ApprovalReport:
    """What was let go; `push` None: the next push sends it."""

    approved: tuple[Waiting, ...]
    push: PushReport | None

    def to_json(self) -> dict[str, Any]:
        """As `approve --json` prints it."""
        return {
            "approved": [one.to_json() for one in self.approved],
            "push": self.push.to_json() if self.push else None,
        }


def approve(
    project: Project,
    segment_id: str,
    *,
    now: datetime,
    destination: str | None = None,
    at: datetime | None = None,
    push_too: bool = True,
    on_secret: Callable[[str], None] = ignore_secret,
) -> ApprovalReport:
    """The segment's pushes that wait are let go, and made at once.

    What is let go is the difference to the membership that waits, and stays so until
    the destination holds it: whatever a later membership brings beyond it is measured
    anew. HoldMovedOnError when that is not the membership of `at`. A second call finds
    nothing that waits.
    """
    if destination is not None:
        require_destination(project, destination)
    with project.open_store() as warehouse, warehouse.transaction():
        waiting = [
            one
            for one in holds.read_waiting(warehouse)
            if one.segment_id == segment_id and destination in {None, one.destination}
        ]
        for one in waiting:
            if at is not None and one.snapshot_at != at:
                raise HoldMovedOnError(one, seen_at=at)
            holds.approve(warehouse, one, at=now)
    pushed = None
    if waiting and push_too:
        pushed = push(
            project,
            now=now,
            destination=destination,
            segment_id=segment_id,
            on_secret=on_secret,
        )
        publish(project, now=now)
    return ApprovalReport(tuple(waiting), pushed)
