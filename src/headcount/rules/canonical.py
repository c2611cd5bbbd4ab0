"""The canonical form of values, as the rules and all above them know it."""

from __future__ import annotations

from headcount.canonical import canonical_json, shortest_decimal

__all__ = ["canonical_json", "shortest_decimal"]
