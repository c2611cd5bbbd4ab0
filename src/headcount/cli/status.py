"""`status`: how the project is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from headcount.cli.failures import DONE
from headcount.cli.session import Session, command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rich.console import RenderableType

    from headcount.pipeline.status import ProjectStatus


def status(session: Session) -> int:
    """Tell how fresh all is, what failed, what was left out, what lags behind."""
    from headcount.pipeline.status import read_status

    found = read_status(session.project, now=session.now)
    session.answer(found.to_json(), lambda: _page(found))
    return DONE


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    app.command(rich_help_panel="Look at segments")(command(status))


def _page(found: ProjectStatus) -> Iterator[RenderableType]:
    from headcount.cli.terminal import facts, table

    yield facts(
        {
            "newest tick": _newest(found),
            "segments": ", ".join(f"{n} {name}" for name, n in found.counts.items())
            or "none yet",
        }
    )
    if found.sources:
        yield ""
        yield table(
            ["source", ("files", "right"), ("rows", "right"), "newest event", "read"],
            (
                (s.source, s.files, s.accepted, s.newest_at, s.ingested_at)
                for s in found.sources
            ),
        )
    yield from _troubles(found)


def _newest(found: ProjectStatus) -> str:
    from headcount.cli.terminal import to_words

    if found.run is None:
        return "none yet: `headcount run` makes the first"
    words = f"{to_words(found.run.at)}, {_ago(found.run.at, found.now)}"
    return words if found.run.status == "done" else f"{words} ({found.run.status})"


def _ago(at: datetime, now: datetime) -> str:
    minutes = int((now - at).total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60
    if days > 1:
        return f"{days} days ago"
    return f"{hours} hours ago" if hours > 1 else f"{minutes} minutes ago"


def _troubles(found: ProjectStatus) -> Iterator[RenderableType]:
    """Each kind of trouble under a heading of its own; none is said in one line."""
    from headcount.cli.terminal import to_words

    sections = {
        "Failed segments": [f"{s.segment_id}: {s.reason}" for s in found.failed],
        "Orphaned segments (their file is gone)": [
            f"{s.segment_id}: {s.file}" for s in found.orphaned
        ],
        "Faulty definitions": list(map(str, found.faults)),
        "Files left out": [f"{f.status} {f.path}: {f.reason}" for f in found.left_out],
        "Files not read yet": [f.path for f in found.waiting],
        "Pushes behind": [
            f"{p.destination} {p.segment_id}: {p.reason or p.status}"
            for p in found.behind
        ],
        "Pushes held (`headcount approve SEGMENT` lets them go)": [
            f"{one.destination} {one.segment_id} of {to_words(one.snapshot_at)}: "
            f"{one.in_words()}"
            for one in found.held
        ],
        "Destinations that drifted": [
            f"{one.destination} {one.segment_id}: {one.drift}" for one in found.drifting
        ],
    }
    troubled = {heading: lines for heading, lines in sections.items() if lines}
    if not troubled:
        yield "\nNothing needs you."
    for heading, lines in troubled.items():
        yield from _section(heading, lines)


def _section(heading: str, lines: list[str]) -> Iterator[RenderableType]:
    from rich.text import Text

    from headcount.cli.terminal import indented

    yield Text(f"\n{heading}", style="bold")
    yield from map(indented, lines)
