"""Deleting a segment: its stays end, its history stays, its id is retired.

Source: segments.md §5. The caller has removed the definition's file before, so that a
kill in between leaves an orphaned segment that can be deleted again.
"""

from __future__ import annotations

from datetime import datetime

from headcount.errors import UnknownSegmentError
from headcount.store import membership, registry
from headcount.store.warehouse import Warehouse


def delete_segment(warehouse: Warehouse, segment_id: str, *, at: datetime) -> int:
    """The segment is deleted at `at`; returns how many members it had.

    Raises UnknownSegmentError for an id that is not registered, or deleted already.
    Destinations follow with the next push.
    """
    found = registry.read_registered(warehouse).get(segment_id)
    if found is None or found.deleted_at is not None:
        raise UnknownSegmentError(segment_id)
    with warehouse.transaction():
        left = membership.close_all(warehouse, segment_id, at)
        registry.delete_segment(warehouse, segment_id, at)
    return left
