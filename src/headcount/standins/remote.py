"""The segments a vendor holds: the truth that tests compare a ledger with."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class RemoteSegment:
    """A segment as the vendor has it."""

    remote_id: str
    account: str
    external_id: str | None
    name: str
    user_ids: set[str] = field(default_factory=set)

    def to_json(self) -> dict[str, Any]:
        """The fields by name, members sorted."""
        return {
            "remote_id": self.remote_id,
            "account": self.account,
            "external_id": self.external_id,
            "name": self.name,
            "user_ids": sorted(self.user_ids),
        }


class RemoteSegments:
    """All segments of a vendor.

    With a `state_file` every change is on disk, so that a stand-in that is started
    again goes on where it was.
    """

    def __init__(self, *, state_file: Path | None, seed: int) -> None:
        self._state_file = state_file
        self._seed = seed
        self._created = 0
        self._segments: dict[tuple[str, str], RemoteSegment] = {}
        if state_file is not None and state_file.exists():
            self._load(json.loads(state_file.read_text(encoding="utf-8")))

    def of(self, account: str) -> list[RemoteSegment]:
        """The segments of an account, oldest first."""
        return [s for s in self._segments.values() if s.account == account]

    def one(self, account: str, remote_id: str) -> RemoteSegment | None:
        """The segment of this id, None when the account has none."""
        return self._segments.get((account, remote_id))

    def create(
        self,
        account: str,
        external_id: str | None,
        name: str,
        user_ids: Iterable[str],
        *,
        remote_id: str | None = None,
    ) -> RemoteSegment:
        """A new segment; its id follows from the seed and how many there were."""
        self._created += 1
        key = f"{self._seed}/{account}/{self._created}"
        remote_id = remote_id or str(uuid.uuid5(uuid.NAMESPACE_URL, key))
        segment = RemoteSegment(remote_id, account, external_id, name, set(user_ids))
        self._segments[account, remote_id] = segment
        self.save()
        return segment

    def delete(self, segment: RemoteSegment) -> None:
        """The segment is not there any more."""
        del self._segments[segment.account, segment.remote_id]
        self.save()

    def clear(self) -> None:
        """There are no segments, and there never were."""
        self._segments.clear()
        self._created = 0
        self.save()

    def save(self) -> None:
        """The state file says what is true now; a kill leaves the one before."""
        if self._state_file is None:
            return
        aside = self._state_file.with_name(self._state_file.name + ".new")
        aside.write_text(json.dumps(self.to_json()), encoding="utf-8")
        aside.replace(self._state_file)

    def to_json(self) -> dict[str, Any]:
        """All segments with all members."""
        segments = [segment.to_json() for segment in self._segments.values()]
        return {"created": self._created, "segments": segments}

    def _load(self, state: dict[str, Any]) -> None:
        self._created = state["created"]
        for fields in state["segments"]:
            segment = RemoteSegment(**{**fields, "user_ids": set(fields["user_ids"])})
            self._segments[segment.account, segment.remote_id] = segment
