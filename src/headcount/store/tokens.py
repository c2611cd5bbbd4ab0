"""The tick that the evaluation state of a system belongs to.

The state lies in files; the token is committed with the tick, so a state that carries
another one is of a tick that never was.
"""

from __future__ import annotations

from headcount.store.warehouse import Warehouse


def read_token(warehouse: Warehouse, system: str) -> str | None:
    """The token of the state that counts, None when none does."""
    rows = warehouse.rows("evaluate/token", {"system": system})
    return str(rows[0][0]) if rows else None


def record_token(warehouse: Warehouse, system: str, token: str) -> None:
    """The state with this token counts; inside the tick's transaction."""
    params = {"system": system, "token": token}
    warehouse.execute("evaluate/record_token", params)


def forget_tokens(warehouse: Warehouse) -> None:
    """No state counts, of any system: for when rows were taken out of the store."""
    warehouse.execute("evaluate/forget_tokens")
