"""One export: asked for, made once, shared by all who ask for the same.

Source: interface.md §7. The store is held only to gather the rows and to note the
finished file; writing it, which takes the time, holds a lock of the exports alone, so
that one file is made at a time however many people ask.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, assert_never

from headcount.canonical import canonical_json
from headcount.clock import to_text
from headcount.errors import SnapshotDamagedError
from headcount.exports.csv import write_csv
from headcount.exports.parquet import write_parquet
from headcount.exports.rows import Table, gather_members
from headcount.exports.xlsx import write_xlsx
from headcount.store.files import sha256_of, sweep_temporaries, write_atomically
from headcount.store.lock import hold_lock
from headcount.store.snapshots import Snapshot
from headcount.store.warehouse import Warehouse

Format = Literal["csv", "xlsx", "parquet"]
OpenStore = Callable[[], AbstractContextManager[Warehouse]]

LAYOUT = 1
"""Counted up when equal requests should give other files than before."""

WAIT_S = 600.0
ID_DIGITS = 24
NAME_DIGITS = 8
NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """The members of one segment at one evaluated tick `at`, in one format.

    `snapshot` is the one valid at `at`; `rules` says in words what they have in common;
    `attributes` are names or dotted paths, a column each, as the tick saw them.
    """

    segment_id: str
    segment_name: str
    system: str
    rules: str
    at: datetime
    snapshot: Snapshot
    format: Format
    attributes: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Equal for requests that one file answers."""
        content = canonical_json(
            {
                "layout": LAYOUT,
                "segment_id": self.segment_id,
                "segment_name": self.segment_name,
                "rules": self.rules,
                "at": to_text(self.at),
                "snapshot": self.snapshot.sha256,
                "format": self.format,
                "attributes": list(self.attributes),
            }
        )
        return hashlib.sha256(content.encode()).hexdigest()

    @property
    def export_id(self) -> str:
        """The opaque id by which the file is asked for."""
        return self.fingerprint[:ID_DIGITS]

    @property
    def file(self) -> str:
        """The name of the file: lower case letters, digits, dashes, one dot."""
        segment = NOT_IN_NAMES.sub("-", self.segment_id.casefold()).strip("-")[:64]
        mark = self.export_id[:NAME_DIGITS]
        return f"{segment}-{self.at:%Y-%m-%dT%H-%M-%SZ}-{mark}.{self.format}"


@dataclass(frozen=True, slots=True)
class Export:
    """A finished file; `is_shared` when it was there already."""

    export_id: str
    segment_id: str
    at: datetime
    format: Format
    path: Path
    rows: int
    sha256: str
    created_at: datetime
    is_shared: bool = False

    def to_json(self) -> dict[str, Any]:
        """For `--json`; `neutralised` says whether a `'` may stand before some text."""
        return {
            "export_id": self.export_id,
            "segment_id": self.segment_id,
            "at": to_text(self.at),
            "format": self.format,
            "file": str(self.path),
            "rows": self.rows,
            "sha256": self.sha256,
            "created_at": to_text(self.created_at),
            "shared": self.is_shared,
            "neutralised": self.format == "csv",
        }


def export_members(
    open_store: OpenStore,
    request: ExportRequest,
    *,
    snapshots_folder: Path,
    folder: Path,
    now: datetime,
) -> Export:
    """The file in `folder` that answers `request`, made unless it is there already.

    A kill at any point leaves nothing in the ledger that is not whole; the next call
    makes the same file again. Raises SnapshotDamagedError when the snapshot is not what
    the ledger says, CellTooLongError when XLSX cannot hold a text.
    """
    with hold_lock(folder / ".lock", subject=folder, wait_s=WAIT_S):
        with open_store() as warehouse:
            done = read_export(warehouse, request.export_id, folder)
        if done is not None and is_whole(done):
            return replace(done, is_shared=True)
        sweep_temporaries(folder)
        export = _make(open_store, request, snapshots_folder, folder, now=now)
        with open_store() as warehouse:
            _record(warehouse, request, export)
        return export


def read_export(warehouse: Warehouse, export_id: str, folder: Path) -> Export | None:
    """The export of this id as the ledger has it, None when there is none."""
    rows = warehouse.rows("exports/find", {"export_id": export_id})
    return _from_row(rows[0], folder) if rows else None


def read_exports(
    warehouse: Warehouse, folder: Path, *, segment_id: str | None = None
) -> list[Export]:
    """The catalog of exports, newest first; None: of all segments."""
    rows = warehouse.rows("exports/all", {"segment_id": segment_id})
    return [_from_row(row, folder) for row in rows]


def is_whole(export: Export) -> bool:
    """Whether its file is there and has the bytes it was finished with."""
    return export.path.is_file() and sha256_of(export.path) == export.sha256


def copy_export(export: Export, output: Path) -> None:
    """`output` is a whole copy of the file."""
    with write_atomically(output) as aside:
        shutil.copyfile(export.path, aside)


def _make(
    open_store: OpenStore,
    request: ExportRequest,
    snapshots_folder: Path,
    folder: Path,
    *,
    now: datetime,
) -> Export:
    path = folder / request.file
    with write_atomically(path) as aside:
        gathered = aside.with_name("gathered.parquet")
        with open_store() as warehouse:
            _gather(warehouse, request, snapshots_folder, gathered)
        rows = _write(request, gathered, aside)
        sha256 = sha256_of(aside)
    return Export(
        request.export_id,
        request.segment_id,
        request.at,
        request.format,
        path,
        rows,
        sha256,
        now,
    )


def _gather(
    warehouse: Warehouse, request: ExportRequest, snapshots_folder: Path, target: Path
) -> None:
    """`target` holds the rows of the request, as many as the ledger says."""
    snapshot = snapshots_folder / request.snapshot.file
    if not snapshot.is_file() or sha256_of(snapshot) != request.snapshot.sha256:
        raise SnapshotDamagedError(snapshot)
    rows = gather_members(
        warehouse,
        snapshot,
        target,
        system=request.system,
        at=request.at,
        attributes=request.attributes,
    )
    if rows != request.snapshot.rows:
        raise SnapshotDamagedError(snapshot)


def _write(request: ExportRequest, gathered: Path, target: Path) -> int:
    table = Table(
        gathered, request.segment_id, request.segment_name, request.attributes
    )
    match request.format:
        case "csv":
            return write_csv(table, target)
        case "parquet":
            return write_parquet(table, target)
        case "xlsx":
            info = _info(request)
            return write_xlsx(table, target, info=info, created=request.at)
        case _:
            assert_never(request.format)


def _info(request: ExportRequest) -> list[tuple[str, str | int | datetime]]:
    return [
        ("Segment", request.segment_name),
        ("Segment id", request.segment_id),
        ("System", request.system),
        ("Rules", request.rules),
        ("Members at", request.at),
        ("Members", request.snapshot.rows),
        ("Times", "All times are UTC"),
    ]


def _record(warehouse: Warehouse, request: ExportRequest, export: Export) -> None:
    warehouse.execute(
        "exports/record",
        {
            "export_id": export.export_id,
            "fingerprint": request.fingerprint,
            "segment_id": export.segment_id,
            "snapshot_at": export.at,
            "format": export.format,
            "file": export.path.name,
            "rows": export.rows,
            "sha256": export.sha256,
            "created_at": export.created_at,
        },
    )


def _from_row(row: tuple[Any, ...], folder: Path) -> Export:
    export_id, segment_id, at, file_format, file, rows, sha256, created_at = row
    return Export(
        export_id, segment_id, at, file_format, folder / file, rows, sha256, created_at
    )
