"""What each condition of a segment does to its size, as it was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from headcount.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class ConditionSize:
    """`users` satisfy the condition; `kept_out` satisfy all others and not this one."""

    rule: str
    users: int
    kept_out: int


def read_measured(warehouse: Warehouse) -> dict[tuple[str, int], datetime]:
    """By segment and version, the newest instant of which its conditions are known."""
    rows = warehouse.rows("conditions/measured")
    return {(segment_id, version): at for segment_id, version, at in rows}


def record_conditions(
    warehouse: Warehouse,
    sizes: Sequence[ConditionSize],
    *,
    segment_id: str,
    version: int,
    at: datetime,
) -> None:
    """The sizes are those of the segment at `at`, in their order, and no others."""
    own = {"segment_id": segment_id, "at": at}
    with warehouse.transaction():
        warehouse.execute("conditions/forget", own)
        for place, size in enumerate(sizes, start=1):
            one = own | {"version": version, "place": place} | asdict(size)
            warehouse.execute("conditions/record", one)
