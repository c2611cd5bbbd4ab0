"""`approve` and `reconcile`: what a person decides about a destination."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from headcount.cli.failures import FAILED
from headcount.cli.session import At, SegmentArgument, Session, command
from headcount.cli.stages import push_code, push_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from headcount.pipeline.approving import ApprovalReport
    from headcount.pipeline.reconciling import ReconcileReport


def approve(
    session: Session,
    segment: SegmentArgument,
    *,
    destination: Annotated[
        str | None, typer.Option("--destination", metavar="NAME", help="Only this one.")
    ] = None,
    at: At = None,
    no_push: Annotated[
        bool, typer.Option("--no-push", help="Let the next push send it.")
    ] = False,
) -> int:
    """Let a held push go: the difference that waits, and nothing beyond it.

    With --at it must be the membership of that instant that waits, as `status` shows.
    """
    from headcount.pipeline.approving import approve as let_go
    from headcount.pipeline.survey import require_known

    require_known(session.project, segment)
    with session.progress("Pushing"):
        report = let_go(
            session.project,
            segment,
            now=session.now,
            destination=destination,
            at=session.instant(at),
            push_too=not no_push,
        )
    session.answer(report.to_json(), lambda: _approval_page(segment, report))
    return push_code(report.push)


def reconcile(
    session: Session,
    destination: Annotated[
        str,
        typer.Argument(metavar="DESTINATION", help="Its name.", show_default=False),
    ],
) -> int:
    """Compare what a destination holds with what it should, and make it right.

    What it does not show is told again as a whole.
    """
    from headcount.pipeline.reconciling import reconcile as make_right

    with session.progress("Comparing"):
        report = make_right(session.project, destination, now=session.now)
    session.answer(report.to_json(), lambda: _reconciliation_page(report))
    return FAILED if report.drifts else push_code(report.pushes)


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    for function in (approve, reconcile):
        app.command(rich_help_panel="Run the pipeline")(command(function))


def _approval_page(segment_id: str, report: ApprovalReport) -> Iterator[RenderableType]:
    if not report.approved:
        yield f"No push of {segment_id} waits."
    for one in report.approved:
        yield f"{one.destination} {one.segment_id}: let go: {one.in_words()}"
    if report.push:
        yield from push_page(report.push)


def _reconciliation_page(report: ReconcileReport) -> Iterator[RenderableType]:
    from headcount.cli.terminal import table

    if not report.results:
        yield "It was never told of a segment."
        return
    yield table(
        ["segment", "members there", "found", "then", ("requests", "right")],
        (
            (
                one.push.segment_id,
                "read" if one.method == "read" else "told again",
                one.drift or "nothing else",
                one.push.status,
                one.push.requests,
            )
            for one in report.results
        ),
    )
    for one in report.results:
        if one.push.reason:
            yield f"{one.push.segment_id}: {one.push.reason}"
