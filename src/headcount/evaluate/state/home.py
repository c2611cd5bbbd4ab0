"""The state of one system on the disk, and how it is known to be whole.

While a tick changes the arrays there is no `state.json`; it is written again once the
tick is committed, with the token that the store holds. So whatever happens in between,
the next tick finds no state and counts anew. Arrays are not flushed at each tick:
after another start of the machine their checksums are read first.

Source: segments.md §6.2.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headcount.evaluate.state.arrays import UserArrays, capacity_for
from headcount.store.files import write_atomically

log = logging.getLogger(__name__)

MANIFEST = "state.json"
FORMAT = 1
ALWAYS_READ = 64 << 20
"""State of up to so many bytes has its checksums read at every tick."""

EVERY = 96
"""Larger state is read in turns: all of it once in so many ticks."""

NUMBERS = ("at_us", "position", "users", "capacity", "turn")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass
class Kept:
    """One thing that is kept, by its name: its arrays and what is known of them."""

    arrays: UserArrays
    facts: dict[str, Any]
    checksum: int


@dataclass
class State:
    """The state of one system, as of the instant `at_us` and an ingest position.

    `users` is how many users there were; every array has room for `capacity`.
    """

    folder: Path
    at_us: int
    position: int
    users: int
    capacity: int
    kept: dict[str, Kept] = field(default_factory=dict)
    turn: int = 0

    def begin(self) -> None:
        """The state counts no more until `end`; a second call changes nothing."""
        (self.folder / MANIFEST).unlink(missing_ok=True)

    def end(self, token: str) -> None:
        """The state counts for the tick that committed `token`."""
        manifest = {
            "format": FORMAT,
            "token": token,
            "boot": _boot(),
            "at_us": self.at_us,
            "position": self.position,
            "users": self.users,
            "capacity": self.capacity,
            "turn": self.turn + 1,
            "kept": {
                name: {
                    "kinds": one.arrays.kinds,
                    "facts": one.facts,
                    "checksum": one.checksum % 2**64,
                }
                for name, one in sorted(self.kept.items())
            },
        }
        with write_atomically(self.folder / MANIFEST) as aside:
            aside.write_text(json.dumps(manifest), encoding="utf-8")
        self._sweep()

    def keep(self, name: str, kinds: list[str], facts: dict[str, Any]) -> Kept:
        """Empty arrays of that name, in place of those that were there."""
        path = self._path(name)
        path.unlink(missing_ok=True)
        arrays = UserArrays(path, kinds, self.capacity)
        self.kept[name] = Kept(arrays, facts, 0)
        return self.kept[name]

    def drop(self, name: str) -> None:
        """Nothing is kept under that name."""
        self.kept.pop(name, None)

    def _path(self, name: str) -> Path:
        return self.folder / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.state"

    def _sweep(self) -> None:
        valid = {one.arrays.path for one in self.kept.values()}
        for path in self.folder.glob("*.state"):
            if path not in valid:
                path.unlink()


def open_state(
    folder: Path, token: str | None, *, users: int, position: int
) -> State | None:
    """The state of the tick that committed `token`; None when it has to be made anew.

    None without a warning when there was none, or when its arrays have no room for
    `users`; with one when it is lost, damaged or of another tick.
    """
    if token is None:
        return None
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        state = _read(folder, found)
    except (OSError, ValueError, KeyError) as error:
        log.warning("state lost, everything is counted anew reason=%s", error)
        return None
    if found["token"] != token:
        log.warning("state is of another tick, everything is counted anew")
        return None
    if state.capacity < users or state.position > position:
        return None
    damaged = _damaged(state, is_new_boot=found["boot"] != _boot())
    for name in damaged:
        log.warning("state damaged, counted anew name=%s", name)
        state.drop(name)
    return state


def new_state(folder: Path, *, users: int) -> State:
    """A state in which nothing is kept yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.state"):
        path.unlink()
    return State(folder, 0, -1, 0, capacity_for(users))


def _read(folder: Path, found: dict[str, Any]) -> State:
    if found["format"] != FORMAT:
        raise ValueError(found["format"])
    at_us, position, users, capacity, turn = (int(found[key]) for key in NUMBERS)
    state = State(folder, at_us, position, users, capacity, turn=turn)
    for name, one in found["kept"].items():
        path = state._path(name)  # noqa: SLF001 - this module's own
        size = sum(UserArrays.width(kind) for kind in one["kinds"]) * state.capacity
        if path.stat().st_size != size:
            raise ValueError(path.name)
        arrays = UserArrays(path, one["kinds"], state.capacity)
        state.kept[name] = Kept(arrays, one["facts"], one["checksum"])
    return state


def _damaged(state: State, *, is_new_boot: bool) -> list[str]:
    """What is kept and is not what was written, as far as it is read this time."""
    names = sorted(state.kept)
    total = sum(one.arrays.size_bytes for one in state.kept.values())
    if not is_new_boot and total > ALWAYS_READ:
        names = [
            name for i, name in enumerate(names) if i % EVERY == state.turn % EVERY
        ]
    return [
        name
        for name in names
        if state.kept[name].arrays.checksum() != state.kept[name].checksum
    ]


def _boot() -> str:
    """What is the same until the machine starts anew; '' where that is not known."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""
