"""Where the folders that travel with the package are: `sql`, `dags` and `data`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

PACKAGE = Path(__file__).parent


def folder(name: Literal["sql", "dags", "data"]) -> Path:
    """The folder as the wheel shipped it, or the repository's own in a checkout."""
    shipped = PACKAGE / "_shipped" / name
    return shipped if shipped.is_dir() else PACKAGE.parents[1] / name
