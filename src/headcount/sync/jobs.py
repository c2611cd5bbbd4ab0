"""Waits for what a destination goes on working at after it has answered.

While a job runs nothing else is said of its segment: the job could overtake it. So a
push begins with the jobs that earlier ones left, and ends when one takes too long.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from headcount.destinations.base import Destination, Job
from headcount.destinations.errors import (
    JobFailedError,
    JobLostError,
    JobRunningError,
    MisconfiguredError,
)
from headcount.sync.courier import Courier
from headcount.sync.ledger import Entry, Ledger

FIRST_S, LONGEST_S = 2.0, 30.0  # between two looks, vendors.md §4
DEADLINE = timedelta(hours=1)
UNSEEN_S = 120.0
LOOK = Entry("", "look", [])  # nothing of the ledger's

log = logging.getLogger(__name__)


class Jobs:
    """The jobs of one destination and segment; each is in the ledger before a look."""

    def __init__(
        self, destination: Destination, *, ledger: Ledger, courier: Courier
    ) -> None:
        self._destination = destination
        self._ledger = ledger
        self._courier = courier

    def follow(self, entry: Entry, job: Job) -> None:
        """The new job of `entry` is done.

        Raises JobRunningError when this push has no more time for it, JobFailedError
        when it ended otherwise: the users of the entry are unknown then.
        """
        self._ledger.note_job(entry, job)
        self._wait_for(entry, job)

    def finish_old(self) -> None:
        """No job of an earlier push runs any more; what was done by them is held.

        One that does not end within DEADLINE, or ends otherwise, leaves its users as
        unknown as they were.
        """
        for entry, job, since in self._ledger.read_jobs():
            if self._is_over(since):
                self._ledger.note_job(entry, None)
                continue
            try:
                self._wait_for(entry, job)
            except (JobFailedError, JobLostError):
                continue
            self._ledger.confirm(entry, at=self._courier.at)
        if self._destination.abilities.lists_jobs and self._ledger.is_in_doubt():
            self.finish_unseen()

    def finish_unseen(self) -> None:
        """What runs there without our knowing has ended, as far as it is listed.

        A reply that was lost may have named a job: it could overtake what is said next.
        One that takes longer than UNSEEN_S is not waited for, it may be anybody's.
        """
        if not self._destination.abilities.lists_jobs:
            return
        try:
            listed = self._courier.carry(LOOK, self._destination.unfinished_jobs)
        except MisconfiguredError:
            log.warning("jobs are not listed destination=%s", self._destination.name)
            return
        for job in listed:
            with suppress(JobFailedError, JobLostError):
                self._wait_a_while_for(job)

    def _wait_a_while_for(self, job: Job) -> None:
        look, waited_s, wait_s = partial(self._destination.is_done, job), 0.0, FIRST_S
        while not self._courier.carry(LOOK, look):
            if waited_s + wait_s > UNSEEN_S or not self._courier.pause(wait_s):
                log.warning("still runs destination=%s", self._destination.name)
                return
            waited_s, wait_s = waited_s + wait_s, min(2 * wait_s, LONGEST_S)

    def _wait_for(self, entry: Entry, job: Job) -> None:
        look, wait_s = partial(self._destination.is_done, job), FIRST_S
        try:
            while not self._courier.carry(entry, look, is_in_doubt=True):
                if not self._courier.pause(wait_s):
                    error = JobRunningError(self._destination.name, job=job)
                    self._ledger.doubt(detail=error.fault, at=self._courier.at)
                    raise error
                wait_s = min(2 * wait_s, LONGEST_S)
        except (JobFailedError, JobLostError):
            self._ledger.note_job(entry, None)
            raise

    def _is_over(self, since: datetime) -> bool:
        return self._courier.at - since > DEADLINE
