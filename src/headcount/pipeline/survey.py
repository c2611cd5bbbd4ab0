"""Segments as a person looks at them: what is registered and what only has a file.

A definition that no tick has seen yet is shown as Pending: it is a segment already,
its first evaluation has not finished (segments.md §5). Nothing here writes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from headcount.definitions.load import (
    Loaded,
    definition_from_json,
    load_definitions,
)
from headcount.definitions.loaded import FaultyFile, Registry
from headcount.definitions.mistakes import nearest
from headcount.definitions.model import Definition
from headcount.errors import (
    DefinitionError,
    Fault,
    MissingFileError,
    NotEvaluatedError,
    UnknownSegmentError,
)
from headcount.project import Project, check_project
from headcount.rules.ranges import expiry
from headcount.rules.words import definition_in_words, range_in_words
from headcount.store.catalog import Told, read_told
from headcount.store.registry import Registered, read_registered
from headcount.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class SegmentView:
    """One segment as it stood at an instant; counts are of its newest good tick."""

    segment_id: str
    name: str
    description: str
    system: str
    status: str
    reason: str | None
    date_range: str
    evaluation_end: str | None
    expires_at: datetime | None
    rules: str
    created_by: str | None
    version: int | None
    members: int | None
    entered: int | None
    exited: int | None
    last_evaluated_at: datetime | None
    classic: bool
    orphaned: bool
    destinations: tuple[str, ...]
    file: str

    @property
    def is_told(self) -> bool:
        """Whether it had a membership then: an evaluation, or an import, succeeded."""
        return self.members is not None

    def to_json(self) -> dict[str, Any]:
        """Every field by its name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Survey:
    """Every segment of a project, by system and id, and the files that are faulty."""

    segments: tuple[SegmentView, ...]
    faulty: tuple[FaultyFile, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault of the files, in their order."""
        return tuple(fault for each in self.faulty for fault in each.faults)

    def require(self, segment_id: str) -> SegmentView:
        """The segment; UnknownSegmentError has the nearest id when there is none.

        Raises DefinitionError when there is only a faulty file for it.
        """
        by_id = {segment.segment_id: segment for segment in self.segments}
        if segment_id in by_id:
            return by_id[segment_id]
        theirs = [each for each in self.faulty if each.segment_id == segment_id]
        if theirs:
            raise DefinitionError([fault for each in theirs for fault in each.faults])
        raise UnknownSegmentError(segment_id, nearest=nearest(segment_id, by_id))


@dataclass(frozen=True, slots=True)
class _Stand:
    """How a segment stands, apart from what its definition says."""

    status: str
    reason: str | None
    version: int | None
    members: int | None
    entered: int | None
    exited: int | None
    last_evaluated_at: datetime | None


UNSEEN = _Stand("Pending", "no tick has seen it yet", *[None] * 5)


def open_to_look(project: Project) -> Warehouse:
    """The project's store, or an empty one in memory when it has none yet."""
    is_there = project.store_path.exists()
    return project.open_store() if is_there else Warehouse.in_memory()


def load_beside(project: Project, warehouse: Warehouse) -> Loaded:
    """The project's definitions, checked beside what the store has registered."""
    return load_definitions(
        project.segments_folder,
        project.settings,
        root=project.folder,
        registry=read_registry(warehouse),
    )


def load_file_beside(project: Project, warehouse: Warehouse, file: Path) -> Definition:
    """The definition in `file`, checked beside the project's own.

    Raises DefinitionError with all its faults, MissingFileError.
    """
    if not file.is_file():
        raise MissingFileError(file)
    report = check_project(project, files=[file], registry=read_registry(warehouse))
    if report.faults:
        raise DefinitionError(list(report.faults))
    return report.definitions[0].definition


def read_registry(warehouse: Warehouse) -> Registry:
    """What a check of definitions has to know of the store."""
    registered = read_registered(warehouse).values()
    return Registry(
        {one.segment_id: one.system for one in registered if one.deleted_at is None},
        frozenset(one.segment_id for one in registered if one.deleted_at is not None),
    )


def require_evaluated(
    project: Project, warehouse: Warehouse, segment_id: str
) -> tuple[Registered, datetime]:
    """The registered segment, and the newest instant it was told at.

    Raises UnknownSegmentError, or NotEvaluatedError before its first evaluation.
    """
    survey(project, warehouse).require(segment_id)
    registered = read_registered(warehouse).get(segment_id)
    newest = registered.last_evaluated_at if registered else None
    if registered is None or newest is None:
        raise NotEvaluatedError(segment_id)
    return registered, newest


def require_system(project: Project, warehouse: Warehouse, segment_id: str) -> str:
    """The system of the segment, also of a deleted one; UnknownSegmentError."""
    registered = read_registered(warehouse).get(segment_id)
    if registered is not None:
        return registered.system
    return survey(project, warehouse).require(segment_id).system


def require_known(project: Project, segment_id: str) -> SegmentView:
    """The segment as it stands; UnknownSegmentError when there is none of this id."""
    with open_to_look(project) as warehouse:
        return survey(project, warehouse).require(segment_id)


def survey(
    project: Project, warehouse: Warehouse, *, at: datetime | None = None
) -> Survey:
    """The project's segments as they stood at `at`, None: as they stand.

    One that was deleted since is among those of a past instant.
    """
    loaded = load_beside(project, warehouse)
    registered = read_registered(warehouse)
    told = read_told(warehouse, at)
    views = [
        _view(
            project,
            definition_from_json(one.definition),
            _stand(one, told.get(one.segment_id), is_past=at is not None),
            file=one.file,
            orphaned=one.is_orphaned,
        )
        for one in registered.values()
        if one.deleted_at is None or (at is not None and at < one.deleted_at)
    ]
    views += [
        _view(project, one.definition, UNSEEN, file=one.file)
        for one in loaded.definitions
        if one.definition.id not in registered
    ]
    views.sort(key=lambda view: (view.system, view.segment_id))
    return Survey(tuple(views), loaded.faulty)


def _stand(registered: Registered, told: Told | None, *, is_past: bool) -> _Stand:
    """As registered, or at a past instant as the runs until then left it."""
    entered, exited = (told.entered, told.exited) if told else (None, None)
    if not is_past:
        return _Stand(
            registered.status,
            registered.status_reason,
            registered.version,
            registered.members,
            entered,
            exited,
            registered.last_evaluated_at,
        )
    if told is None:
        return UNSEEN
    return _Stand(
        told.status or "Active",
        told.reason,
        told.version,
        told.members,
        entered,
        exited,
        told.evaluated_at,
    )


def _view(
    project: Project,
    definition: Definition,
    stand: _Stand,
    *,
    file: str,
    orphaned: bool = False,
) -> SegmentView:
    system = project.settings.systems.get(definition.system)
    end = definition.evaluation_end
    return SegmentView(
        segment_id=definition.id,
        name=definition.name,
        description=definition.description,
        system=definition.system,
        date_range=range_in_words(definition.date_range),
        evaluation_end=end.isoformat() if end else None,
        expires_at=expiry(definition, system.timezone) if system else None,
        rules=definition_in_words(definition),
        created_by=definition.created_by,
        classic=definition.classic,
        orphaned=orphaned,
        destinations=tuple(target.name for target in definition.destinations),
        file=file,
        **asdict(stand),
    )
