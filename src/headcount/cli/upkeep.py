"""`verify` and `rebuild`: whether what is kept is sound, and how it gets so again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from headcount.cli.failures import DONE, FAILED
from headcount.cli.session import Session, command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from headcount.pipeline.rebuilding import RebuildReport
    from headcount.pipeline.verification import Verification


def verify(session: Session) -> int:
    """Compare all that is kept twice, and memberships with a full evaluation."""
    from headcount import pipeline

    with session.progress("Opening the store") as say:
        found = pipeline.verify(session.project, on_check=say)
    session.answer(found.to_json(), lambda: _verification_page(found))
    return FAILED if found.count else DONE


def rebuild(
    session: Session,
    partial: Annotated[
        bool,
        typer.Option("--partial", help="Leave out raw files that are not there."),
    ] = False,
) -> int:
    """Tell the store anew from raw files, snapshots and what was published."""
    from headcount import pipeline

    with session.progress("Rebuilding") as say:
        report = pipeline.rebuild(
            session.project,
            now=session.now,
            partial=partial,
            progress=lambda path, rows: say(f"Reading {path}: {rows:,} rows"),
        )
    session.answer(report.to_json(), lambda: _rebuild_page(report))
    return FAILED if report.differing else DONE


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    panel = "Keep it sound"
    for function in (verify, rebuild):
        app.command(rich_help_panel=panel)(command(function))


def _verification_page(found: Verification) -> Iterator[RenderableType]:
    from headcount.cli.terminal import indented, plural, table

    yield table(
        ["check", ("differences", "right"), "note"],
        (
            (check.name.replace("_", " "), check.count, check.note or "")
            for check in found.checks
        ),
    )
    for check in found.checks:
        if check.differences:
            yield f"\n{check.name.replace('_', ' ')}"
        for one in check.differences:
            yield indented(f"{one.subject}: found {one.found}; wanted {one.wanted}")
        if check.count > len(check.differences):
            yield indented(f"and {check.count - len(check.differences):,} more")
    yield ""
    yield plural(found.count, "difference")


def _rebuild_page(report: RebuildReport) -> Iterator[RenderableType]:
    from headcount.cli.terminal import facts, plural

    yield facts(
        {
            "ledgers from": f"the {report.source}",
            "old store": report.kept,
            "not read again": ", ".join(one.path for one in report.unread),
            "snapshots written": ", ".join(report.healed),
        }
    )
    yield from report.notes
    if report.differing is None:
        yield "There was no old store to compare with."
    elif report.differing:
        yield f"Other content than the old store: {', '.join(report.differing)}"
    else:
        tables = plural(len(report.tables), "table")
        yield f"The same logical content as the old store, {tables}."
