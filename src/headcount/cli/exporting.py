"""`export`: members, or the table of segments, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from headcount.cli.failures import DONE
from headcount.cli.session import At, Session, command
from headcount.errors import UsageError

if TYPE_CHECKING:
    from headcount.exports.export import Export


def export(
    session: Session,
    segment: Annotated[
        str | None, typer.Argument(metavar="[SEGMENT]", help="Its id: its members.")
    ] = None,
    *,
    format: Annotated[  # noqa: A002 - the name of the option
        Literal["csv", "xlsx", "parquet"],
        typer.Option("--format", help="What to write.", show_default=False),
    ],
    attributes: Annotated[
        list[str] | None,
        typer.Option(
            "--attribute", metavar="NAME", help="One column more; may be repeated."
        ),
    ] = None,
    segments: Annotated[
        bool, typer.Option("--segments", help="The table of segments instead.")
    ] = False,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column", metavar="NAME", help="Of that table only; may be repeated."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Put a copy here."),
    ] = None,
    at: At = None,
) -> int:
    """Export the members of a segment, or the table of segments, as a file.

    Now or as of a past instant; equal requests share one file.
    """
    from headcount import pipeline

    instant = session.instant(at)
    with session.progress("Exporting"):
        if segment is not None and not (segments or columns):
            made = pipeline.export(
                session.project,
                segment,
                format=format,
                attributes=attributes or (),
                at=instant,
                output=output,
                now=session.now,
            )
        elif segment is None and segments and not attributes:
            made = pipeline.export_segments(
                session.project,
                format=format,
                columns=columns,
                at=instant,
                output=output,
                now=session.now,
            )
        else:
            msg = (
                "name a segment, with or without --attribute; "
                "or say --segments, with or without --column"
            )
            raise UsageError(msg)
    document = made.to_json() | {"output": str(output) if output else None}
    session.answer(document, lambda: [export_line(made, output or made.path)])
    return DONE


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    app.command(rich_help_panel="Run the pipeline")(command(export))


def export_line(made: Export, path: Path) -> str:
    """What was exported, and where it is."""
    from headcount.cli.terminal import plural, to_words

    noun = "segment" if made.segment_id is None else "member"
    return f"{path}: {plural(made.rows, noun)} at {to_words(made.at)}"
