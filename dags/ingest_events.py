"""Between the ticks: take in what has landed, so that a tick has little to read."""

from __future__ import annotations

from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, task

from headcount.provider.scheduling import COMMON, EVENTS


@dag(
    # Every five minutes, but not on the quarter hours: then evaluate_segments reads.
    schedule=CronTriggerTimetable("5,10,20,25,35,40,50,55 * * * *", timezone="UTC"),
    **COMMON,
)
def ingest_events() -> None:
    """Take in what has landed; red when a file was refused."""

    @task(outlets=[EVENTS])
    def ingest(*, outlet_events: Any) -> dict[str, Any]:
        from headcount.provider import tasks

        report = tasks.ingest()
        outlet_events[EVENTS].extra = tasks.counts(report)
        return report

    @task
    def require_all_good(ingested: dict[str, Any]) -> None:
        from headcount.provider import tasks

        tasks.require_all_good(ingested)

    require_all_good(ingest())


ingest_events()
