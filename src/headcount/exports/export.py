"""One export: asked for, made once, shared by all who ask for the same.

Source: interface.md §7. The store is held only to gather the rows and to note the
finished file; writing it, which takes the time, holds a lock of the exports alone, so
that one file is made at a time however many people ask. The ledger keeps every export
there was; its file goes when nobody has asked for it for long enough.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, assert_never

from headcount.clock import to_text
from headcount.exports.csv import write_csv
from headcount.exports.parquet import write_parquet
from headcount.exports.request import Format, Request
from headcount.exports.xlsx import write_xlsx
from headcount.store.files import sha256_of, sweep_temporaries, write_atomically
from headcount.store.lock import hold_lock
from headcount.store.warehouse import Warehouse

OpenStore = Callable[[], AbstractContextManager[Warehouse]]

WAIT_S = 600.0
OUR_NAMES = re.compile(r"[a-z0-9-]*-[0-9TZ-]+-[0-9a-f]{8}\.(csv|xlsx|parquet)")


@dataclass(frozen=True, slots=True)
class Export:
    """A finished file; `is_shared` when it was there already.

    `segment_id` is None for the table of segments, `removed_at` for a file that is
    still to be had.
    """

    export_id: str
    segment_id: str | None
    at: datetime
    format: Format
    attributes: tuple[str, ...]
    path: Path
    rows: int
    sha256: str
    created_at: datetime
    removed_at: datetime | None = None
    is_shared: bool = False

    def to_json(self) -> dict[str, Any]:
        """For `--json`; `neutralised` says whether a `'` may stand before some text."""
        return {
            "export_id": self.export_id,
            "segment_id": self.segment_id,
            "at": to_text(self.at),
            "format": self.format,
            "attributes": list(self.attributes),
            "file": str(self.path),
            "rows": self.rows,
            "sha256": self.sha256,
            "created_at": to_text(self.created_at),
            "shared": self.is_shared,
            "neutralised": self.format == "csv",
        }


def make_export(
    open_store: OpenStore, request: Request, *, folder: Path, now: datetime
) -> Export:
    """The file in `folder` that answers `request`, made unless it is there already.

    A kill at any point leaves nothing in the ledger that is not whole; the next call
    makes the same file again. Raises what gathering raises, and CellTooLongError when
    XLSX cannot hold a text.
    """
    with hold_lock(folder / ".lock", subject=folder, wait_s=WAIT_S):
        with open_store() as warehouse:
            done = _find_again(warehouse, request, folder, now=now)
        if done is not None:
            return done
        sweep_temporaries(folder)
        export = _make(open_store, request, folder, now=now)
        with open_store() as warehouse:
            _record(warehouse, request, export)
        return export


def write_once(request: Request, warehouse: Warehouse, target: Path) -> int:
    """`target` is the file that answers `request`, in no ledger; returns its rows."""
    gathered = target.with_name("gathered.parquet")
    request.gather(warehouse, gathered)
    return _write(request, gathered, target)


def read_export(warehouse: Warehouse, export_id: str, folder: Path) -> Export | None:
    """The export of this id as the ledger has it, None when there is none."""
    rows = warehouse.rows("exports/find", {"export_id": export_id})
    return _from_row(rows[0], folder) if rows else None


def read_exports(
    warehouse: Warehouse, folder: Path, *, segment_id: str | None = None
) -> list[Export]:
    """The catalog of the files to be had, newest first; None: of everything."""
    rows = warehouse.rows("exports/all", {"segment_id": segment_id})
    return [_from_row(row, folder) for row in rows]


def sweep_exports(
    open_store: OpenStore,
    folder: Path,
    *,
    keep: timedelta | None,
    kept: Collection[str],
    now: datetime,
) -> int:
    """Files that nobody asked for within `keep` are gone; returns how many there were.

    None keeps all; those whose ids are in `kept` stay. So do their rows in the ledger,
    where the file is marked removed first: a kill in between leaves a file that nobody
    is told of, which the next call removes. Files that killed exports left go as well.
    """
    with hold_lock(folder / ".lock", subject=folder, wait_s=WAIT_S):
        with open_store() as warehouse:
            before = None if keep is None else now - keep
            stale = {"before": before, "kept": list(kept), "now": now}
            warehouse.execute("exports/remove", stale)
            listed = {export.path for export in read_exports(warehouse, folder)}
        swept = [
            path
            for path in folder.iterdir()
            if OUR_NAMES.fullmatch(path.name) and path not in listed
        ]
        for path in swept:
            path.unlink()
        return len(swept)


def is_whole(export: Export) -> bool:
    """Whether its file is there and has the bytes it was finished with."""
    return export.path.is_file() and sha256_of(export.path) == export.sha256


def copy_export(export: Export, output: Path) -> None:
    """`output` is a whole copy of the file."""
    with write_atomically(output) as aside:
        shutil.copyfile(export.path, aside)


def _find_again(
    warehouse: Warehouse, request: Request, folder: Path, *, now: datetime
) -> Export | None:
    """The finished file, None when there is none or not a whole one."""
    done = read_export(warehouse, request.export_id, folder)
    if done is None or done.removed_at is not None or not is_whole(done):
        return None
    warehouse.execute("exports/ask", {"export_id": done.export_id, "now": now})
    return replace(done, is_shared=True)


def _make(
    open_store: OpenStore, request: Request, folder: Path, *, now: datetime
) -> Export:
    path = folder / request.file
    with write_atomically(path) as aside:
        gathered = aside.with_name("gathered.parquet")
        with open_store() as warehouse:
            request.gather(warehouse, gathered)
        rows = _write(request, gathered, aside)
        sha256 = sha256_of(aside)
    return Export(
        request.export_id,
        request.segment_id,
        request.at,
        request.format,
        request.attributes,
        path,
        rows,
        sha256,
        now,
    )


def _write(request: Request, gathered: Path, target: Path) -> int:
    table = request.table(gathered)
    match request.format:
        case "csv":
            return write_csv(table, target)
        case "parquet":
            return write_parquet(table, target)
        case "xlsx":
            return write_xlsx(table, target, info=request.info, created=request.at)
        case _:
            assert_never(request.format)


def _record(warehouse: Warehouse, request: Request, export: Export) -> None:
    warehouse.execute(
        "exports/record",
        {
            "export_id": export.export_id,
            "fingerprint": request.fingerprint,
            "segment_id": export.segment_id,
            "snapshot_at": export.at,
            "format": export.format,
            "attributes": list(export.attributes),
            "file": export.path.name,
            "rows": export.rows,
            "sha256": export.sha256,
            "created_at": export.created_at,
        },
    )


def _from_row(row: tuple[Any, ...], folder: Path) -> Export:
    export_id, segment_id, at, format_, attributes, file, *facts = row
    return Export(
        export_id, segment_id, at, format_, tuple(attributes), folder / file, *facts
    )
