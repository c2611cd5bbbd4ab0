"""What an ingest run found: one entry for each file that has something to tell."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Status = Literal["loaded", "refused", "changed", "duplicate", "growing", "retracted"]


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file of one source.

    rows = accepted + duplicates + conflicts + rejected + skipped. `growing` has no
    ledger row. A loaded file is told of once; what needs somebody (refused, changed,
    growing) as long as it lies there.
    """

    path: str
    source: str
    status: Status
    reason: str | None = None
    rows: int = 0
    accepted: int = 0
    duplicates: int = 0
    conflicts: int = 0
    rejected: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class IngestReport:
    """One run over all sources, files in the order they were looked at."""

    files: tuple[FileReport, ...]

    @property
    def accepted(self) -> int:
        """Rows that are new in the store."""
        return sum(file.accepted for file in self.files)

    @property
    def duplicates(self) -> int:
        """Rows that the store had already."""
        return sum(file.duplicates for file in self.files)

    @property
    def rejected(self) -> int:
        """Bad rows, kept with their reasons."""
        return sum(file.rejected for file in self.files)

    @property
    def refused(self) -> int:
        """Files of which nothing was loaded and that wait for somebody."""
        return sum(file.status in {"refused", "changed"} for file in self.files)

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "files": [asdict(file) for file in self.files],
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "rejected": self.rejected,
            "refused": self.refused,
        }
