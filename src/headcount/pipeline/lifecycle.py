"""What a person decides about a segment: its imported membership, its deletion.

Source: segments.md §5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from headcount import clock
from headcount.definitions.load import Loaded, definition_from_json
from headcount.definitions.model import Definition
from headcount.errors import DefinitionError, MissingFileError
from headcount.evaluate.classic import ImportReport, import_members
from headcount.evaluate.deletion import delete_segment
from headcount.pipeline.pushing import push
from headcount.pipeline.stages import publish, read_tombstones
from headcount.pipeline.survey import load_beside, open_to_look, survey
from headcount.project import Project
from headcount.rules.compile import compile_definition, references
from headcount.store.registry import read_registered
from headcount.store.runs import read_newest
from headcount.store.warehouse import Warehouse
from headcount.sync.report import PushReport


@dataclass(frozen=True, slots=True)
class DeletionPlan:
    """What a deletion would take away, and the segments that refer to this one."""

    segment_id: str
    members: int | None
    destinations: tuple[str, ...]
    needed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeletionReport:
    """What a deletion did; `push` None: destinations follow with the next push."""

    segment_id: str
    at: datetime
    members: int
    file: str
    push: PushReport | None

    def to_json(self) -> dict[str, Any]:
        """As `delete --json` prints it."""
        return {
            "segment_id": self.segment_id,
            "at": clock.to_text(self.at),
            "members": self.members,
            "file": self.file,
            "push": self.push.to_json() if self.push else None,
        }


def import_classic(
    project: Project, segment_id: str, path: Path, *, at: datetime, now: datetime
) -> ImportReport:
    """The Classic segment's membership is the list at `path`, and is published.

    Raises UnknownSegmentError, DefinitionError when its file is faulty, DataError when
    the list is, NotClassicError, MissingFileError.
    """
    if not path.is_file():
        raise MissingFileError(path)
    with project.open_store() as warehouse:
        file = survey(project, warehouse).require(segment_id).file
        definition = _definition(warehouse, load_beside(project, warehouse), segment_id)
        report = import_members(
            warehouse,
            definition,
            path,
            file=file,
            folder=project.snapshots_folder,
            at=at,
            now=now,
            tombstones=read_tombstones(project),
        )
    publish(project, now=now)
    return report


def plan_deletion(project: Project, segment_id: str) -> DeletionPlan:
    """What `delete` is about to do, to be shown before it asks; writes nothing."""
    with open_to_look(project) as warehouse:
        view = survey(project, warehouse).require(segment_id)
        loaded = load_beside(project, warehouse)
    needed_by = tuple(
        each.definition.id
        for each in loaded.definitions
        if segment_id in references(compile_definition(each.definition))
    )
    return DeletionPlan(segment_id, view.members, view.destinations, needed_by)


def delete(
    project: Project, segment_id: str, *, now: datetime, push_too: bool = True
) -> DeletionReport:
    """The segment is gone here, its id retired, its history kept, and published.

    Destinations are told at once, unless not `push_too`; one that cannot be reached is
    told by the next push. A kill in between leaves an orphan that can be deleted again.
    """
    with project.open_store() as warehouse:
        view = survey(project, warehouse).require(segment_id)
        (project.folder / view.file).unlink(missing_ok=True)
        at = clock.last_tick(now)
        newest, _ = read_newest(warehouse, at)
        at = max(at, newest or at)
        members = 0
        if segment_id in read_registered(warehouse):
            members = delete_segment(warehouse, segment_id, at=at)
    pushed = push(project, now=now, segment_id=segment_id) if push_too else None
    publish(project, now=now)
    return DeletionReport(segment_id, at, members, view.file, pushed)


def _definition(warehouse: Warehouse, loaded: Loaded, segment_id: str) -> Definition:
    """What its file says; of an orphaned segment what was registered."""
    for each in loaded.definitions:
        if each.definition.id == segment_id:
            return each.definition
    faulty = [each for each in loaded.faulty if each.segment_id == segment_id]
    if faulty:
        raise DefinitionError([fault for each in faulty for fault in each.faults])
    return definition_from_json(read_registered(warehouse)[segment_id].definition)
