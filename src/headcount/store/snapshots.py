"""Snapshots: one segment's members at one tick, as a Parquet file a manifest names.

A file is named by its content, so a tick that changes nothing adds nothing, and a tick
told again with other content never overwrites what somebody may be reading. The table
`snapshots` is the truth; `manifest.json` follows it and is what readers outside use.

Source: interface.md §5, segments.md §6.2, faults.md §1.2.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from headcount.clock import to_text
from headcount.store.files import sha256_of, write_atomically
from headcount.store.warehouse import Warehouse

MANIFEST = "manifest.json"
BEGINNING = 400  # characters, that hold the id and the digest of a manifest
DIGEST = re.compile(r'^ "digest": "([^"]*)",$', re.MULTILINE)
NAME_DIGITS = 12
COMPRESSION_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One valid file of one segment; `file` is relative to the snapshots folder."""

    segment_id: str
    at: datetime
    file: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Valid:
    """A snapshot that is valid from a tick on.

    `is_again`: something may have been told of that tick, or a later one, before.
    """

    snapshot: Snapshot
    at: datetime
    is_again: bool = True


SNAPSHOTS = pl.Schema(
    [
        ("segment_id", pl.String),
        ("at", pl.Datetime("us", "UTC")),
        ("file", pl.String),
        ("rows", pl.Int64),
        ("sha256", pl.String),
    ]
)


def write_snapshot(
    folder: Path,
    members: pl.DataFrame,
    *,
    segment_id: str,
    at: datetime,
    before: Snapshot | None,
) -> Snapshot:
    """A file with MEMBERS (`user_id`, `entered_at`), whole and flushed, not yet valid.

    It becomes valid when its row is committed. Equal members give equal bytes, so when
    nothing changed since `before`, the snapshot before `at`, that one is returned and
    nothing is written.
    """
    content = encode_members(members)
    sha256 = hashlib.sha256(content).hexdigest()
    if before is not None and before.sha256 == sha256:
        return before
    return _write(folder, content, segment_id=segment_id, at=at, rows=members.height)


def rewrite_snapshot(
    warehouse: Warehouse, folder: Path, snapshot: Snapshot, members: pl.DataFrame
) -> Snapshot:
    """The snapshot holds MEMBERS from now on; its file is whole and its row says so.

    Equal members give the file that it had. Runs inside the caller's transaction.
    """
    segment_id, at = snapshot.segment_id, snapshot.at
    content, rows = encode_members(members), members.height
    new = _write(folder, content, segment_id=segment_id, at=at, rows=rows)
    if new != snapshot:
        warehouse.execute("snapshots/rewrite", asdict(new))
    return new


def commit_again(
    warehouse: Warehouse,
    folder: Path,
    members: pl.DataFrame,
    *,
    segment_id: str,
    at: datetime,
) -> Snapshot:
    """A snapshot of MEMBERS that had been removed is valid again, and in its place."""
    content, rows = encode_members(members), members.height
    snapshot = _write(folder, content, segment_id=segment_id, at=at, rows=rows)
    record_snapshots(warehouse, [snapshot], run_id="again")
    return snapshot


def is_sound(snapshot: Snapshot, folder: Path) -> bool:
    """Whether its file is there and is the one that was committed."""
    path = folder / snapshot.file
    return path.is_file() and sha256_of(path) == snapshot.sha256


def encode_members(members: pl.DataFrame) -> bytes:
    """The file of a snapshot: equal bytes for equal MEMBERS, in whatever order."""
    buffer = BytesIO()
    members.sort("user_id").select("user_id", "entered_at").write_parquet(
        buffer, compression="zstd", compression_level=COMPRESSION_LEVEL
    )
    return buffer.getvalue()


def _write(
    folder: Path, content: bytes, *, segment_id: str, at: datetime, rows: int
) -> Snapshot:
    sha256 = hashlib.sha256(content).hexdigest()
    file = f"{segment_id}/{at:%Y-%m-%dT%H-%M-%SZ}-{sha256[:NAME_DIGITS]}.parquet"
    snapshot = Snapshot(segment_id, at, file, rows, sha256)
    # The name says the content: what is there already is the same, unless it broke.
    if not is_sound(snapshot, folder):
        with write_atomically(folder / file) as path:
            path.write_bytes(content)
    return snapshot


