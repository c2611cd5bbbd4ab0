"""Where each truth and number is kept: the files of a state, and what is free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from headcount.evaluate.state.records import (
    BLOCKS,
    Field,
    Records,
    size_of,
    width_of,
)
from headcount.evaluate.state.truths import SLOTS, Truth, Truths

MANY_FILES = 16
"""More files of records than this are given up for one."""

MOSTLY = 4
"""So is one of which less than one part in so many is in use."""


@dataclass
class Room:
    """The files in `folder`, by name; each has room for `capacity` users.

    Numbers that are shared take `most_bytes` in all. What was given away is not given
    again before the room is opened anew.
    """

    folder: Path
    capacity: int
    most_bytes: int
    records: dict[str, Records] = field(default_factory=dict)
    truths: dict[str, Truths] = field(default_factory=dict)
    _taken: set[tuple[str, int]] = field(default_factory=set)

    @property
    def size_bytes(self) -> int:
        """The bytes of everything that is in use."""
        truths = len(self._taken) * self.capacity // 8
        return truths + sum(one.size_bytes for one in self.records.values())

    # ── given away ────────────────────────────────────────────────────────────

    def expect(self, several: Iterable[Sequence[str]]) -> None:
        """Numbers of these kinds will be asked for: one file is for all that fit."""
        kinds: list[str] = []
        size = 0
        for one in several:
            more = size_of(one)
            if self._fits(size + more):
                kinds += one
                size += more
        if kinds:
            self._add_records(kinds, is_shared=True)

    def has_room(self, kinds: Sequence[str]) -> bool:
        """Whether numbers of these kinds may be asked for."""
        return self._fits(size_of(kinds)) or any(
            one.has_room(kinds) for one in self.records.values() if one.is_shared
        )

    def _fits(self, size: int) -> bool:
        """Whether another file, of so many bytes a user, is within bounds."""
        taken = sum(one.size_bytes for one in self.records.values() if one.is_shared)
        return taken + self.capacity * width_of(size) <= self.most_bytes

    def truth(self) -> Truth:
        """A truth that nobody has."""
        for truths in self.truths.values():
            for slot in range(SLOTS):
                if (truths.path.name, slot) not in self._taken:
                    return self.taken(Truth(truths, slot))
        path = self._new_path("truths", self.truths)
        self.truths[path.name] = Truths.new(path, self.capacity)
        return self.truth()

    def numbers(self, kinds: Sequence[str], *, alone: bool = False) -> list[Field]:
        """A number of each of NumPy's `kinds` that nobody has, all of them 0.

        Those that stand `alone` are quick to read of everybody.
        """
        for records in self.records.values():
            if records.is_shared and not alone:
                fields = records.fields(kinds)
                if fields is not None:
                    return fields
        if not kinds:
            return []
        return self._add_records(kinds, is_shared=not alone).fields(kinds) or []

    def taken(self, truth: Truth) -> Truth:
        """The truth, which somebody has."""
        self._taken.add(place_of(truth))
        return truth

    def _add_records(self, kinds: Sequence[str], *, is_shared: bool) -> Records:
        path = self._new_path("records", self.records)
        width = width_of(size_of(kinds))
        made = Records.new(path, self.capacity, width, is_shared=is_shared)
        self.records[path.name] = made
        return made

    def _new_path(self, word: str, names: Iterable[str]) -> Path:
        last = max((int(name.split("-")[1].split(".")[0]) for name in names), default=0)
        return self.folder / f"{word}-{last + 1}.state"

    # ── on the disk ───────────────────────────────────────────────────────────

    def to_json(self) -> dict[str, Any]:
        """What `room_of_json` reads again."""
        return {
            "records": {
                name: {
                    "width": one.width,
                    "is_shared": one.is_shared,
                    "sums": one.sums.tolist(),
                    "front": one.front,
                    "back": one.back,
                }
                for name, one in self.records.items()
            },
            "truths": {name: one.sums.tolist() for name, one in self.truths.items()},
        }

    def keep_only(self, truths: Iterable[Truth], numbers: Iterable[Field]) -> None:
        """Files of which nothing else is used are gone."""
        named = {one.truths.path.name for one in truths}
        self.truths = {name: self.truths[name] for name in self.truths if name in named}
        named = {one.records.path.name for one in numbers}
        self.records = {
            name: self.records[name] for name in self.records if name in named
        }
        for path in self.folder.glob("*.state"):
            if path.name not in self.records and path.name not in self.truths:
                path.unlink()

    def crumbs(self, numbers: Iterable[Field]) -> set[str]:
        """The files that are better given up, when only these numbers are in use."""
        live = Counter[str]()
        for number in numbers:
            if number.records.is_shared:
                live[number.records.path.name] += number.size
        found = {
            name
            for name, used in live.items()
            if used * MOSTLY < self.records[name].used
        }
        if len(live) > MANY_FILES:
            found |= live.keys() - {max(live, key=lambda name: live[name])}
        return found

    # ── damage ────────────────────────────────────────────────────────────────

    def damaged(self, truths: Iterable[Truth], block: int | None) -> Damage:
        """What is not as it was written, of everything or of one block in `BLOCKS`."""
        blocks = range(BLOCKS) if block is None else [block]
        return Damage(
            {
                name
                for name, one in self.records.items()
                if not all(map(one.are_whole, blocks))
            },
            {
                place_of(one)
                for one in truths
                if (block is None or one.slot % BLOCKS == block)
                and not one.truths.are_whole(one.slot)
            },
        )


@dataclass(frozen=True)
class Damage:
    """Names of files of records, and places of truths."""

    records: set[str]
    truths: set[tuple[str, int]]


def place_of(truth: Truth) -> tuple[str, int]:
    """Where the truth is kept: the name of the file, and the slot."""
    return truth.truths.path.name, truth.slot


def room_of_json(
    folder: Path, capacity: int, most_bytes: int, found: dict[str, Any]
) -> Room:
    """The room that was written; ValueError or OSError when a file is not whole."""
    room = Room(folder, capacity, most_bytes)
    for name, one in found["records"].items():
        facts = one | {"sums": np.array(one["sums"], dtype=np.uint64)}
        room.records[name] = Records(folder / name, capacity, **facts)
    for name, sums in found["truths"].items():
        room.truths[name] = Truths(
            folder / name, capacity, np.array(sums, dtype=np.uint64)
        )
    files: list[Records | Truths] = [*room.records.values(), *room.truths.values()]
    for file in files:
        if file.path.stat().st_size != file.size_bytes:
            raise ValueError(file.path.name)
    return room
