"""SQL by name: each statement is a file of `sql/`, nothing is built from strings."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from headcount.resources import folder


@cache
def read_sql(name: str) -> str:
    """The text of `sql/<name>.sql`, such as `ingest/append_events`."""
    return (folder("sql") / f"{name}.sql").read_text(encoding="utf-8")


def statements(folder_name: str) -> list[str]:
    """The names of the statements in one folder of `sql/`, in order."""
    return sorted(path.stem for path in (folder("sql") / folder_name).glob("*.sql"))


def migrations() -> tuple[tuple[int, Path], ...]:
    """The numbered files of `sql/schema`, in order."""
    files = sorted((folder("sql") / "schema").glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return tuple((int(file.name[:4]), file) for file in files)