def commit_snapshots(
    warehouse: Warehouse, valid: Iterable[Valid], *, run_id: str
) -> None:
    """Each snapshot is the valid one of its tick, also when it is an earlier one.

    Runs inside the caller's transaction. A tick told again replaces its own.
    """
    told = list(valid)
    for one in told:
        if one.is_again:
            params = {"segment_id": one.snapshot.segment_id, "at": one.at}
            warehouse.execute("snapshots/withdraw", params)
    new = [one.snapshot for one in told if one.snapshot.at == one.at]
    record_snapshots(warehouse, new, run_id=run_id)


def record_snapshots(
    warehouse: Warehouse, snapshots: Iterable[Snapshot], *, run_id: str
) -> None:
    """Each snapshot is the valid one of its instant."""
    frame = pl.DataFrame(list(map(asdict, snapshots)), schema=SNAPSHOTS)
    if frame.height:
        with warehouse.lend(valid=frame.with_columns(run_id=pl.lit(run_id))):
            warehouse.execute("snapshots/record")


def snapshots_before(warehouse: Warehouse, at: datetime) -> dict[str, Snapshot]:
    """The snapshot of each segment that was valid just before `at`, by segment."""
    rows = warehouse.rows("snapshots/all_before", {"at": at})
    return {row[0]: Snapshot(*row) for row in rows}


def snapshot_before(
    warehouse: Warehouse, segment_id: str, at: datetime
) -> Snapshot | None:
    """The snapshot that was valid just before `at`, or None."""
    params = {"segment_id": segment_id, "at": at}
    rows = warehouse.rows("snapshots/before", params)
    return Snapshot(*rows[0]) if rows else None


def latest_snapshot(
    warehouse: Warehouse, segment_id: str, *, at: datetime | None = None
) -> Snapshot | None:
    """The snapshot that was valid at `at` (None: the newest), or None."""
    params = {"segment_id": segment_id, "at": at}
    rows = warehouse.rows("snapshots/latest", params)
    return Snapshot(*rows[0]) if rows else None


def write_manifests(warehouse: Warehouse, folder: Path) -> None:
    """Every segment's manifest names its valid files; right ones are not touched.

    A kill between the commit and this is healed by the next call. What it costs does
    not grow with the snapshots of segments that stay as they are.
    """
    for segment_id, digest in warehouse.rows("snapshots/digests"):
        path = folder / segment_id / MANIFEST
        if digest == _digest_in(path):
            continue
        rows = warehouse.rows("snapshots/of_segment", {"segment_id": segment_id})
        snapshots = [Snapshot(*row) for row in rows]
        manifest = manifest_of(segment_id, snapshots, digest=digest)
        with write_atomically(path) as aside:
            aside.write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def manifest_of(
    segment_id: str, snapshots: Iterable[Snapshot], *, digest: str
) -> dict[str, Any]:
    """What the manifest of a segment says of its valid snapshots, oldest first."""
    return {
        "segment_id": segment_id,
        "digest": digest,
        "snapshots": [
            {
                "at": to_text(one.at),
                "file": Path(one.file).name,
                "rows": one.rows,
                "sha256": one.sha256,
            }
            for one in snapshots
        ],
    }


def _digest_in(path: Path) -> str | None:
    """The digest at the beginning of a manifest, None without one."""
    try:
        with path.open(encoding="utf-8") as manifest:
            found = DIGEST.search(manifest.read(BEGINNING))
    except OSError:
        return None
    return found[1] if found else None


def read_snapshots(warehouse: Warehouse) -> list[Snapshot]:
    """Every valid snapshot, by segment, oldest first."""
    return [Snapshot(*row) for row in warehouse.rows("snapshots/all")]


def sweep_snapshots(warehouse: Warehouse, folder: Path) -> int:
    """Parquet files that no row names are gone; returns how many there were.

    They are what killed or repeated ticks left. Safe while the store is held: only its
    holder writes snapshots.
    """
    valid = {one.file for one in read_snapshots(warehouse)}
    orphans = [
        path
        for path in sorted(folder.glob("*/*.parquet"))
        if str(path.relative_to(folder)) not in valid
    ]
    for path in orphans:
        path.unlink()
    return len(orphans)
