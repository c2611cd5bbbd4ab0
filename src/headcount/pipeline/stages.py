"""From files to memberships to the analysts' database: ingest, evaluate, publish."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from headcount.evaluate.conditions import measure_conditions
from headcount.evaluate.outcome import TickReport
from headcount.evaluate.tick import evaluate_tick
from headcount.ingest.report import IngestReport
from headcount.ingest.retract import RetractionReport, retract_file
from headcount.ingest.sources import ingest_sources
from headcount.pipeline.survey import load_beside
from headcount.project import Project
from headcount.store import publish as publishing
from headcount.store.parts import READERS_GRACE
from headcount.store.publish import Publication
from headcount.store.tombstones import Tombstones
from headcount.store.warehouse import Warehouse


def ingest(
    project: Project,
    *,
    now: datetime,
    progress: Callable[[str, int], None] | None = None,
) -> IngestReport:
    """What has landed is in the store, each file whole or refused with a reason."""
    with project.open_store() as warehouse:
        return ingest_sources(
            warehouse,
            project.settings,
            project.folder,
            now=now,
            progress=progress,
            tombstones=read_tombstones(project),
        )


def retract(
    project: Project,
    file: str,
    *,
    now: datetime,
    progress: Callable[[str, int], None] | None = None,
) -> RetractionReport:
    """The store is as if `file` had never been ingested; the next tick shows it."""
    with project.open_store() as warehouse:
        return retract_file(
            warehouse,
            project.settings,
            project.folder,
            file=file,
            now=now,
            progress=progress or (lambda path, rows: None),
            tombstones=read_tombstones(project),
        )


def read_tombstones(project: Project) -> Tombstones:
    """Who was erased from the project and must not come back."""
    return Tombstones.read(project.store_path.parent)


def evaluate(
    project: Project,
    *,
    at: datetime,
    now: datetime,
    full: bool = False,
) -> TickReport:
    """Every segment is evaluated at `at`, or Failed with a reason.

    With `full` the whole history is read, else what changed since the last tick.
    """
    with project.open_store() as warehouse:
        return evaluate_tick(
            warehouse,
            load_beside(project, warehouse),
            project.settings.systems,
            folder=project.snapshots_folder,
            at=at,
            now=now,
            full=full,
        )


def publish(project: Project, *, now: datetime) -> Publication:
    """The analysts' database shows what the store holds."""
    with project.open_store() as warehouse:
        return publish_open(project, warehouse, now=now)


def publish_open(
    project: Project,
    warehouse: Warehouse,
    *,
    now: datetime,
    grace: timedelta = READERS_GRACE,
) -> Publication:
    """As `publish`, of a store that is open already."""
    return publishing.publish(
        warehouse,
        project.analytics_path,
        events_folder=project.events_folder,
        systems=project.settings.systems,
        now=now,
        grace=grace,
    )


def measure(project: Project, *, only_new: bool = False) -> int:
    """It is known what each condition does to the newest membership of its segment.

    With `only_new` only where a version was not measured yet; returns the number of
    segments that were. Reads the whole history.
    """
    with project.open_store() as warehouse:
        return measure_conditions(
            warehouse, project.settings.systems, only_new=only_new
        )
