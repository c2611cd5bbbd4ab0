"""After each evaluation the subscriptions that are due; by hand any segment at once."""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, dag, task

from headcount.provider.scheduling import BEGINNING, DEFAULTS, MEMBERSHIP


@dag(
    schedule=[MEMBERSHIP],
    start_date=BEGINNING,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    params={
        "segment": Param(
            None,
            type=["null", "string"],
            pattern="^[a-z0-9][a-z0-9-]{0,63}$",
            title="Segment",
            description="Its id; none: the subscriptions that are due.",
        ),
        "format": Param(
            "csv", type="string", enum=["csv", "xlsx", "parquet"], title="Format"
        ),
    },
    tags=["headcount"],
)
def export_segments() -> None:
    """Leave export files of the newest snapshots in the project's exports folder."""

    @task(inlets=[MEMBERSHIP])
    def export(*, params: dict[str, Any]) -> dict[str, Any]:
        from headcount.provider import tasks

        if params["segment"]:
            return tasks.export(params["segment"], params["format"])
        return tasks.export_due()

    export()


export_segments()
