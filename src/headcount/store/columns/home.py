"""The columns of a system, opened: written anew when they are missing or damaged."""

from __future__ import annotations

import logging
from collections import defaultdict
from pathlib import Path

from headcount.store.columns.compact import compact
from headcount.store.columns.extend import Extension, add_days, extend
from headcount.store.columns.reader import Columns
from headcount.store.columns.run import Run, is_whole
from headcount.store.columns.values import ValueTable
from headcount.store.files import sweep_temporaries
from headcount.store.warehouse import Warehouse

log = logging.getLogger(__name__)

ARROW_END = b"ARROW1"


def open_columns(warehouse: Warehouse, system_code: int) -> Columns:
    """The columns of the system, up to date with the store.

    What was ingested since they were last opened is added and committed; columns that
    are missing or damaged are written anew, with a warning when there were some. A
    second call finds them as they are.
    """
    folder = warehouse.derived_folder / "columns"
    folder.mkdir(parents=True, exist_ok=True)
    ((upto,),) = warehouse.rows("history/last_position")
    position = _position(warehouse, system_code)
    if position is not None and not _are_whole(warehouse, system_code, folder):
        log.warning("columns damaged, written anew system_code=%s", system_code)
        with warehouse.transaction():
            forget_columns(warehouse, system_code)
        position = None
    if position != upto:
        extension = _extension(warehouse, system_code, folder)
        extend(extension, position, upto)
    return _columns(warehouse, system_code, folder, upto)


def fresh_columns(warehouse: Warehouse, system_code: int, folder: Path) -> Columns:
    """Columns of their own in `folder`, of what the store shows; it is not changed."""
    ((upto,),) = warehouse.rows("history/last_position")
    ((users,),) = warehouse.rows("columns/users", {"system_code": system_code})
    extension = Extension(warehouse, system_code, folder, {}, {}, next_run=0)
    add_days(extension, upto)
    runs = [run for run, _ in extension.runs]
    return Columns(upto, users, runs, extension.keys, extension.tables)


def forget_columns(warehouse: Warehouse, system_code: int) -> None:
    """The system has no columns; the next opening writes them anew.

    For when rows were taken out of the store: inside that transaction, or alone.
    """
    for name in ("heads", "runs", "keys", "values"):
        warehouse.execute(f"columns/forget_{name}", {"system_code": system_code})


def tidy_columns(warehouse: Warehouse, system_code: int) -> None:
    """Runs are sorted into days when that is due, and files that nobody names gone."""
    folder = warehouse.derived_folder / "columns"
    position = _position(warehouse, system_code)
    if position is not None:
        runs = _runs(warehouse, system_code, folder)
        extension = _extension(warehouse, system_code, folder)
        compact(extension, runs, position)
    sweep_temporaries(folder)
    valid = {file for (file,) in warehouse.rows("columns/files")}
    for path in folder.glob("*.*"):
        if path.is_file() and path.name not in valid:
            path.unlink()


def _position(warehouse: Warehouse, system_code: int) -> int | None:
    rows = warehouse.rows("columns/head", {"system_code": system_code})
    return int(rows[0][0]) if rows else None


def _runs(warehouse: Warehouse, system_code: int, folder: Path) -> list[Run]:
    rows = warehouse.rows("columns/runs", {"system_code": system_code})
    return [Run(number, folder / file, *place) for number, file, *place in rows]


def _tables(
    warehouse: Warehouse, system_code: int, folder: Path
) -> dict[int, ValueTable]:
    files: dict[int, list[Path]] = defaultdict(list)
    digests: dict[int, list[str]] = defaultdict(list)
    sizes: dict[int, int] = {}
    system = {"system_code": system_code}
    for key_code, file, first, rows, sha256 in warehouse.rows("columns/values", system):
        files[key_code].append(folder / file)
        digests[key_code].append(sha256)
        sizes[key_code] = first + rows
    return {
        code: ValueTable(code, files[code], sizes[code], digests[code])
        for code in files
    }


def _keys(warehouse: Warehouse, system_code: int) -> dict[str, int]:
    return dict(warehouse.rows("columns/keys", {"system_code": system_code}))


def _extension(warehouse: Warehouse, system_code: int, folder: Path) -> Extension:
    runs = _runs(warehouse, system_code, folder)
    return Extension(
        warehouse,
        system_code,
        folder,
        _keys(warehouse, system_code),
        _tables(warehouse, system_code, folder),
        next_run=max((run.number for run in runs), default=-1) + 1,
    )


def _columns(
    warehouse: Warehouse, system_code: int, folder: Path, position: int
) -> Columns:
    ((users,),) = warehouse.rows("columns/users", {"system_code": system_code})
    return Columns(
        position,
        users,
        _runs(warehouse, system_code, folder),
        _keys(warehouse, system_code),
        _tables(warehouse, system_code, folder),
    )


def _are_whole(warehouse: Warehouse, system_code: int, folder: Path) -> bool:
    """Whether every file is there to its end; what it holds is `verify`'s to check."""
    runs = _runs(warehouse, system_code, folder)
    tables = _tables(warehouse, system_code, folder).values()
    values = [file for table in tables for file in table.files]
    return all(is_whole(run.path) for run in runs) and all(map(_ends_well, values))


def _ends_well(path: Path) -> bool:
    # A file begins with the same mark: cut to that alone it would seem to end well.
    if not path.exists() or path.stat().st_size <= 2 * len(ARROW_END):
        return False
    with path.open("rb") as file:
        file.seek(-len(ARROW_END), 2)
        return file.read() == ARROW_END
