"""After each evaluation: tell every destination who entered and who left."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task, teardown

from headcount.provider.scheduling import COMMON, MEMBERSHIP, PUSHES


@dag(
    # Evaluations that end during a run are answered by one more run, not by one each:
    # pushed is the difference between the newest membership and what was sent.
    schedule=[MEMBERSHIP],
    **COMMON,
)
def push_memberships() -> None:
    """One task a destination and segment with changes; red when one of them failed.

    One that waits for a person is skipped, and its log says what it waits with.
    """

    @task(inlets=[MEMBERSHIP])
    def due() -> list[dict[str, Any]]:
        from headcount.provider import tasks

        return tasks.pushes_due()

    @task(
        outlets=[PUSHES],
        pool="default_pool",  # it waits for the vendor; the store it opens for moments
        max_active_tis_per_dagrun=4,
        map_index_template="{{ task.op_kwargs['destination'] }}"
        " {{ task.op_kwargs['segment_ids'][:3] | join(' ') }}",
    )
    def push(
        destination: str, segment_ids: list[str], *, outlet_events: Any
    ) -> dict[str, Any]:
        from headcount.provider import tasks

        report = tasks.push(destination, segment_ids)
        counts = {"destination": destination, **tasks.counts(report)}
        outlet_events[PUSHES].extra = counts
        return report

    @teardown
    @task(pool="default_pool")
    def alert() -> dict[str, Any]:
        """Comes in any case; as a teardown it leaves the run as red as it is."""
        from headcount.provider import tasks

        return tasks.alert()

    @teardown
    def publish() -> None:
        """Comes last in any case, as a teardown too."""
        from headcount.provider import tasks

        tasks.publish()

    push.expand_kwargs(due()) >> alert() >> publish()


push_memberships()
