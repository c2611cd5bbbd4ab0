"""Which destinations do not hold what the newest snapshots say."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Any

import polars as pl

from headcount.definitions.model import Target
from headcount.store.warehouse import Warehouse
from headcount.sync.ledger import RETRY_AFTER

TARGETS = pl.Schema(
    dict.fromkeys(("segment_id", "destination", "remote_id", "name"), pl.String())
)


@dataclass(frozen=True, slots=True)
class Due:
    """A push to be made: of the newest snapshot, or of the segment's deletion."""

    destination: str
    segment_id: str
    system: str
    remote_name: str | None
    _: KW_ONLY
    adopts: str | None = None  # the remote id that the definition names
    is_deletion: bool = False

    def to_json(self) -> dict[str, Any]:
        """What a mapped task needs to make it."""
        return {
            "destination": self.destination,
            "segment_id": self.segment_id,
            "is_deletion": self.is_deletion,
        }


def pushes_due(
    warehouse: Warehouse,
    targets: Mapping[str, Sequence[Target]],
    *,
    names: Mapping[str, str],
    enabled: Collection[str],
    now: datetime,
) -> list[Due]:
    """The pushes that are due, by destination and segment; empty when all are equal.

    `targets` are the destinations of each segment's definition, `names` their names,
    `enabled` the destinations of the project file that may be called. A segment without
    a snapshot is not due; a target taken out of a definition is left as it is, only
    deletion takes it away there.
    """
    tried = {"tried_before": now - RETRY_AFTER}
    updates = _targets(
        warehouse, "sync/due_updates", targets, names, enabled=enabled, params=tried
    )
    known = {"destinations": sorted(enabled)}
    deletions = [
        Due(*row, is_deletion=True)
        for row in warehouse.rows("sync/due_deletions", known)
    ]
    return [*updates, *deletions]


def pushes_known(
    warehouse: Warehouse,
    targets: Mapping[str, Sequence[Target]],
    *,
    names: Mapping[str, str],
    enabled: Collection[str],
) -> list[Due]:
    """As `pushes_due`: those that were begun at least once, due or not."""
    return _targets(warehouse, "sync/known_targets", targets, names, enabled=enabled)


def _targets(
    warehouse: Warehouse,
    query: str,
    targets: Mapping[str, Sequence[Target]],
    names: Mapping[str, str],
    *,
    enabled: Collection[str],
    params: Mapping[str, Any] | None = None,
) -> list[Due]:
    wanted = {
        (segment_id, target.name): target.remote_id
        for segment_id, those in targets.items()
        for target in those
        if target.name in enabled
    }
    rows = [(*key, remote_id, names[key[0]]) for key, remote_id in wanted.items()]
    frame = pl.DataFrame(rows, schema=TARGETS, orient="row")
    with warehouse.lend(wanted_targets=frame):
        return [
            Due(*row, adopts=wanted[row[1], row[0]])
            for row in warehouse.rows(query, params)
        ]
