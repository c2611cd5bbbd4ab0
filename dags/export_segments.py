"""After each evaluation the subscriptions that are due; by hand any segment at once."""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, dag, task

from headcount.provider.scheduling import COMMON, EXPORTS, MEMBERSHIP


@dag(
    schedule=[MEMBERSHIP],
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
        "as_of": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="As of",
            description="The members at this instant; none: the newest.",
        ),
    },
    **COMMON,
)
def export_segments() -> None:
    """Leave export files of the newest snapshots in the project's exports folder."""

    @task(inlets=[MEMBERSHIP], outlets=[EXPORTS])
    def export(*, params: dict[str, Any], outlet_events: Any) -> dict[str, Any]:
        from headcount.provider import tasks

        one, file_format = params["segment"], params["format"]
        made = (
            tasks.export(one, file_format, at=params["as_of"])
            if one
            else tasks.export_due()
        )
        outlet_events[EXPORTS].extra = tasks.counts(made)
        return made

    export()


export_segments()
