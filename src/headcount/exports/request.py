"""What an export is asked for: one table, at one instant, in one format."""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from headcount.canonical import canonical_json
from headcount.clock import to_text
from headcount.exports.table import Table
from headcount.store.warehouse import Warehouse

Format = Literal["csv", "xlsx", "parquet"]
Info = Sequence[tuple[str, str | int | datetime]]

LAYOUT = 2
"""Counted up when equal requests should give other files than before."""

ID_DIGITS = 24
NAME_DIGITS = 8
NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(ABC):
    """One table at the instant `at`; those that one file answers have one id.

    `segment_id` names the segment whose members these are, if they are members;
    `attributes` have a column each.
    """

    at: datetime
    format: Format
    segment_id: str | None = None
    attributes: tuple[str, ...] = ()

    @property
    @abstractmethod
    def subject(self) -> str:
        """What the file is named after."""

    @property
    @abstractmethod
    def content(self) -> Mapping[str, Any]:
        """All that decides what stands in the file, as plain JSON."""

    @property
    @abstractmethod
    def info(self) -> Info:
        """What the sheet Info says."""

    @abstractmethod
    def gather(self, warehouse: Warehouse, target: Path) -> None:
        """`target` holds the rows as Parquet: all that an export asks of the store."""

    @abstractmethod
    def table(self, gathered: Path) -> Table:
        """The table over what was gathered."""

    @property
    def fingerprint(self) -> str:
        """Equal for requests that one file answers."""
        shared = {"layout": LAYOUT, "format": self.format, "at": to_text(self.at)}
        content = canonical_json({**self.content, **shared})
        return hashlib.sha256(content.encode()).hexdigest()

    @property
    def export_id(self) -> str:
        """The opaque id by which the file is asked for."""
        return self.fingerprint[:ID_DIGITS]

    @property
    def file(self) -> str:
        """The name of the file: lower case letters, digits, dashes, one dot."""
        subject = NOT_IN_NAMES.sub("-", self.subject.casefold()).strip("-")[:64]
        mark = self.export_id[:NAME_DIGITS]
        return f"{subject}-{self.at:%Y-%m-%dT%H-%M-%SZ}-{mark}.{self.format}"
