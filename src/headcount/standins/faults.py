"""Faults to order: by name for the next requests, or by chance from a seed.

A fault says when the request is applied (never, before the reply is spoiled, later) and
what the client gets to see of it. Seed, rates and order of requests fix every fault.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What happens to one request, instead of being applied and answered."""

    TOO_MANY_SECONDS = "429-seconds"
    """Not applied; 429 with Retry-After in seconds."""
    TOO_MANY_DATE = "429-date"
    """Not applied; 429 with Retry-After as a date."""
    UNAVAILABLE = "503"
    """Not applied; 503 without Retry-After."""
    FAILED_BEFORE = "500-before"
    """Not applied; 500."""
    FAILED_AFTER = "500-after"
    """Applied; 500."""
    PARTIAL = "partial"
    """Applied to the first half of the users; 500."""
    LOST_REQUEST = "lost-request"
    """Not applied; the connection is cut."""
    LOST_REPLY = "lost-reply"
    """Applied; the connection is cut."""
    LATE = "late"
    """The connection is cut; applied some requests later."""
    SLOW = "slow"
    """Applied and answered, after a while."""
    TRUNCATED = "truncated"
    """Applied; the reply is cut in the middle."""
    OVERSIZED = "oversized"
    """Applied; the reply is far too long."""
    HTML = "html"
    """Applied; 200 with a page instead of JSON."""
    GONE = "410"
    """Not applied; 410, as a receiver says that wants nothing more."""
    JOB_FAILED = "job-failed"
    """Taken on as a job that applies nothing; where there are no jobs, no fault."""
    JOB_PARTIAL = "job-partial"
    """Taken on as a job that applies the first half of the users."""
    JOB_STUCK = "job-stuck"
    """Taken on as a job that never ends."""
    JOB_ELSEWHERE = "job-elsewhere"
    """Taken on as a job that is to be asked for at another host."""
    EXPIRED_TOKEN = "expired-token"  # noqa: S105 - a name
    """Every token is forgotten first; then as if there were no fault."""


@dataclass(slots=True)
class FaultPlan:
    """Which fault the next request meets.

    `rates` are chances of each fault, at most 1 together. What was ordered comes first.
    """

    rates: dict[Fault, float] = field(default_factory=dict)
    seed: int = 0
    retry_after_s: int = 1
    slow_s: float = 0.2
    late_by: int = 3  # requests
    ordered: deque[Fault] = field(default_factory=deque)
    ordered_for_tokens: deque[Fault] = field(default_factory=deque)
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - to be repeated

    def next_for_call(self) -> Fault | None:
        """The fault of the next call; each call takes one number from the seed."""
        drawn = self._random.random()
        if self.ordered:
            return self.ordered.popleft()
        for fault, rate in self.rates.items():
            if drawn < rate:
                return fault
            drawn -= rate
        return None

    def next_for_token(self) -> Fault | None:
        """The fault of the next token request; only ordered ones occur."""
        return self.ordered_for_tokens.popleft() if self.ordered_for_tokens else None


MIXED = (
    Fault.TOO_MANY_SECONDS,
    Fault.TOO_MANY_DATE,
    Fault.UNAVAILABLE,
    Fault.FAILED_BEFORE,
    Fault.FAILED_AFTER,
    Fault.PARTIAL,
    Fault.LOST_REQUEST,
    Fault.LOST_REPLY,
    Fault.LATE,
    Fault.EXPIRED_TOKEN,
)
"""What happens in a bad week: the kinds of a rate without a name."""


def parse_rates(text: str) -> dict[Fault, float]:
    """`lost-reply=0.1,429-seconds=0.05` as rates, and `0.3` as one of MIXED together.

    ValueError for anything else, and for rates that are none.
    """
    if text and "=" not in text:
        rates = dict.fromkeys(MIXED, float(text) / len(MIXED))
    else:
        parts = (part.partition("=") for part in text.split(",") if part)
        rates = {Fault(name.strip()): float(rate) for name, _, rate in parts}
    if not all(0 <= rate <= 1 for rate in rates.values()) or sum(rates.values()) > 1:
        msg = "rates are from 0 to 1, also together"
        raise ValueError(msg)
    return rates
