"""What the DAGs share: the assets that join them, how they are retried, a run's tick.

Imported whenever Airflow parses a DAG file: nothing heavy may be imported here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from airflow.sdk import Asset, ExceptionRetryPolicy, RetryAction, RetryRule
from airflow.sdk.configuration import conf

from headcount.clock import last_tick

if TYPE_CHECKING:
    from airflow.sdk.types import DagRunProtocol

BEGINNING = datetime(2024, 1, 1, tzinfo=UTC)

EVENTS = Asset(name="headcount_events", uri="headcount://events", group="headcount")
MEMBERSHIP = Asset(
    name="headcount_membership", uri="headcount://membership", group="headcount"
)

# One slot, where it is set: who waits for the store then waits without a worker.
STORE_POOL = conf.get("headcount", "store_pool", fallback="default_pool")

# A busy store is tried again when its holder is done; what a person must mend is not.
RETRIES = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception="headcount.errors.StoreBusyError",
            action=RetryAction.RETRY,
            retry_delay=timedelta(seconds=20),
            reason="another run holds the store",
        ),
        RetryRule(
            exception="headcount.errors.HeadcountError",
            action=RetryAction.FAIL,
            reason="trying again changes nothing",
        ),
    ]
)
DEFAULTS = {
    "execution_timeout": timedelta(hours=1),  # a task that hangs holds up every tick
    "retries": 2,
    "retry_delay": timedelta(minutes=1),
    "retry_policy": RETRIES,
    "pool": STORE_POOL,
}


def tick_of(run: DagRunProtocol) -> datetime:
    """The tick a run stands for: the end of its interval.

    A run that was started by hand without a date has no interval: it stands for the
    last whole quarter hour before it was asked for. Clearing a run repeats its tick.
    """
    instant = run.data_interval_end or run.run_after
    return last_tick(datetime.fromtimestamp(instant.timestamp(), UTC))
