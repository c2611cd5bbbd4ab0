"""`plan`: what an edit of the definitions would do here and at the destinations.

Exact, and it writes nothing. Source: interface.md §3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from headcount import clock
from headcount.definitions.load import Loaded, load_definitions
from headcount.definitions.model import Definition
from headcount.errors import Fault
from headcount.evaluate.proposal import Proposal, SegmentProposal, propose
from headcount.pipeline.survey import open_to_look, read_registry
from headcount.project import Project
from headcount.store.membership import read_members
from headcount.store.runs import read_newest
from headcount.store.unseen import Unseen, unseen_beside
from headcount.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class PushPreview:
    """What a push of the proposed membership would send to one destination."""

    destination: str
    segment_id: str
    is_new: bool
    add: int
    remove: int


@dataclass(frozen=True, slots=True)
class PlannedEdit:
    """The proposal, and the pushes it would bring; `faults` are of faulty files.

    `unseen` are names in the definitions that the log does not have.
    """

    proposal: Proposal
    pushes: tuple[PushPreview, ...]
    faults: tuple[Fault, ...]
    unseen: tuple[Unseen, ...]

    def to_json(self) -> dict[str, Any]:
        """As `plan --json` prints it: each segment with its pushes."""
        document = self.proposal.to_json()
        for segment in document["segments"]:
            segment["pushes"] = [
                asdict(push)
                for push in self.pushes
                if push.segment_id == segment["segment_id"]
            ]
        return document | {"faults": [asdict(fault) for fault in self.faults]}


def plan_edit(
    project: Project,
    *,
    segments_folder: Path | None = None,
    at: datetime | None = None,
    now: datetime,
) -> PlannedEdit:
    """What the definitions in `segments_folder` would make of the project.

    None: the project's own, as they are edited. `at` defaults to the newest evaluated
    tick, so that what shows comes of the edit and not of time going on.
    """
    with open_to_look(project) as warehouse:
        newest, _ = read_newest(warehouse, now)
        at = at or newest or clock.last_tick(now)
        loaded = _load(project, warehouse, segments_folder)
        proposal = propose(warehouse, loaded, project.settings.systems, at=at)
        definitions = {
            each.definition.id: each.definition for each in loaded.definitions
        }
        pushes = tuple(
            push
            for segment in proposal.segments
            if (definition := definitions.get(segment.segment_id))
            for push in _pushes(warehouse, project, definition, segment, at=at)
        )
        unseen = unseen_beside(warehouse, definitions.values())
    return PlannedEdit(proposal, pushes, loaded.faults, unseen)


def _load(project: Project, warehouse: Warehouse, folder: Path | None) -> Loaded:
    """The definitions; those of another folder are named as if they stood in ours."""
    ours = project.segments_folder
    folder = folder or ours
    depth = len(ours.relative_to(project.folder).parts)
    root = Path(*folder.resolve().parts[:-depth]) if folder != ours else project.folder
    return load_definitions(
        folder.resolve() if folder != ours else folder,
        project.settings,
        root=root,
        registry=read_registry(warehouse),
    )


def _pushes(
    warehouse: Warehouse,
    project: Project,
    definition: Definition,
    segment: SegmentProposal,
    *,
    at: datetime,
) -> Iterator[PushPreview]:
    if segment.would_have is None:
        return
    wanted = set(read_members(warehouse, segment.segment_id, at).get_column("user_id"))
    wanted |= set(segment.entered)
    wanted -= set(segment.exited)
    for target in definition.destinations:
        settings = project.settings.destinations.get(target.name)
        if settings is None or not settings.enabled:
            continue
        key = {"destination": target.name, "segment_id": segment.segment_id}
        held = dict(warehouse.rows("sync/read_held", key))
        sure = {user for user, state in held.items() if state == "held"}
        yield PushPreview(
            **key,
            is_new=not held and not warehouse.rows("sync/read_sync", key),
            add=len(wanted - sure),
            remove=len(held.keys() - wanted),
        )
