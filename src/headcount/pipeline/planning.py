"""`plan`: what an edit of the definitions would do here and at the destinations.

Exact, and it writes nothing. Source: interface.md §3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from headcount import clock
from headcount.definitions.load import Loaded, load_definitions
from headcount.definitions.model import Definition
from headcount.destinations.base import Abilities
from headcount.destinations.load import read_abilities
from headcount.errors import Fault
from headcount.evaluate.proposal import Proposal, SegmentProposal, propose
from headcount.pipeline.survey import open_to_look, read_registry
from headcount.project import Project
from headcount.store.membership import read_members
from headcount.store.runs import read_newest
from headcount.store.unseen import Unseen, unseen_beside
from headcount.store.warehouse import Warehouse
from headcount.sync.guard import Watch, guarded
from headcount.sync.ledger import read_held
from headcount.sync.plan import Held, entering, leaving, plan_sync


@dataclass(frozen=True, slots=True)
class PushPreview:
    """What a push of the proposed membership would send to one destination.

    `requests` is how many it takes at least, `held` why it would wait for a person,
    `side_effects` what else it would do there.
    """

    destination: str
    segment_id: str
    is_new: bool
    add: int
    remove: int
    requests: int
    held: tuple[str, ...] = ()
    side_effects: str | None = None


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
        abilities = read_abilities(settings)
        if abilities is None:
            continue
        held = read_held(warehouse, target.name, segment.segment_id)
        guard = project.settings.guards.of(target.name, segment.segment_id)
        yield _push(
            target.name,
            segment.segment_id,
            wanted=pl.Series("user_id", sorted(wanted), dtype=pl.String),
            held=held,
            watch=Watch(guard),
            abilities=abilities,
        )


def _push(
    destination: str,
    segment_id: str,
    *,
    wanted: pl.Series,
    held: Held,
    watch: Watch,
    abilities: Abilities,
) -> PushPreview:
    planned = guarded(
        plan_sync(wanted, held, abilities),
        wanted=wanted,
        held=held,
        watch=watch,
        abilities=abilities,
    )
    return PushPreview(
        destination,
        segment_id,
        is_new=held.members.is_empty() and not held.was_filled,
        add=entering(wanted.to_frame(), held).height,
        remove=leaving(wanted.to_frame(), held).height,
        requests=len(planned.batches),
        held=planned.hold.reasons if planned.hold else (),
        side_effects=abilities.side_effects if planned.batches else None,
    )
