"""`verify`: whether what is kept is sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from headcount.cli.failures import DONE, FAILED
from headcount.cli.session import Session, command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from headcount.pipeline.verification import Verification


def verify(session: Session) -> int:
    """Compare all that is kept twice, and memberships with a full evaluation."""
    from headcount import pipeline

    with session.progress("Opening the store") as say:
        found = pipeline.verify(session.project, on_check=say)
    session.answer(found.to_json(), lambda: _verification_page(found))
    return FAILED if found.count else DONE


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    panel = "Keep it sound"
    app.command(rich_help_panel=panel)(command(verify))


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
