"""The logical content of a store, as text that is equal for equal content.

Codes, the order of rows and what DuckDB makes of the file mean nothing. Source:
faults.md §7, logical digest.
"""

from __future__ import annotations

from headcount.store.warehouse import Warehouse


def read_digests(warehouse: Warehouse) -> dict[str, str]:
    """By table, how many rows it has and a digest of them all."""
    rows = warehouse.rows("digest/tables")
    return {name: f"{count} rows, {digest or 0}" for name, count, digest in rows}
