"""The pipeline's stages as a task calls them: nothing to hand in, plain data out.

The project is HEADCOUNT_HOME's, secrets come from Airflow's connections, the time from
the clock. Reports go to XCom: counts and names, never rows of users.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowSkipException
from airflow.sdk.log import mask_secret

from headcount import pipeline
from headcount.clock import last_tick, now, parse_instant, to_text
from headcount.evaluate.tick import OlderTickError
from headcount.exports.request import Format
from headcount.project import Project
from headcount.provider.errors import BehindError, PartialError
from headcount.provider.hooks import open_project
from headcount.sync.report import PushReport

Report = dict[str, Any]

COUNTS = ("accepted", "duplicates", "rejected", "refused")
SENT = ("added", "removed", "rejected", "requests")
SIZES = ("members", "entered", "exited")


def ingest() -> Report:
    """What landed is in the store; a file that was refused is named in the report."""
    return pipeline.ingest(open_project(), now=now()).to_json()


def evaluate(at: datetime, *, restate: bool = False) -> Report:
    """Every segment is evaluated at the tick `at`, or Failed with a reason.

    Of a tick before the newest those are told that had none until then, with `restate`
    all again; newer ones stay. It is skipped when nothing is left to tell.
    """
    project = open_project()
    try:
        return pipeline.evaluate(project, at=at, now=now()).to_json()
    except OlderTickError:
        report = pipeline.backfill(
            project, start=at, end=at, now=now(), restate=restate
        )
    if not report.ticks:
        msg = f"every segment was told of {to_text(at)} in its time; a run with the "
        msg += 'configuration {"restate": true} tells it again'
        raise AirflowSkipException(msg)
    return report.ticks[0].to_json()


def measure_new() -> None:
    """It is known what each condition of a new definition does to its segment."""
    pipeline.measure(open_project(), only_new=True)


def publish() -> None:
    """The analysts' database shows what the store holds."""
    pipeline.publish(open_project(), now=now())


def pushes_due() -> list[Report]:
    """What mapped tasks push: a destination, and as few segments as can be, mostly one.

    Airflow maps one task onto no more entries than its `max_map_length`.
    """
    due = pipeline.pushes_due(open_project(), now=now())
    return in_portions(due, most=conf.getint("core", "max_map_length"))


def in_portions(due: Sequence[dict[str, str]], *, most: int) -> list[Report]:
    """The pushes in at most `most` entries, each of one destination, in order."""
    segments: dict[str, list[str]] = {}
    for each in due:
        segments.setdefault(each["destination"], []).append(each["segment_id"])
    longest = max(map(len, segments.values()), default=1)
    for size in range(1, longest + 1):
        portions = [
            {"destination": destination, "segment_ids": segment_ids[start:][:size]}
            for destination, segment_ids in segments.items()
            for start in range(0, len(segment_ids), size)
        ]
        if len(portions) <= most:
            break
    return portions


def push(destination: str, segment_ids: list[str]) -> Report:
    """The destination holds the newest memberships; PartialError says why not.

    BehindError when trying again may help; each request has had its own retries, and
    what stays behind is due again at the next tick. When all that is left waits for a
    person the task is skipped: nothing has failed, and everybody sees it.
    """
    project = open_project()
    reports = [
        pipeline.push(
            project,
            now=now(),
            destination=destination,
            segment_id=segment_id,
            on_secret=mask_secret,
        )
        for segment_id in segment_ids
    ]
    report = PushReport(tuple(chain.from_iterable(one.results for one in reports)))
    _require_pushed(report)
    held = [push.reason for push in report.results if push.status == "held"]
    if held and len(held) == len(report.results):
        raise AirflowSkipException("; ".join(map(str, held)))
    return report.to_json()


def alert() -> Report:
    """Operators were told of what fails or is held; PartialError names who was not."""
    report = pipeline.alert(open_project(), now=now(), on_secret=mask_secret)
    _require_pushed(report)
    return report.to_json()


def _require_pushed(report: PushReport) -> None:
    bad = [push for push in report.results if push.status in {"failed", "behind"}]
    reasons = [f"{push.segment_id}: {push.reason or push.status}" for push in bad]
    if any(push.status == "failed" for push in bad):
        raise PartialError(reasons)
    if bad:
        raise BehindError(reasons)


def export(
    *,
    segment: str | None,
    attributes: Sequence[str],
    table: bool,
    format: Format,  # noqa: A002 - the word of the form
    as_of: str | None,
) -> Report:
    """What a person's form asks for is in the exports folder, as it was at `as_of`.

    The members of a segment, the table of segments or both; of a form that asks for
    neither, the subscriptions that are due.
    """
    project, at = open_project(), parse_instant(as_of) if as_of else None
    made = []
    if segment:
        members = pipeline.export(
            project, segment, format=format, attributes=attributes, at=at, now=now()
        )
        made.append(members)
    if table:
        made.append(pipeline.export_segments(project, format=format, at=at, now=now()))
    if not made:
        return _export_due(project)
    return {"exports": [one.to_json() for one in made]}


def _export_due(project: Project) -> Report:
    """PartialError names the files that could not be made, after the others were."""
    report = pipeline.export_due(project, at=last_tick(now()), now=now())
    if report.failures:
        raise PartialError([f"{f.segment_id}: {f.reason}" for f in report.failures])
    return report.to_json()


def maintain() -> Report:
    """What interrupted runs left is swept, snapshots thinned, the store compacted."""
    report = pipeline.maintain(open_project(), now=now(), on_secret=mask_secret)
    return report.to_json()


def reconcile() -> Report:
    """Destinations were compared, or told a part again; PartialError names drifts."""
    report = pipeline.reconcile_in_turn(
        open_project(), now=now(), on_secret=mask_secret
    )
    failures = [
        f"{one.push.destination} {one.push.segment_id}: {one.drift}"
        for one in report.drifts
    ]
    failures += [
        f"{push.destination} {push.segment_id}: {push.reason}"
        for push in report.pushes.results
        if push.status in {"behind", "failed"}
    ]
    if failures:
        raise PartialError(failures)
    return report.to_json()


def counts(report: Report) -> Report:
    """The few figures that go with an asset's event."""
    if "segments" in report:
        return _tick_counts(report)
    if "pushes" in report:
        done = Counter(push["status"] for push in report["pushes"])
        return {**{name: report[name] for name in SENT}, **done}
    if "exports" in report:
        files = report["exports"]
        return {"files": len(files), "rows": sum(file["rows"] for file in files)}
    return {name: report[name] for name in COUNTS}


def _tick_counts(report: Report) -> Report:
    segments = report["segments"]
    return {
        "at": report["at"],
        "segments": len(segments),
        "failed": sum(s["status"] == "Failed" for s in segments),
        **{name: sum(s[name] or 0 for s in segments) for name in SIZES},
    }


def require_all_good(ingested: Report | None, evaluated: Report | None = None) -> None:
    """Return when no file was refused and no segment failed, else name them.

    None is of a task that a person marked as done: nothing is known of it.
    """
    failures = [
        f"{file['path']}: {file['reason']}"
        for file in (ingested or {"files": []})["files"]
        if file["status"] in {"refused", "changed"}
    ]
    failures += [
        f"{segment['segment_id']}: {segment['reason']}"
        for segment in (evaluated or {"segments": []})["segments"]
        if segment["status"] == "Failed"
    ]
    if failures:
        raise PartialError(failures)
