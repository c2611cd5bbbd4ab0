"""Who was erased and must not come back: keyed hashes in a file, never an id.

The file lies beside the store and not in it, so that neither a lost store nor an older
copy of it brings anybody back. Without its key a hash says nothing.

Source: faults.md §2, Erasure; interface.md §3 (`forget`).
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self

from headcount.clock import parse_instant, to_text
from headcount.errors import TombstonesUnreadableError
from headcount.store.files import write_atomically

FILE = "erased.json"
PRIVATE = 0o600
KEY_BYTES = 32
WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|[^\s",;:{}\[\]]+')
"""What may be an id in raw text: a quoted text, or what stands between marks."""


@dataclass(frozen=True, slots=True)
class Tombstones:
    """The erased users of a project, by hash, and since when nothing is left of each.

    None: the erasure is not finished. Nobody was erased where there is no file.
    """

    key: bytes = b""
    finished: Mapping[str, datetime | None] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The tombstones in the store's folder.

        Raises TombstonesUnreadableError, so that nobody comes back by a broken file.
        """
        path = folder / FILE
        if not path.exists():
            return cls()
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
            finished = {
                hashed: parse_instant(at) if at else None
                for hashed, at in held["users"].items()
            }
            return cls(bytes.fromhex(held["key"]), finished)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise TombstonesUnreadableError(path) from error

    def __bool__(self) -> bool:
        """Whether anybody was erased."""
        return bool(self.finished)

    def hash_of(self, user_id: str) -> str:
        """The keyed hash of an id: 32 hex digits."""
        return blake2b(user_id.encode(), key=self.key, digest_size=16).hexdigest()

    def has(self, user_id: str) -> bool:
        """Whether the user was erased."""
        return self.hash_of(user_id) in self.finished

    def among(self, user_ids: Iterable[str]) -> list[str]:
        """Those of the users who were erased."""
        return [one for one in user_ids if self.has(one)] if self else []

    def is_named_in(self, text: str) -> bool:
        """Whether an erased user stands in the text as a word, bare or quoted."""
        return bool(self) and any(map(self.has, set(_words(text))))

    def with_users(self, user_ids: Iterable[str], *, at: datetime | None) -> Self:
        """These, and the users as finished at `at`; with a key, if there was none."""
        keyed = type(self)(self.key or secrets.token_bytes(KEY_BYTES), self.finished)
        added = {keyed.hash_of(one): at for one in user_ids}
        return type(self)(keyed.key, {**self.finished, **added})

    def with_hashes(self, hashes: Iterable[str], *, at: datetime) -> Self:
        """These, and the users of these hashes as finished at `at`."""
        return type(self)(self.key, {**self.finished, **dict.fromkeys(hashes, at)})

    def without(self, user_ids: Iterable[str]) -> Self:
        """These, less the users."""
        taken = set(map(self.hash_of, user_ids)) if self else set()
        left = {one: at for one, at in self.finished.items() if one not in taken}
        return type(self)(self.key, left)

    def write(self, folder: Path) -> None:
        """The file in the store's folder says this; nobody else can read it."""
        users = {one: to_text(at) if at else None for one, at in self.finished.items()}
        held: dict[str, Any] = {"key": self.key.hex(), "users": users}
        with write_atomically(folder / FILE) as path:
            path.touch(PRIVATE)
            path.write_text(json.dumps(held, indent=1), encoding="utf-8")


NOBODY = Tombstones()


def _words(text: str) -> Iterator[str]:
    for match in WORD.finditer(text):
        quoted = match[1]
        if quoted is None:
            yield match[0]
            continue
        yield quoted
        try:
            yield json.loads(match[0])
        except ValueError:
            continue
