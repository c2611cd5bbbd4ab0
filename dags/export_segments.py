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
            description="The id of the segment whose members are wanted.",
        ),
        "attributes": Param(
            [],
            type="array",
            items={"type": "string"},
            title="Attributes",
            description="One a line: each is a column beside the segment's members.",
        ),
        "table": Param(
            False,  # noqa: FBT003 - the form's answer, not a flag of this function
            type="boolean",
            title="Table of segments",
            description="A file of all segments, with their sizes and rules.",
        ),
        "format": Param(
            "csv", type="string", enum=["csv", "xlsx", "parquet"], title="Format"
        ),
        "as_of": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="As of",
            description="As it was at this instant; none: the newest.",
        ),
    },
    **COMMON,
)
def export_segments() -> None:
    """Leave the files that the form asks for, else those of due subscriptions."""

    @task(inlets=[MEMBERSHIP], outlets=[EXPORTS])
    def export(*, params: dict[str, Any], outlet_events: Any) -> dict[str, Any]:
        from headcount.provider import tasks

        made = tasks.export(**params)
        outlet_events[EXPORTS].extra = tasks.counts(made)
        return made

    export()


export_segments()
