"""`run` and its stages: `ingest`, `evaluate`, `push`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headcount.cli.failures import DONE, FAILED, HELD, MISUSED
from headcount.cli.session import At, Session, command
from headcount.errors import NoSegmentError, UnfitOptionsError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from headcount.cli.terminal import Standing
    from headcount.errors import Fault
    from headcount.evaluate.outcome import SegmentReport, TickReport
    from headcount.ingest.report import IngestReport
    from headcount.ingest.retract import RetractionReport
    from headcount.pipeline.backfilling import BackfillReport
    from headcount.pipeline.exporting import ExportsReport
    from headcount.pipeline.tick import RunReport
    from headcount.sync.report import PushReport


def run(
    session: Session,
    at: At = None,
    no_push: Annotated[
        bool, typer.Option("--no-push", help="Tell no destination.")
    ] = False,
) -> int:
    """Run one tick: ingest, evaluate, snapshot, publish, push, due exports."""
    from headcount.pipeline import run_tick

    tick = session.tick(at)
    with session.progress("Starting") as say:
        report = run_tick(
            session.project, at=tick, now=session.now, push=not no_push, on_stage=say
        )
    document = report.to_json() | _faults_to_json(report.tick.faults)
    session.answer(document, lambda: _run_page(report))
    return _worst(
        _tick_code(report.tick),
        _ingest_code(report.ingest),
        push_code(report.push),
        FAILED if report.exports.failures else DONE,
    )


def ingest(
    session: Session,
    retract: Annotated[
        str | None,
        typer.Option(
            "--retract",
            metavar="FILE",
            help="Take the events of this wrongly loaded file out again.",
        ),
    ] = None,
) -> int:
    """Read the event files that have landed; each event counts once."""
    from headcount import pipeline

    if retract is not None:
        return _retract(session, retract)
    with session.progress("Reading what landed") as say:
        report = pipeline.ingest(
            session.project,
            now=session.now,
            progress=lambda path, rows: say(f"Reading {path}: {rows:,} rows"),
        )
    session.answer(report.to_json(), lambda: _ingest_page(report))
    return _ingest_code(report)


def _retract(session: Session, file: str) -> int:
    from headcount import pipeline

    with session.progress(f"Taking out {file}") as say:
        report = pipeline.retract(
            session.project,
            file,
            now=session.now,
            progress=lambda path, rows: say(f"Reading {path} again: {rows:,} rows"),
        )
    session.answer(report.to_json(), lambda: _retraction_page(report))
    return DONE


def evaluate(
    session: Session,
    *,
    at: At = None,
    full: Annotated[
        bool, typer.Option("--full", help="Ignore incremental state.")
    ] = False,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="INSTANT",
            help="Every tick from here to --to: segments get those before their first.",
        ),
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="INSTANT", help="The last of them.")
    ] = None,
    restate: Annotated[
        bool,
        typer.Option("--restate", help="Tell ticks again that were told before."),
    ] = False,
) -> int:
    """Evaluate every segment at a tick, or a span of them, and keep its membership."""
    from headcount import pipeline

    if start is not None or end is not None or restate:
        return _backfill(session, at, (start, end), full=full, restate=restate)
    tick = session.tick(at)
    with session.progress("Evaluating the segments"):
        report = pipeline.evaluate(session.project, at=tick, now=session.now, full=full)
    document = report.to_json() | _faults_to_json(report.faults)
    session.answer(document, lambda: _tick_page(report))
    return _tick_code(report)


def _backfill(
    session: Session,
    at: str | None,
    span: tuple[str | None, str | None],
    *,
    full: bool,
    restate: bool,
) -> int:
    from headcount import pipeline
    from headcount.cli.terminal import to_words

    start, end = span
    if start is None or end is None:
        reason = "--from and --to go together, and --restate with both"
        raise UnfitOptionsError(reason)
    if at is not None:
        reason = "--at names one tick, --from and --to a span: give one or the other"
        raise UnfitOptionsError(reason)
    with session.progress("Evaluating the segments") as say:
        report = pipeline.backfill(
            session.project,
            start=session.require_instant(start),
            end=session.require_instant(end),
            now=session.now,
            restate=restate,
            full=full,
            on_tick=lambda tick: say(f"Evaluating {to_words(tick)}"),
        )
    document = report.to_json() | _faults_to_json(report.faults)
    session.answer(document, lambda: _backfill_page(report))
    return _worst(
        MISUSED if report.faults else DONE, *(_tick_code(tick) for tick in report.ticks)
    )


def push(
    session: Session,
    segment: Annotated[
        str | None, typer.Argument(metavar="[SEGMENT]", help="Only this one.")
    ] = None,
    destination: Annotated[
        str | None, typer.Option("--destination", metavar="NAME", help="Only this one.")
    ] = None,
    full: Annotated[
        bool,
        typer.Option("--full", help="Say all of SEGMENT again, who is not in it too."),
    ] = False,
) -> int:
    """Tell each destination who entered and who left since it was told last."""
    from headcount import pipeline
    from headcount.pipeline.survey import require_known

    if full and segment is None:
        raise NoSegmentError
    if segment is not None:
        require_known(session.project, segment)
    with session.progress("Pushing"):
        report = pipeline.push(
            session.project,
            now=session.now,
            destination=destination,
            segment_id=segment,
            full=full,
        )
    session.answer(report.to_json(), lambda: push_page(report))
    return push_code(report)


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    for function in (run, ingest, evaluate, push):
        app.command(rich_help_panel="Run the pipeline")(command(function))


def _worst(*codes: int) -> int:
    """The first that applies of 2, 1, 3 and 0 (interface.md §3)."""
    return next((code for code in (MISUSED, FAILED, HELD) if code in codes), DONE)


def _tick_code(report: TickReport) -> int:
    has_failed = any(segment.status == "Failed" for segment in report.segments)
    return _worst(
        MISUSED if report.faults else DONE,
        FAILED if has_failed else DONE,
    )


def push_code(report: PushReport | None) -> int:
    """The exit code of pushes: failed, held or done; None: there were none."""
    if report is None:
        return DONE
    return _worst(DONE if report.is_good else FAILED, HELD if report.is_held else DONE)


def _ingest_code(report: IngestReport) -> int:
    return FAILED if report.refused else DONE


def _faults_to_json(faults: Iterable[Fault]) -> dict[str, Any]:
    return {"faults": [asdict(fault) for fault in faults]}


def _run_page(report: RunReport) -> Iterator[RenderableType]:
    yield from _ingest_page(report.ingest)
    yield ""
    yield from _tick_page(report.tick)
    if report.push and report.push.results:
        yield ""
        yield from push_page(report.push)
    yield from _exports_page(report.exports)


def _ingest_page(report: IngestReport) -> Iterator[RenderableType]:
    from headcount.cli.terminal import plural, table

    if report.files:
        yield table(
            ["file", "status", ("new", "right"), ("rejected", "right")],
            ((f.path, f.status, f.accepted, f.rejected) for f in report.files),
        )
        for file in report.files:
            if file.reason:
                yield f"{file.path}: {file.reason}"
    yield (
        f"{plural(report.accepted, 'new row')}, "
        f"{plural(report.duplicates, 'duplicate')}, "
        f"{plural(report.rejected, 'rejected row')}"
    )


def _retraction_page(report: RetractionReport) -> Iterator[RenderableType]:
    from headcount.cli.terminal import plural

    yield (
        f"{report.path}: {plural(report.events, 'event')} and "
        f"{plural(report.attributes, 'attribute value')} taken out; "
        "the next tick shows it"
    )
    for one in report.restored:
        back = f"{plural(one.events, 'event')}, {plural(one.attributes, 'value')}"
        yield f"{one.path}: {back} came back, which the file had told first"


def _tick_page(report: TickReport) -> Iterator[RenderableType]:
    from headcount.cli.terminal import plural, standing_table, to_words

    if report.segments:
        rows = (_standing(one, one.segment_id) for one in report.segments)
        yield standing_table(["segment"], rows)
    yield from _what_is_wrong(report.segments, report.faults)
    told = plural(len(report.segments), "segment")
    yield f"{told} at {to_words(report.at)}, {report.seconds:.2f} s"


def _backfill_page(report: BackfillReport) -> Iterator[RenderableType]:
    from headcount.cli.terminal import plural, standing_table, to_words

    if report.ticks:
        rows = (
            _standing(one, to_words(tick.at), one.segment_id)
            for tick in report.ticks
            for one in tick.segments
        )
        yield standing_table(["tick", "segment"], rows)
    segments = [one for tick in report.ticks for one in tick.segments]
    yield from _what_is_wrong(segments, report.faults)
    told, left = plural(len(report.ticks), "tick"), plural(report.left, "tick")
    yield f"{told} told, {left} left as told before, {report.seconds:.2f} s"


def _standing(one: SegmentReport, *titles: str) -> Standing:
    from headcount.cli.terminal import Standing

    return Standing(titles, one.status, one.members, one.entered, one.exited)


def _what_is_wrong(
    segments: Iterable[SegmentReport], faults: Iterable[Fault]
) -> Iterator[str]:
    """A line a segment and reason, once for all ticks, and one a faulty file."""
    reasons = [f"{one.segment_id}: {one.reason}" for one in segments if one.reason]
    yield from dict.fromkeys(reasons)
    for fault in faults:
        yield f"faulty: {fault}"


def push_page(report: PushReport) -> Iterator[RenderableType]:
    """What pushes did, and why those that did not get there did not."""
    from headcount.cli.terminal import change, table

    if not report.results:
        yield "Every destination holds what it should; nothing was sent."
        return
    yield table(
        ["to", "segment", "status", ("added", "right"), ("removed", "right")],
        (
            (
                one.destination,
                one.segment_id,
                one.status,
                change(one.added, "+"),
                change(one.removed, "-"),
            )
            for one in report.results
        ),
    )
    for one in report.results:
        if one.reason:
            yield f"{one.destination} {one.segment_id}: {one.reason}"


def _exports_page(report: ExportsReport) -> Iterator[RenderableType]:
    from headcount.cli.exporting import export_line

    for made in report.exports:
        yield export_line(made, made.path)
    for failure in report.failures:
        yield f"{failure.segment_id} as {failure.format}: {failure.reason}"
