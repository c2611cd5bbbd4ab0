"""`demo`: the whole way on sample data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headcount.cli.failures import DONE
from headcount.cli.session import Session, command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from headcount.demo import DemoReport
    from headcount.demo.report import Pushed


def demo(
    session: Session,
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="Default: a new temporary folder."),
    ] = None,
) -> int:
    """Show everything on sample data: the real DAGs, a stand-in for the vendor."""
    from headcount.demo import run_demo

    report = run_demo(folder, say=_say)
    session.answer(report.to_json(), lambda: _result(report))
    return DONE


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    app.command(rich_help_panel="Start here")(command(demo))


def _say(step: str) -> None:
    """Each step on stderr, also where it is no terminal: a demo takes its minute."""
    sys.stderr.write(f"  {step}\n")
    sys.stderr.flush()


def _result(report: DemoReport) -> Iterator[RenderableType]:
    from headcount.cli.terminal import SIZES, change, facts, table

    yield ""
    yield table(
        ["segment", "status", *SIZES, ("pushed", "right")],
        (
            (
                one.segment_id,
                one.status,
                one.members,
                change(one.entered, "+"),
                change(one.exited, "-"),
                _pushed(one.pushed),
            )
            for one in report.segments
        ),
    )
    yield ""
    yield facts(
        {
            "project": str(report.project),
            "snapshots": str(report.snapshots),
            "exports": str(report.project / "exports"),
            "for analysts": str(report.analytics),
            "Airflow's log": str(report.airflow_log),
        }
    )
    yield "\nTry next:"
    for line in report.next_commands:
        yield f"  {line}"


def _pushed(pushed: Pushed | None) -> str | None:
    """What was sent in the second tick, and what the destination holds now."""
    if pushed is None:
        return None
    return f"+{pushed.added} -{pushed.removed} = {pushed.held}"
