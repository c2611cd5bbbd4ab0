"""The segments that are registered, and how each stands: the tick's own table.

Source: segments.md §5. Callers write inside the transaction that also writes the
memberships, so a segment's status never runs ahead of its members.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from headcount.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Registered:
    """One registered segment with its newest version; deleted ones stay, as retired."""

    segment_id: str
    system: str
    file: str
    version: int
    status: str
    status_reason: str | None
    is_classic: bool
    is_orphaned: bool
    members: int | None
    last_evaluated_at: datetime | None
    expired_at: datetime | None
    deleted_at: datetime | None
    fingerprint: str
    definition: str


def read_registered(warehouse: Warehouse) -> dict[str, Registered]:
    """Every segment ever registered, by id."""
    rows = (Registered(*row) for row in warehouse.rows("registry/segments"))
    return {row.segment_id: row for row in rows}


def add_segment(
    warehouse: Warehouse,
    *,
    segment_id: str,
    system: str,
    file: str,
    is_classic: bool,
    now: datetime,
) -> None:
    """The segment is registered as Pending; its id is taken for good."""
    warehouse.execute(
        "registry/add_segment",
        {
            "segment_id": segment_id,
            "system": system,
            "file": file,
            "is_classic": is_classic,
            "now": now,
        },
    )


def add_version(
    warehouse: Warehouse,
    *,
    segment_id: str,
    version: int,
    fingerprint: str,
    definition: str,
    now: datetime,
) -> None:
    """The version is kept; no tick has used it yet."""
    warehouse.execute(
        "registry/add_version",
        {
            "segment_id": segment_id,
            "version": version,
            "fingerprint": fingerprint,
            "definition": definition,
            "now": now,
        },
    )


def reword_version(
    warehouse: Warehouse, *, segment_id: str, version: int, definition: str
) -> None:
    """Name, description and destinations of the version are those of `definition`."""
    warehouse.execute(
        "registry/reword_version",
        {"segment_id": segment_id, "version": version, "definition": definition},
    )


def read_version_at(
    warehouse: Warehouse, segment_id: str, at: datetime
) -> tuple[int, str]:
    """The version that decided at `at`, with its definition as canonical JSON.

    Before any version was used it is the first one.
    """
    params = {"segment_id": segment_id, "at": at}
    ((version, definition),) = warehouse.rows("registry/version_at", params)
    return version, definition


def delete_segment(warehouse: Warehouse, segment_id: str, at: datetime) -> None:
    """The segment is deleted and its id retired; its versions and history stay."""
    warehouse.execute("registry/delete_segment", {"segment_id": segment_id, "at": at})
