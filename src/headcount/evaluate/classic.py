"""The membership of a Classic segment: a list that somebody else computed.

Source: segments.md §5: read-only, from `headcount import SEGMENT FILE.csv` with
`user_id[,entered_at]`, pushed and exported like any other.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from headcount.clock import parse_instant
from headcount.definitions.fingerprint import fingerprint
from headcount.definitions.load import definition_to_json
from headcount.definitions.model import Definition
from headcount.errors import DataError, UsageError
from headcount.store import membership, registry, snapshots
from headcount.store.membership import INSTANT, Change, Told
from headcount.store.standings import Standing, update_segments
from headcount.store.tombstones import NOBODY, Tombstones
from headcount.store.warehouse import Warehouse

HEADERS = (["user_id"], ["user_id", "entered_at"])
LISTED = pl.Schema({"user_id": pl.String(), "entered_at": INSTANT})


class NotClassicError(UsageError):
    """Only a Classic segment takes its membership from a file."""

    kind = "not_classic"

    def __init__(self, segment_id: str) -> None:
        self.segment_id = segment_id
        super().__init__(
            f"segment {segment_id!r} is evaluated from its rules; only one with "
            "`classic: true` is imported"
        )


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import made of the membership."""

    segment_id: str
    at: datetime
    members: int
    entered: int
    exited: int


def import_members(
    warehouse: Warehouse,
    definition: Definition,
    path: Path,
    *,
    file: str,
    folder: Path,
    at: datetime,
    now: datetime,
    tombstones: Tombstones = NOBODY,
) -> ImportReport:
    """The membership of a Classic segment is exactly the list in the CSV at `path`.

    Who stays keeps the instant of entry, also against the list; a new member entered
    when the list says, else at `at`. Importing the same list again changes nothing.
    Users in `tombstones` are left out.
    Raises DataError for a faulty list, with every faulty line, and changes nothing.
    """
    if not definition.classic:
        raise NotClassicError(definition.id)
    listed = read_list(path, at)
    erased = tombstones.among(listed.get_column("user_id"))
    listed = listed.filter(~pl.col("user_id").is_in(erased))
    with warehouse.transaction():
        register_definition(warehouse, definition, file, now)
        change = _change(warehouse, definition, listed, at)
        membership.commit_changes(warehouse, [Told(definition.id, at, 1, change)])
        members = membership.read_members(warehouse, definition.id, at)
        before = snapshots.snapshot_before(warehouse, definition.id, at)
        snapshot = snapshots.write_snapshot(
            folder, members, segment_id=definition.id, at=at, before=before
        )
        valid = [snapshots.Valid(snapshot, at)]
        snapshots.commit_snapshots(warehouse, valid, run_id="import")
        standing = Standing(
            segment_id=definition.id,
            file=file,
            version=1,
            status="Active",
            reason=None,
            is_orphaned=False,
            members=change.size,
            evaluated_at=at,
            expired_at=None,
        )
        update_segments(warehouse, [standing])
    snapshots.write_manifests(warehouse, folder)
    return ImportReport(
        definition.id,
        at,
        change.size,
        change.entered.height,
        change.exited.height,
    )


def read_list(path: Path, at: datetime) -> pl.DataFrame:
    """LISTED: one row a user; raises DataError that names every faulty line."""
    with path.open(encoding="utf-8-sig", newline="") as text:
        lines = csv.reader(text, strict=True)
        header = next(lines, [])
        if header not in HEADERS:
            reason = f"line 1: found {','.join(header)!r}; wanted user_id[,entered_at]"
            raise DataError(str(path), reason)
        rows = [(lines.line_num, row) for row in lines if row]
    users = [row[0] for _, row in rows]
    faults = list(_faults(rows, len(header), at))
    if faults:
        raise DataError(str(path), "; ".join(faults))
    entered = [parse_instant(row[1]) if row[1:] and row[1] else at for _, row in rows]
    return pl.DataFrame({"user_id": users, "entered_at": entered}, schema=LISTED)


def _faults(
    rows: list[tuple[int, list[str]]], columns: int, at: datetime
) -> Iterator[str]:
    first_line: dict[str, int] = {}
    for line, row in rows:
        user_id = row[0]
        if len(row) != columns:
            yield f"line {line}: found {len(row)} cells; wanted {columns}"
        elif not user_id or not user_id.isprintable():
            yield f"line {line}: found user id {user_id!r}; wanted printable text"
        elif first_line.setdefault(user_id, line) != line:
            yield f"line {line}: user {user_id!r} is on line {first_line[user_id]} too"
        elif columns > 1 and row[1]:
            yield from _instant_faults(line, row[1], at)


def _instant_faults(line: int, text: str, at: datetime) -> Iterator[str]:
    try:
        if parse_instant(text) > at:
            yield f"line {line}: entered_at {text} is after the import's instant"
    except UsageError as error:
        yield f"line {line}: {error}"


def register_definition(
    warehouse: Warehouse, definition: Definition, file: str, now: datetime
) -> None:
    """The segment is registered with a first version, unless it is already."""
    if definition.id in registry.read_registered(warehouse):
        return
    registry.add_segment(
        warehouse,
        segment_id=definition.id,
        system=definition.system,
        file=file,
        is_classic=definition.classic,
        now=now,
    )
    registry.add_version(
        warehouse,
        segment_id=definition.id,
        version=1,
        fingerprint=fingerprint(definition),
        definition=definition_to_json(definition),
        now=now,
    )


def _change(
    warehouse: Warehouse, definition: Definition, listed: pl.DataFrame, at: datetime
) -> Change:
    codes = membership.require_codes(
        warehouse, definition.system, listed.select("user_id")
    )
    members = listed.join(codes, on="user_id").select("user_code", "entered_at")
    standing = membership.read_standing(warehouse, definition.id, at)
    return membership.plan_change(standing, members)
