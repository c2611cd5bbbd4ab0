"""Each night: sweep what interrupted runs left, compact, keep what is to be kept."""

from __future__ import annotations

from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, task

from headcount.provider.scheduling import BEGINNING, DEFAULTS


@dag(
    # Between two ticks, at an hour when little happens in most time zones we serve.
    schedule=CronTriggerTimetable("7 3 * * *", timezone="UTC"),
    start_date=BEGINNING,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["headcount"],
)
def maintain_warehouse() -> None:
    """Leave a swept and compacted project."""

    @task
    def maintain() -> dict[str, Any]:
        from headcount.provider import tasks

        return tasks.maintain()

    maintain()


maintain_warehouse()
