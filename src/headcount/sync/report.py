"""What pushes did, as values and as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Status = Literal[
    "synced", "notified", "deleted", "held", "behind", "failed", "superseded"
]


@dataclass(frozen=True, slots=True)
class PushResult:
    """How one destination and segment stand after a push.

    synced, deleted   the remote is what it should be; `requests` 0: it was already
    notified          everybody who was to be told was; `added` counts them
    held              a guard keeps it back until a person approves; nothing was sent
    behind            the destination could not be reached well; the next push goes on
    failed            a person must act; `reason` says how
    superseded        a newer push of the same segment took over, this one wrote nothing

    `added` and `removed` count users of requests that were confirmed.
    """

    destination: str
    segment_id: str
    status: Status
    added: int = 0
    removed: int = 0
    rejected: int = 0
    requests: int = 0
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class PushReport:
    """All pushes of one call."""

    results: tuple[PushResult, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether no push is behind or failed."""
        return not any(r.status in {"behind", "failed"} for r in self.results)

    @property
    def is_held(self) -> bool:
        """Whether a push waits for a person."""
        return any(result.status == "held" for result in self.results)

    def to_json(self) -> dict[str, Any]:
        """`pushes`, one object each, and their sums."""
        return {
            "pushes": [result.to_json() for result in self.results],
            "added": sum(result.added for result in self.results),
            "removed": sum(result.removed for result in self.results),
            "rejected": sum(result.rejected for result in self.results),
            "requests": sum(result.requests for result in self.results),
        }
