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
    wanted = {
        (segment_id, target.name): target.remote_id
        for segment_id, names in targets.items()
        for target in names
        if target.name in enabled
    }
    rows = [(*key, remote_id, names[key[0]]) for key, remote_id in wanted.items()]
    frame = pl.DataFrame(rows, schema=TARGETS, orient="row")
    with warehouse.lend(wanted_targets=frame):
        updates = [
            Due(*row, adopts=wanted[row[1], row[0]])
            for row in warehouse.rows(
                "sync/due_updates", {"tried_before": now - RETRY_AFTER}
            )
        ]
    known = {"destinations": sorted(enabled)}
    deletions = [
        Due(*row, is_deletion=True)
        for row in warehouse.rows("sync/due_deletions", known)
    ]
    return [*updates, *deletions]
