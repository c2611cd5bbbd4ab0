"""Carries one request to a destination until it is settled. Retry lives here only."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from headcount.destinations.errors import (
    DestinationError,
    DestinationRestingError,
    RateLimitError,
    UnexpectedFaultError,
)
from headcount.sync.ledger import Entry, Ledger
from headcount.sync.retry import Pace, Patience

R = TypeVar("R")

log = logging.getLogger(__name__)


class Courier:
    """The requests of one push, one after the other; `requests` counts them.

    `doubts` counts those that may have been applied although they did not end well.
    """

    def __init__(
        self, ledger: Ledger, *, now: datetime, pace: Pace, patience: Patience
    ) -> None:
        self.requests = 0
        self.doubts = 0
        self._ledger = ledger
        self._pace = pace
        self._patience = patience
        self._began_at = now
        self._began_s = pace.elapsed_s()
        self._failures_in_row = 0

    @property
    def at(self) -> datetime:
        """The present instant, as far as this push has come."""
        return self._began_at + timedelta(seconds=self._spent_s)

    @property
    def _spent_s(self) -> float:
        return self._pace.elapsed_s() - self._began_s

    def carry(
        self, entry: Entry, call: Callable[[], R], *, is_in_doubt: bool = False
    ) -> R:
        """What `call` returns once the destination has taken it.

        Raises the last DestinationError when it is given up. The ledger then says
        refused, or unknown when any of the tries may have been applied, or when the
        entry `is_in_doubt` already.
        """
        tried = 0
        while True:
            tried += 1
            try:
                self._claim(entry)
                return self._attempt(call)
            except DestinationError as error:
                is_in_doubt = is_in_doubt or error.may_be_applied
                self.doubts += error.may_be_applied
                wait_s = self._wait_after(error, tried)
                self._log(entry, error, tried=tried, wait_s=wait_s)
                if wait_s is None:
                    self._give_up(entry, error, is_in_doubt=is_in_doubt)
                    raise
                self._pace.sleep(wait_s)

    def pause(self, wait_s: float) -> bool:
        """Whether so much time has gone by; this push may not have it any more."""
        if not self._has_time_for(wait_s):
            return False
        self._pace.sleep(wait_s)
        return True

    def _claim(self, entry: Entry) -> None:
        """The ledger says sent; a pause that any push was asked for is over."""
        while True:
            at = self.at
            health = self._ledger.claim(entry, at=at)
            self._failures_in_row = health.failures_in_row
            wait_s = health.wait_s(at)
            if wait_s == 0.0:
                return
            is_resting = health.failures_in_row >= self._patience.rest_after
            if is_resting or not self._has_time_for(wait_s):
                raise DestinationRestingError(
                    self._ledger.destination,
                    wait_s=wait_s,
                    failures_in_row=health.failures_in_row,
                )
            # Together is how many would come back: each a little later than asked.
            self._pace.sleep(wait_s + self._pace.fraction() * self._patience.first_s)

    def _attempt(self, call: Callable[[], R]) -> R:
        self.requests += 1
        try:
            return call()
        except DestinationError:
            raise
        except Exception as error:
            log.exception("request met a bug")
            fault = f"a bug of ours: {type(error).__name__}; the log has its trace"
            raise UnexpectedFaultError(self._ledger.destination, fault) from error

    def _wait_after(self, error: DestinationError, tried: int) -> float | None:
        """Seconds until the next try, None to give up; other pushes are told."""
        if not error.retry or isinstance(error, DestinationRestingError):
            return None
        must_rest = self._note(error)
        wait_s = self._patience.wait_s(
            tried, fraction=self._pace.fraction(), asked_s=error.retry_after_s
        )
        is_over = tried >= self._patience.tries or not self._has_time_for(wait_s)
        return None if must_rest or is_over else wait_s

    def _note(self, error: DestinationError) -> bool:
        """Whether the destination is to be left alone now."""
        failures = 0 if isinstance(error, RateLimitError) else 1
        must_rest = self._failures_in_row + failures >= self._patience.rest_after
        pause_s = self._patience.rest_s if must_rest else error.retry_after_s
        paused_until = self.at + timedelta(seconds=pause_s) if pause_s else None
        self._ledger.note_trouble(failures=failures, paused_until=paused_until)
        return must_rest

    def _has_time_for(self, wait_s: float) -> bool:
        return self._spent_s + wait_s <= self._patience.budget_s

    def _give_up(
        self, entry: Entry, error: DestinationError, *, is_in_doubt: bool
    ) -> None:
        if is_in_doubt:
            self._ledger.doubt(detail=error.fault, at=self.at)
        else:
            self._ledger.refuse(entry, detail=error.fault, at=self.at)

    def _log(
        self, entry: Entry, error: DestinationError, *, tried: int, wait_s: float | None
    ) -> None:
        log.warning(
            "request failed destination=%s segment_id=%s action=%s users=%d tried=%d "
            "wait_s=%s fault=%s",
            self._ledger.destination,
            self._ledger.segment.segment_id,
            entry.action,
            len(entry.user_ids),
            tried,
            "none" if wait_s is None else f"{wait_s:.1f}",
            error.fault,
        )
