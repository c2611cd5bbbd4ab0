"""When a failed request is made again: the only place of this package that retries.

Source: faults.md §3.2. Exponential back-off with full jitter, a limit of tries and of
time, and a rest for a destination that fails again and again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from headcount import clock


@dataclass(frozen=True, slots=True)
class Pace:
    """How time goes on and how chance falls; tests bring their own."""

    elapsed_s: Callable[[], float] = clock.elapsed_s
    sleep: Callable[[float], None] = time.sleep
    fraction: Callable[[], float] = random.random  # noqa: S311 - only spreads tries


@dataclass(frozen=True, slots=True)
class Patience:
    """How much trouble one push bears.

    At 30 % faults seven tries leave 2 of 10,000 batches for the next push. `budget_s`
    bounds one push well within a tick. After `rest_after` failures in a row, counted
    over all pushes to a destination, it is left alone for `rest_s`; then one request
    decides whether it goes on.
    """

    tries: int = 7
    first_s: float = 0.5
    longest_s: float = 30.0
    budget_s: float = 600.0
    rest_after: int = 10
    rest_s: float = 300.0

    def wait_s(self, tried: int, *, fraction: float, asked_s: float | None) -> float:
        """Seconds until the next try: what was asked, and a part of the back-off."""
        backoff_s = min(self.longest_s, self.first_s * 2.0 ** (tried - 1))
        return (asked_s or 0.0) + fraction * backoff_s
