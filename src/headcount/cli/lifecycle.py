"""`import` and `delete`: what a person decides about a segment."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headcount.cli.failures import DONE, FAILED
from headcount.cli.session import At, SegmentArgument, Session, command
from headcount.errors import NotConfirmedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headcount.pipeline.lifecycle import DeletionPlan, DeletionReport


def import_members(
    session: Session,
    segment: SegmentArgument,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.csv", help="user_id[,entered_at]", show_default=False
        ),
    ],
    at: At = None,
) -> int:
    """Import the membership of a Classic segment from a list."""
    from headcount.cli.terminal import plural
    from headcount.pipeline.lifecycle import import_classic

    report = import_classic(
        session.project, segment, file, at=session.tick(at), now=session.now
    )
    session.answer(
        asdict(report),
        lambda: [
            f"{segment}: {plural(report.members, 'member')}, "
            f"{report.entered:,} entered, {report.exited:,} left"
        ],
    )
    return DONE


def delete(
    session: Session,
    segment: SegmentArgument,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask; for scripts.")
    ] = False,
    no_push: Annotated[
        bool, typer.Option("--no-push", help="Let the next push tell destinations.")
    ] = False,
) -> int:
    """Delete a segment here and at its destinations; its history stays."""
    from headcount.pipeline.lifecycle import delete as delete_for_good
    from headcount.pipeline.lifecycle import plan_deletion

    plan = plan_deletion(session.project, segment)
    if not yes:
        _confirm(session, plan)
    with session.progress("Deleting"):
        report = delete_for_good(
            session.project, segment, now=session.now, push_too=not no_push
        )
    session.answer(report.to_json(), lambda: _obituary(report))
    return FAILED if report.push and not report.push.is_good else DONE


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    panel = "Change segments"
    app.command("import", rich_help_panel=panel)(command(import_members))
    app.command(rich_help_panel=panel)(command(delete))


def _confirm(session: Session, plan: DeletionPlan) -> None:
    """Return when a person has typed the segment's id; NotConfirmedError otherwise."""
    if session.shared.as_json or not sys.stdin.isatty():
        raise NotConfirmedError(plan.segment_id)
    for line in _warnings(plan):
        sys.stderr.write(line + "\n")
    sys.stderr.write(f"Type {plan.segment_id} to delete it: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != plan.segment_id:
        raise NotConfirmedError(plan.segment_id)


def _warnings(plan: DeletionPlan) -> Iterator[str]:
    from headcount.cli.terminal import plural

    yield (
        f"This deletes {plan.segment_id} with {plural(plan.members or 0, 'member')}: "
        "its file goes, its id can never be used again, its history stays."
    )
    if plan.destinations:
        yield f"It is also deleted at: {', '.join(plan.destinations)}."
    if plan.needed_by:
        yield f"These refer to it and will fail: {', '.join(plan.needed_by)}."


def _obituary(report: DeletionReport) -> Iterator[str]:
    from headcount.cli.terminal import plural

    yield f"{report.segment_id} is deleted; it had {plural(report.members, 'member')}."
    for push in report.push.results if report.push else ():
        yield f"{push.destination}: {push.reason or push.status}"
