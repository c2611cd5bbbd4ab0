"""The pushes that wait for a person, and what a person lets go."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from headcount import clock
from headcount.errors import HeldError
from headcount.store.warehouse import Warehouse
from headcount.sync.guard import hold_in_words
from headcount.sync.plan import Hold

APPROVED = "approved; the next push sends it"


class HoldMovedOnError(HeldError):
    """What waits is not what the person has seen; it goes on waiting."""

    kind = "hold_moved_on"

    def __init__(self, waiting: Waiting, *, seen_at: datetime) -> None:
        self.destination = waiting.destination
        self.segment_id = waiting.segment_id
        self.snapshot_at = waiting.snapshot_at
        self.seen_at = seen_at
        super().__init__(
            f"{waiting.destination} {waiting.segment_id}: what waits is the membership "
            f"of {clock.to_text(waiting.snapshot_at)}, not that of "
            f"{clock.to_text(seen_at)}. `headcount status` shows it; nothing was let go"
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A held push; `snapshot_at` is the membership whose difference waits."""

    destination: str
    segment_id: str
    snapshot_at: datetime
    hold: Hold
    held_at: datetime

    def to_json(self) -> dict[str, Any]:
        """The fields by name, those of the hold among them."""
        return {
            "destination": self.destination,
            "segment_id": self.segment_id,
            "snapshot_at": self.snapshot_at,
            "held_at": self.held_at,
            **asdict(self.hold),
        }

    def in_words(self) -> str:
        """Why it waits, and what it would do."""
        return f"{'; '.join(self.hold.reasons)}. {hold_in_words(self.hold)}"


def read_waiting(warehouse: Warehouse) -> list[Waiting]:
    """The pushes that wait, by destination and segment."""
    return [
        Waiting(destination, segment_id, at, Hold(tuple(reasons), *figures), held_at)
        for destination, segment_id, at, held_at, reasons, *figures in warehouse.rows(
            "sync/read_holds"
        )
    ]


def approve(warehouse: Warehouse, waiting: Waiting, *, at: datetime) -> None:
    """The difference that waits may be sent, and nothing beyond it."""
    key = {"destination": waiting.destination, "segment_id": waiting.segment_id}
    warehouse.execute("sync/approve_hold", {**key, "at": at})
    warehouse.execute("sync/release_sync", {**key, "reason": APPROVED})


def read_approved_at(
    warehouse: Warehouse, destination: str, segment_id: str
) -> datetime | None:
    """The snapshot whose difference was let go and is not there yet; None without."""
    key = {"destination": destination, "segment_id": segment_id}
    rows = warehouse.rows("sync/read_approved", key)
    return rows[0][0] if rows else None


def count_new_rows(warehouse: Warehouse, system: str, at: datetime) -> int | None:
    """Rows that came in after the tick before `at`, until the newest.

    None when either is not known: the first tick has none before it, and a list that
    was imported has no tick.
    """
    params = {"system": system, "at": at}
    rows = warehouse.rows("sync/count_new_rows", params)
    return int(rows[0][0]) if rows else None
