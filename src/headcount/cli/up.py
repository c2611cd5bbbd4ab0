"""`up`: Airflow on this machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from headcount.cli.failures import DONE
from headcount.cli.session import Session, command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from headcount.up import Started


def up(
    session: Session,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            min=1,
            max=65_535,
            help="Default: 8080, or the next free one.",
            show_default=False,
        ),
    ] = None,
    no_standins: Annotated[
        bool,
        typer.Option(
            "--no-standins", help="The sample project pushes to WalkMe itself."
        ),
    ] = False,
) -> int:
    """Start Airflow with the DAGs on, and keep it running until Ctrl-C.

    Without a project it works on a sample project, in which new events go on arriving.
    """
    from headcount.up import run_up

    def on_ready(started: Started) -> None:
        session.answer(started.to_json(), lambda: _page(started))
        sys.stdout.flush()

    run_up(
        session.shared.folder,
        port=port,
        standins=not no_standins,
        say=_say,
        on_ready=on_ready,
    )
    return DONE


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    app.command(rich_help_panel="Start here")(command(up))


def _say(step: str) -> None:
    """What happens on stderr, also where it is no terminal: it may be days."""
    sys.stderr.write(f"  {step}\n")
    sys.stderr.flush()


def _page(started: Started) -> Iterator[RenderableType]:
    from headcount.cli.terminal import facts
    from headcount.runtime.servers import FIRST_PORT, HOST

    yield ""
    yield facts(
        {
            "Airflow": started.url,
            "user": started.user,
            "password": started.password,
            "project": str(started.project) + _kind(started),
            "pushes go to": "a stand-in for WalkMe" if started.has_standin else None,
            "logs": str(started.home / "logs"),
        }
    )
    if started.database == "SQLite":
        yield (
            "\nAirflow's metadata is in SQLite, which is not fit to be left running: "
            "install headcount[up], and start as a user that is not root."
        )
    port = urlsplit(started.url).port
    if port != FIRST_PORT:
        yield (
            f"\nA browser keeps one login for {HOST}, whatever the port: "
            f"beside another Airflow of this machine open http://localhost:{port}"
        )
    yield f"\nUp after {started.seconds:g} s. Ctrl-C ends it."


def _kind(started: Started) -> str:
    return " (sample data; new events arrive)" if started.is_sample else ""
