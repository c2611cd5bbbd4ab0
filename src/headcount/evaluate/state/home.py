"""The state of one system on the disk, and how it is known to be whole.

While a tick changes the files there is no `state.json`; it is written again once the
tick is committed, with the token that the store holds. So whatever happens in between,
the next tick finds no state and counts anew. Files are not flushed at each tick: after
another start of the machine their checksums are read first.

Source: segments.md §6.2.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headcount.evaluate.state.records import BLOCKS, Field
from headcount.evaluate.state.room import Room, place_of, room_of_json
from headcount.evaluate.state.truths import Truth
from headcount.store.files import write_atomically

log = logging.getLogger(__name__)

MANIFEST = "state.json"
FORMAT = 3
ALWAYS_READ = 64 << 20
"""State of up to so many bytes has its checksums read at every tick; larger state in
turns, all of it once in `BLOCKS` ticks."""

SMALLEST = 1024
NUMBERS = ("at_us", "position", "users", "turn")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass
class Kept:
    """One thing that is kept: for whom it holds, its numbers, what is known of it."""

    truth: Truth
    numbers: list[Field]
    facts: dict[str, Any]


@dataclass
class State:
    """The state of one system, as of the instant `at_us` and an ingest position.

    `users` is how many users there were.
    """

    room: Room
    at_us: int
    position: int
    users: int
    turn: int = 0
    kept: dict[str, Kept] = field(default_factory=dict)

    def begin(self) -> None:
        """The state counts no more until `end`; a second call changes nothing."""
        (self.room.folder / MANIFEST).unlink(missing_ok=True)

    def drop(self, name: str) -> None:
        """Nothing is kept under that name."""
        self.kept.pop(name, None)

    def end(self, token: str) -> None:
        """The state counts for the tick that committed `token`."""
        self._drop_those_in(self.room.crumbs(self._numbers()))
        self.room.keep_only(self._truths(), self._numbers())
        manifest = {
            "format": FORMAT,
            "token": token,
            "boot": _boot(),
            "at_us": self.at_us,
            "position": self.position,
            "users": self.users,
            "capacity": self.room.capacity,
            "turn": self.turn + 1,
            "room": self.room.to_json(),
            "kept": {
                name: {
                    "truth": place_of(one.truth),
                    "numbers": [
                        (number.records.path.name, number.offset, number.kind)
                        for number in one.numbers
                    ],
                    "facts": one.facts,
                }
                for name, one in sorted(self.kept.items())
            },
        }
        with write_atomically(self.room.folder / MANIFEST) as aside:
            aside.write_text(json.dumps(manifest), encoding="utf-8")

    def _truths(self) -> list[Truth]:
        return [one.truth for one in self.kept.values()]

    def _numbers(self) -> list[Field]:
        return [number for one in self.kept.values() for number in one.numbers]

    def _drop_those_in(self, records: set[str]) -> None:
        for name, one in [*self.kept.items()]:
            if any(number.records.path.name in records for number in one.numbers):
                self.drop(name)

    def drop_damaged(self, *, is_new_boot: bool) -> None:
        """What is not as it was written is not kept, as far as it is read this time."""
        in_turns = self.room.size_bytes > ALWAYS_READ and not is_new_boot
        block = self.turn % BLOCKS if in_turns else None
        damage = self.room.damaged(self._truths(), block)
        before = [*self.kept]
        self._drop_those_in(damage.records)
        for name, one in [*self.kept.items()]:
            if place_of(one.truth) in damage.truths:
                self.drop(name)
        for name in before:
            if name not in self.kept:
                log.warning("state damaged, counted anew name=%s", name)


def open_state(
    folder: Path, token: str | None, *, users: int, position: int, most_bytes: int
) -> State | None:
    """The state of the tick that committed `token`; None when it has to be made anew.

    None without a warning when there was none, or when it has no room for `users`;
    with one when it is lost, damaged or of another tick.
    """
    if token is None:
        return None
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        state = _read(folder, found, most_bytes)
    except (OSError, ValueError, KeyError) as error:
        log.warning("state lost, everything is counted anew reason=%s", error)
        return None
    if found["token"] != token:
        log.warning("state is of another tick, everything is counted anew")
        return None
    if state.room.capacity < users or state.position > position:
        return None
    state.drop_damaged(is_new_boot=found["boot"] != _boot())
    return state


def new_state(folder: Path, *, users: int, most_bytes: int) -> State:
    """A state in which nothing is kept yet, with `most_bytes` for shared numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.state"):
        path.unlink()
    return State(Room(folder, capacity_for(users), most_bytes), 0, -1, 0)


def capacity_for(users: int) -> int:
    """Room enough for so many users, and for more to come."""
    capacity = SMALLEST
    while capacity < users:
        capacity *= 2
    return capacity


def _read(folder: Path, found: dict[str, Any], most_bytes: int) -> State:
    if found["format"] != FORMAT:
        msg = f"format {found['format']}"
        raise ValueError(msg)
    room = room_of_json(folder, int(found["capacity"]), most_bytes, found["room"])
    at_us, position, users, turn = (int(found[key]) for key in NUMBERS)
    state = State(room, at_us, position, users, turn)
    for name, one in found["kept"].items():
        file, slot = one["truth"]
        truth = room.taken(Truth(room.truths[file], slot))
        numbers = [
            Field(room.records[records], offset, kind)
            for records, offset, kind in one["numbers"]
        ]
        state.kept[name] = Kept(truth, numbers, one["facts"])
    return state


def _boot() -> str:
    """What is the same until the machine starts anew; '' where that is not known."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""
