"""Each quarter of an hour: read what landed, evaluate every segment, publish."""

from __future__ import annotations

from typing import Any

from airflow.sdk import CronDataIntervalTimetable, chain, dag, task

from headcount.provider.scheduling import (
    ANALYTICS,
    COMMON,
    EVENTS,
    MEMBERSHIP,
    late_tick,
    restates,
    tick_of,
)


@dag(
    # A plain cron string gives a point; this gives an interval. Its end is the tick.
    schedule=CronDataIntervalTimetable("*/15 * * * *", timezone="UTC"),
    deadline=late_tick(),
    **COMMON,
)
def evaluate_segments() -> None:
    """Evaluate every segment at the interval's end; red when one of them failed."""

    @task(outlets=[EVENTS])
    def ingest(*, outlet_events: Any) -> dict[str, Any]:
        from headcount.provider import tasks

        report = tasks.ingest()
        outlet_events[EVENTS].extra = tasks.counts(report)
        return report

    @task(inlets=[EVENTS], outlets=[MEMBERSHIP])
    def evaluate(*, dag_run: Any, outlet_events: Any) -> dict[str, Any]:
        from headcount.provider import tasks

        report = tasks.evaluate(tick_of(dag_run), restate=restates(dag_run))
        outlet_events[MEMBERSHIP].extra = tasks.counts(report)
        return report

    @task(inlets=[EVENTS, MEMBERSHIP], outlets=[ANALYTICS])
    def publish() -> None:
        """Beside the pushes: they do not wait for what new conditions hold out."""
        from headcount.provider import tasks

        tasks.measure_new()
        tasks.publish()

    @task
    def require_all_good(ingested: dict[str, Any], evaluated: dict[str, Any]) -> None:
        """Comes last: a segment that failed holds nothing else up."""
        from headcount.provider import tasks

        tasks.require_all_good(ingested, evaluated)

    ingested, evaluated = ingest(), evaluate()
    chain(ingested, evaluated, publish(), require_all_good(ingested, evaluated))


evaluate_segments()
