"""What a reference sees outside a tick: the finished memberships in the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import polars as pl

from headcount.evaluate.full import MissingReferenceError
from headcount.store import membership
from headcount.store.registry import Registered
from headcount.store.warehouse import Warehouse


def stored_members(
    warehouse: Warehouse, registered: Mapping[str, Registered], at: datetime
) -> Callable[[str], pl.Series]:
    """Answers a segment id with the user codes of its membership at `at`.

    The answer raises MissingReferenceError for a segment that was deleted by then or
    was never evaluated with success.
    """

    def members_of(segment_id: str) -> pl.Series:
        found = registered.get(segment_id)
        if found is None or found.members is None or _is_deleted(found, at):
            raise MissingReferenceError(segment_id)
        return membership.read_codes(warehouse, segment_id, at)

    return members_of


def _is_deleted(found: Registered, at: datetime) -> bool:
    return found.deleted_at is not None and found.deleted_at <= at
