"""What the DAGs share: the assets that join them, how they are retried, a run's tick.

Imported whenever Airflow parses a DAG file: nothing heavy may be imported here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import (
    Asset,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
)
from airflow.sdk.configuration import conf
from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from headcount.clock import last_tick
from headcount.errors import HeadcountError, StoreBusyError
from headcount.provider.alerts import Alert
from headcount.provider.errors import BehindError

if TYPE_CHECKING:
    from airflow.sdk.types import DagRunProtocol

BEGINNING = datetime(2024, 1, 1, tzinfo=UTC)


def _asset(name: str) -> Asset:
    return Asset(f"headcount_{name}", uri=f"headcount://{name}", group="headcount")


EVENTS = _asset("events")
MEMBERSHIP = _asset("membership")
PUSHES = _asset("pushes")
EXPORTS = _asset("exports")
ANALYTICS = _asset("analytics")

# One slot, where it is set: who waits for the store then waits without a worker.
STORE_POOL = conf.get("headcount", "store_pool", fallback="default_pool")

# A busy store is tried again when its holder is done, a destination that could not be
# reached before the next tick; what a person must mend is not.
RETRIES = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception=BehindError,
            action=RetryAction.RETRY,
            retry_delay=timedelta(minutes=3),
            reason="the destination could not be reached well",
        ),
        RetryRule(
            exception=StoreBusyError,
            action=RetryAction.RETRY,
            retry_delay=timedelta(seconds=20),
            reason="another run holds the store",
        ),
        RetryRule(
            exception=HeadcountError,
            action=RetryAction.FAIL,
            reason="trying again changes nothing",
        ),
    ]
)
DEFAULTS = {
    "execution_timeout": timedelta(hours=1),  # a task that hangs holds up every tick
    "retries": 2,
    "retry_delay": timedelta(seconds=30),
    "retry_policy": RETRIES,
    "pool": STORE_POOL,
}

# Whom to tell is set in airflow.cfg, section [headcount]; by default nobody.
HAS_ALERTS = bool(conf.get("headcount", "alerts_to", fallback=""))

# What every DAG is declared with.
COMMON: dict[str, Any] = {
    "start_date": BEGINNING,
    "catchup": False,  # one run brings everything up to date, however many were missed
    "max_active_runs": 1,
    "default_args": DEFAULTS,
    "on_failure_callback": Alert("failed") if HAS_ALERTS else None,
    "tags": ["headcount"],
}


def late_tick() -> DeadlineAlert | None:
    """When a tick's run counts as late, and who is told; None when nobody is."""
    if not HAS_ALERTS:
        return None
    minutes = conf.getint("headcount", "late_after_minutes", fallback=10)
    return DeadlineAlert(
        name="tick is late",
        # Not the tick's own instant: a backfill of last month is not late.
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=minutes),
        callback=AsyncCallback(Alert, {"fault": "late"}),
    )


def tick_of(run: DagRunProtocol) -> datetime:
    """The tick a run stands for: the end of its interval.

    A run that was started by hand without a date has no interval: it stands for the
    last whole quarter hour before it was asked for. Clearing a run repeats its tick.
    """
    instant = run.data_interval_end or run.run_after
    return last_tick(datetime.fromtimestamp(instant.timestamp(), UTC))


def restates(run: DagRunProtocol) -> bool:
    """Whether the run was asked, by its configuration, to tell its tick again."""
    return bool((run.conf or {}).get("restate", False))
