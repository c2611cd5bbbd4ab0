"""How a task fails that did what it could.

Imported whenever Airflow parses a DAG file: nothing heavy may be imported here.
"""

from __future__ import annotations

from headcount.errors import StateError


class PartialError(StateError):
    """A run did what it could; holds what failed, one line each."""

    kind = "partial"

    def __init__(self, failures: list[str]) -> None:
        self.failures = failures
        super().__init__("; ".join(failures))


class BehindError(PartialError):
    """A destination could not be reached well; trying again may help."""

    kind = "behind"
