"""Each night: sweep what interrupted runs left, compact, keep what is to be kept."""

from __future__ import annotations

from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, task

from headcount.provider.scheduling import COMMON


@dag(
    # Between two ticks, at an hour when little happens in most time zones we serve.
    schedule=CronTriggerTimetable("7 3 * * *", timezone="UTC"),
    **COMMON,
)
def maintain_warehouse() -> None:
    """Leave a swept and compacted project."""

    @task
    def maintain() -> dict[str, Any]:
        from headcount.provider import tasks

        return tasks.maintain()

    @task
    def reconcile() -> dict[str, Any]:
        """Red when a destination held other than it should; then it was made right."""
        from headcount.provider import tasks

        return tasks.reconcile()

    maintain() >> reconcile()


maintain_warehouse()
