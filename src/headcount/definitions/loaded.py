"""What reading a folder of definitions gives: the sound ones, and the faulty files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

from headcount.definitions.faults import sorted_faults
from headcount.definitions.mistakes import Keys
from headcount.definitions.model import Definition
from headcount.definitions.yaml_reader import Document
from headcount.errors import Fault


@dataclass(frozen=True, slots=True)
class Registry:
    """The segments a store already holds, which keep their ids and places.

    `systems` has the system of each that is registered and not deleted, whether its
    file is still there or not; `retired` the ids of deleted ones.
    """

    systems: Mapping[str, str] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()


EMPTY = Registry()


@dataclass(frozen=True, slots=True)
class LoadedDefinition:
    """A sound definition, the file it stands in, and the line it begins on."""

    definition: Definition
    file: str
    line: int
    document: Document = field(repr=False, compare=False)

    def fault(
        self, keys: Keys, *, found: str, wanted: str, nearest: str | None = None
    ) -> Fault:
        """A fault of this file that shows only beside the others."""
        return self.document.fault(keys, found=found, wanted=wanted, nearest=nearest)


@dataclass(frozen=True, slots=True)
class FaultyFile:
    """A file that gives no definition; `segment_id` is the one it would have."""

    file: str
    segment_id: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A folder of definitions, by file name."""

    definitions: tuple[LoadedDefinition, ...]
    faulty: tuple[FaultyFile, ...] = ()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault, by file, line and path."""
        return sorted_faults(chain.from_iterable(each.faults for each in self.faulty))
