"""`approve`: what a person decides about a destination."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from headcount.cli.session import At, SegmentArgument, Session, command
from headcount.cli.stages import push_code, push_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from headcount.pipeline.approving import ApprovalReport


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


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    app.command(rich_help_panel="Run the pipeline")(command(approve))


def _approval_page(segment_id: str, report: ApprovalReport) -> Iterator[RenderableType]:
    if not report.approved:
        yield f"No push of {segment_id} waits."
    for one in report.approved:
        yield f"{one.destination} {one.segment_id}: let go: {one.in_words()}"
    if report.push:
        yield from push_page(report.push)
