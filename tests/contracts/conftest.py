from __future__ import annotations

from tests.contracts.vendors import destination, standin, vendor

__all__ = ["destination", "standin", "vendor"]
