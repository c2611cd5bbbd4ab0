"""What is kept twice is held against itself: files, stays, ledgers, the publication.

Source: interface.md §3 (`verify`), faults.md §6 G5. Nothing here changes anything. Each
statement of `sql/verify` gives the places where two books disagree; none is good.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from headcount.definitions.settings import System
from headcount.store.files import sha256_of
from headcount.store.membership import read_members
from headcount.store.parts import live_files
from headcount.store.publish import read_state, write_publication
from headcount.store.snapshots import MANIFEST, Snapshot, manifest_of, read_snapshots
from headcount.store.warehouse import Warehouse

MOST_SHOWN = 20
"""Differences of one check that are told in full; all are counted."""

SOURCES = (
    "file_balance",
    "accepted_rows",
    "rejected_rows",
    "positions",
    "shared_rows",
    "unnamed_rows",
    "codes",
    "user_dates",
    "seen_events",
    "seen_properties",
    "seen_attributes",
)
MEMBERSHIPS = ("stays", "sizes", "standings", "runs", "snapshot_sizes")
SYNCS = ("sync_batches", "synced_members")


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where what is there is not what another book says."""

    subject: str
    found: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: all it found, the first of it in full, and what it left out."""

    name: str
    count: int = 0
    differences: tuple[Difference, ...] = ()
    note: str | None = None

    @classmethod
    def of(
        cls, name: str, found: Iterable[Difference], *, note: str | None = None
    ) -> Check:
        """The check that found these."""
        all_found = tuple(found)
        return cls(name, len(all_found), all_found[:MOST_SHOWN], note)


def verify_books(warehouse: Warehouse) -> list[Check]:
    """The ledgers of sources, memberships and syncs against the rows of the store."""
    return [
        Check.of(name, _differences(warehouse, name))
        for name in (*SOURCES, *MEMBERSHIPS, *SYNCS)
    ]


def verify_snapshots(
    warehouse: Warehouse,
    folder: Path,
    *,
    progress: Callable[[str, int], None] = lambda segment_id, files: None,
) -> list[Check]:
    """Every snapshot as the manifest, the ledger and the stays describe it.

    Of snapshots that stays cannot tell (see `verify/spans`) only the file is looked
    at.
    """
    manifests: list[Difference] = []
    files: list[Difference] = []
    members: list[Difference] = []
    spans = {row[0]: row[1:] for row in warehouse.rows("verify/spans")}
    snapshots = read_snapshots(warehouse)
    for segment_id, group in groupby(snapshots, lambda one: one.segment_id):
        own = list(group)
        progress(segment_id, len(own))
        manifests += _in_manifest(folder / segment_id / MANIFEST, segment_id, own)
        for one in own:
            wrong = list(_in_file(folder / one.file, one))
            files += wrong
            since, until = spans[segment_id]
            is_told = (since or one.at) <= one.at and (until is None or one.at < until)
            if not wrong and is_told:
                members += _in_stays(warehouse, folder / one.file, one)
    return [
        Check.of("manifests", manifests),
        Check.of("snapshot_files", files),
        Check.of("snapshot_members", members),
    ]


def verify_publication(
    warehouse: Warehouse,
    path: Path,
    *,
    events_folder: Path,
    systems: Mapping[str, System],
) -> list[Check]:
    """The analysts' database against what publishing now would put there.

    One that shows an earlier state of the store is not wrong: it is told of in a note.
    """
    if not path.exists():
        return [Check("publication", note="nothing was published yet")]
    try:
        warehouse.execute("published/attach", {"path": str(path)})
    except duckdb.Error as error:
        reason = str(error).partition("\n")[0]
        found = Difference(path.name, f"cannot be opened: {reason}", "a database")
        return [Check.of("publication", [found])]
    try:
        return _verify_shown(warehouse, events_folder, systems)
    finally:
        warehouse.execute("published/detach")


def _verify_shown(
    warehouse: Warehouse, events_folder: Path, systems: Mapping[str, System]
) -> list[Check]:
    try:
        ((published_at, state),) = warehouse.rows("verify/publication")
    except duckdb.CatalogException:
        return [Check("publication", note="an earlier headcount published it")]
    if state != read_state(warehouse):
        note = f"published at {published_at.isoformat()}, before the store changed"
        return [Check("publication", note=note)]
    with tempfile.TemporaryDirectory() as aside:
        expected = Path(aside) / "expected.duckdb"
        write_publication(
            warehouse,
            expected,
            live_files(warehouse, events_folder),
            events_folder=events_folder,
            systems=systems,
            now=published_at,
        )
        warehouse.execute("publish/attach", {"path": str(expected)})
        try:
            found = _differences(warehouse, "published_tables")
        finally:
            warehouse.execute("publish/detach")
    found += _differences(warehouse, "published_events")
    return [Check.of("publication", found)]


def _differences(warehouse: Warehouse, name: str) -> list[Difference]:
    return [Difference(*row) for row in warehouse.rows(f"verify/{name}")]


def _in_manifest(
    path: Path, segment_id: str, snapshots: list[Snapshot]
) -> Iterator[Difference]:
    """How the manifest of one segment differs from the ledger."""
    try:
        found = _by_instant(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        yield Difference(f"{segment_id}/{MANIFEST}", "no readable manifest", "one")
        return
    wanted = _by_instant(manifest_of(segment_id, snapshots, digest=""))
    for at in sorted(found.keys() | wanted.keys()):
        if found.get(at) != wanted.get(at):
            subject = f"{segment_id}/{MANIFEST} at {at}"
            yield Difference(subject, str(found.get(at)), str(wanted.get(at)))


def _by_instant(manifest: Any) -> dict[str, Any]:
    return {entry["at"]: entry for entry in manifest["snapshots"]}


def _in_file(path: Path, snapshot: Snapshot) -> Iterator[Difference]:
    """How the file differs from what the ledger says of it."""
    if not path.is_file():
        yield Difference(snapshot.file, "no file", f"{snapshot.rows} rows")
        return
    sha256 = sha256_of(path)
    if sha256 != snapshot.sha256:
        yield Difference(snapshot.file, f"SHA-256 {sha256}", snapshot.sha256)
        return
    ids = pl.read_parquet(path).get_column("user_id")
    if len(ids) != snapshot.rows:
        yield Difference(snapshot.file, f"{len(ids)} rows", f"{snapshot.rows} rows")
    if not ids.is_sorted() or ids.n_unique() != len(ids):
        yield Difference(snapshot.file, "users out of order or twice", "each once")


def _in_stays(
    warehouse: Warehouse, path: Path, snapshot: Snapshot
) -> Iterator[Difference]:
    """Who is in the file or in the stays, and not, or since another time, in both."""
    shown = pl.read_parquet(path)
    stayed = read_members(warehouse, snapshot.segment_id, snapshot.at)
    if stayed.equals(shown):
        return
    for users, found, wanted in (
        (_without(shown, stayed), "in the snapshot", "in the stays too"),
        (_without(stayed, shown), "in the stays", "in the snapshot too"),
    ):
        for user_id, entered_at in users.iter_rows():
            since = f"since {entered_at.isoformat()}"
            subject = f"{snapshot.file}, {user_id}"
            yield Difference(subject, f"{found} {since}", f"{wanted} {since}")


def _without(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    return left.join(right, on=["user_id", "entered_at"], how="anti")
