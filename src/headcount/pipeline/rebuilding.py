"""`rebuild`: the store again, from raw files, snapshots and what was published.

Source: interface.md §3. It is built aside, compared, and put in place in one rename;
the old store keeps a dated name. Killed anywhere it leaves the old one, or the new.

What comes from where, the first that can be read of each line:
    rows, users, rejects, the catalogue   the raw files, in the order they were ingested
    the ledger of files, segments, pushes   the old store; the publication; nothing
    stays                                 the publication; the snapshots
    snapshots                             their files; the stays
Without a publication: files are ingested as new, each segment has one version, that of
its file, its runs and pushes are forgotten, and stays are known as far as snapshots
tell. Then a push finds its remote segments by name, and treats them as somebody's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial as bind
from pathlib import Path
from typing import Any, Literal

import polars as pl

from headcount.clock import to_text
from headcount.definitions.loaded import LoadedDefinition
from headcount.errors import RebuildBlockedError, StoreUnreadableError
from headcount.evaluate.classic import register_definition
from headcount.ingest.again import Rereader, Unread, reread_all
from headcount.ingest.sources import ingest_sources
from headcount.pipeline.stages import publish, publish_open, read_tombstones
from headcount.pipeline.survey import load_beside
from headcount.project import Project
from headcount.rules.ranges import expiry
from headcount.store import rebuilding, runs
from headcount.store.digest import read_digests
from headcount.store.files import folder_aside, sweep_temporaries
from headcount.store.lock import hold_lock
from headcount.store.rebuilding import NotRecoverableError
from headcount.store.replacement import drop_derived, keep_store, put_in_place
from headcount.store.standings import Standing, update_segments
from headcount.store.warehouse import Warehouse

WAIT_S = 60.0

Progress = Callable[[str, int], None]
Source = Literal["store", "publication", "snapshots"]


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What the new store was told from, and how it differs from the old.

    `differing` names tables whose logical content is not the old one's; None when the
    old store could not be read. `unread` files are left out, `healed` snapshots were
    written anew from the stays, `notes` say what could not be recovered.
    """

    source: Source
    kept: Path | None
    tables: dict[str, str]
    differing: tuple[str, ...] | None
    unread: tuple[Unread, ...]
    healed: tuple[str, ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As `rebuild --json` prints it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Old:
    """The old store while it is replaced: its content, None when it is unreadable."""

    digests: dict[str, str] | None
    replace: Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class _Told:
    """What a new store was told from."""

    is_published: bool
    unread: tuple[Unread, ...]
    notes: tuple[str, ...]


def rebuild(
    project: Project,
    *,
    now: datetime,
    partial: bool = False,
    progress: Progress = lambda path, rows: None,
) -> RebuildReport:
    """The store is a new one, told from files; the old one has a dated name.

    Raises RebuildBlockedError when raw files are not what they were, unless `partial`;
    then nothing changed. A second call does the same again.
    """
    store = project.store_path
    sweep_temporaries(store.parent)
    with _held(project, now) as old, folder_aside(store.parent) as aside:
        new = aside / store.name
        with Warehouse.open(new, memory=project.memory) as warehouse:
            told = _tell(project, warehouse, now=now, progress=progress)
            if told.unread and not partial:
                files = [f"{one.path}: {one.reason}" for one in told.unread]
                raise RebuildBlockedError(files)
            healed = rebuilding.heal_snapshots(warehouse, project.snapshots_folder)
            tables = read_digests(warehouse)
        # Derived from codes that may be others now; before, as it can be spared.
        drop_derived(store)
        kept = keep_store(store, now=now)
        old.replace(new)
    publish(project, now=now)
    return RebuildReport(
        source=_source(old, told),
        kept=kept,
        tables=tables,
        differing=_differing(tables, old.digests),
        unread=told.unread,
        healed=tuple(healed),
        notes=told.notes,
    )


def _source(old: _Old, told: _Told) -> Source:
    if not told.is_published:
        return "snapshots"
    return "store" if old.digests is not None else "publication"


@contextmanager
def _held(project: Project, now: datetime) -> Iterator[_Old]:
    """The store's lock is held within the block; what can be read is published."""
    store = project.store_path
    warehouse = _readable(store)
    if warehouse is None:
        with hold_lock(project.lock_path, subject=store, wait_s=WAIT_S):
            yield _Old(None, bind(put_in_place, store=store))
        return
    with warehouse:
        publish_open(project, warehouse, now=now)
        yield _Old(read_digests(warehouse), warehouse.give_way_to)


def _readable(store: Path) -> Warehouse | None:
    try:
        return Warehouse.open(store) if store.exists() else None
    except StoreUnreadableError:
        return None


def _differing(
    tables: dict[str, str], before: dict[str, str] | None
) -> tuple[str, ...] | None:
    if before is None:
        return None
    return tuple(name for name in tables if tables[name] != before.get(name))


def _tell(
    project: Project, warehouse: Warehouse, *, now: datetime, progress: Progress
) -> _Told:
    """The new store has all that can be told."""
    try:
        stays, is_one = rebuilding.recover_books(
            warehouse,
            analytics=project.analytics_path,
            events_folder=project.events_folder,
        )
    except NotRecoverableError as error:
        notes = (f"no ledger was recovered: {error}",)
        return _tell_from_snapshots(
            project, warehouse, notes, now=now, progress=progress
        )
    reader = Rereader(
        warehouse, project.settings, project.folder, progress, read_tombstones(project)
    )
    unread = tuple(reread_all(reader))
    rebuilding.put_stays(warehouse, stays)
    note = "the ledger is one publication ahead of the analysts' database"
    return _Told(is_published=True, unread=unread, notes=() if is_one else (note,))


# ── without a publication ─────────────────────────────────────────────────────


def _tell_from_snapshots(
    project: Project,
    warehouse: Warehouse,
    notes: tuple[str, ...],
    *,
    now: datetime,
    progress: Progress,
) -> _Told:
    ingest_sources(
        warehouse,
        project.settings,
        project.folder,
        now=now,
        progress=progress,
        tombstones=read_tombstones(project),
    )
    loaded = load_beside(project, warehouse)
    definitions = {one.definition.id: one for one in loaded.definitions}
    stays: list[pl.DataFrame] = [pl.DataFrame(schema=rebuilding.STAYS)]
    for folder in sorted(project.snapshots_folder.glob("*/")):
        found = definitions.get(folder.name)
        if found is None:
            note = f"{folder.name}: it has snapshots and no sound definition"
            notes = (*notes, note)
            continue
        try:
            stays.append(_adopt(project, warehouse, found, now=now))
        except NotRecoverableError as error:
            notes = (*notes, f"{folder.name}: {error}")
    rebuilding.put_stays(warehouse, pl.concat(stays))
    return _Told(is_published=False, unread=(), notes=notes)


def _adopt(
    project: Project, warehouse: Warehouse, found: LoadedDefinition, *, now: datetime
) -> pl.DataFrame:
    """The segment stands as its snapshots say; returns its stays."""
    segment_id, folder = found.definition.id, project.snapshots_folder
    snapshots = rebuilding.read_manifest(folder, segment_id)
    if not snapshots:
        msg = "none of its snapshots is whole"
        raise NotRecoverableError(msg)
    stays = rebuilding.stays_between(snapshots, folder)
    newest = snapshots[-1]
    system = project.settings.systems[found.definition.system]
    end = expiry(found.definition, system.timezone)
    is_over = end is not None and end <= newest.at
    with warehouse.transaction():
        register_definition(warehouse, found.definition, found.file, now)
        standing = Standing(
            segment_id=segment_id,
            file=found.file,
            version=1,
            status="Expired" if is_over else "Active",
            reason=None,
            is_orphaned=False,
            members=newest.rows,
            evaluated_at=newest.at,
            expired_at=newest.at if is_over else None,
        )
        # The version was first used at the oldest of them.
        first = replace(standing, evaluated_at=snapshots[0].at)
        update_segments(warehouse, [first])
        update_segments(warehouse, [standing])
        _record_run(warehouse, newest.at, now)
    rebuilding.put_snapshots(warehouse, snapshots, stays)
    return stays


def _record_run(warehouse: Warehouse, at: datetime, now: datetime) -> None:
    """A run at `at` is known, so that no tick before it is evaluated."""
    newest, _ = runs.read_newest(warehouse, at)
    if newest is None or newest < at:
        position = runs.read_position(warehouse)
        run_id = f"{to_text(at)}/rebuilt"
        runs.record_run(
            warehouse, runs.Run(run_id, at, 0, "rebuilt", position, now, 0.0)
        )
