"""`init`: a new project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headcount.cli.failures import DONE
from headcount.cli.session import Session, command


def init(
    session: Session,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Made when it is missing.")
    ],
) -> int:
    """Write a new project: commented headcount.yaml, one definition, landing folder."""
    from headcount.scaffold import write_project

    written = write_project(folder)
    names = [str(path) for path in written]
    session.answer(
        {"project": str(folder), "files": names},
        lambda: [
            *names,
            "",
            "Put event files into landing/, then:",
            f"  headcount run --project {folder}",
            f"  headcount list --project {folder}",
        ],
    )
    return DONE


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    app.command("init", rich_help_panel="Start here")(command(init))
