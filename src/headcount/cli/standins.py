"""`standins`: the vendors' APIs on this machine, to rehearse a project against."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headcount.cli.encoding import to_json
from headcount.cli.failures import DONE
from headcount.cli.session import Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from headcount.pipeline.rehearsing import Part
    from headcount.project import Project

FIRST_PORT = 8090
LOOK_S = 0.2
"""Seconds after which a Ctrl-C is noticed at the latest."""


def standins(  # noqa: PLR0913, PLR0917 - as many as the command has options
    session: Session,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DESTINATION]...",
            help="Destinations of the project, or vendors; default: all.",
        ),
    ] = None,
    copy: Annotated[
        Path | None,
        typer.Option(
            "--copy",
            metavar="DIR",
            help="Write this project there, with the stand-ins' addresses.",
        ),
    ] = None,
    port: Annotated[
        int, typer.Option("--port", help="Of the first; the others follow.")
    ] = FIRST_PORT,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="DIR", help="Keeps what they hold in DIR."),
    ] = None,
    faults: Annotated[
        str,
        typer.Option(
            "--faults",
            metavar="RATES",
            help="0.3: of all kinds together; or lost-reply=0.1,429-date=0.05,…",
        ),
    ] = "",
    seed: Annotated[
        int, typer.Option("--seed", help="Fixes which requests meet a fault.")
    ] = 0,
    poison: Annotated[
        str | None,
        typer.Option("--poison", metavar="TEXT", help="Refuse users with it in an id."),
    ] = None,
    takes: Annotated[
        float, typer.Option("--takes", metavar="S", help="How long a call takes.")
    ] = 0.0,
    show: Annotated[
        str | None,
        typer.Option("--show", metavar="URL", help="Tell what a running one holds."),
    ] = None,
) -> int:
    """Run the vendors' APIs on this machine, to rehearse against; Ctrl-C ends them."""
    from headcount.pipeline.rehearsing import playing, roles_of, write_copy

    if show is not None:
        return _show(session, show)
    project = _project(session) if copy is None else session.project
    options = ["--faults", _rates(faults), "--seed", str(seed), "--takes", str(takes)]
    options += ["--poison", poison] if poison else []
    roles = roles_of(project, names or ())
    try:
        with playing(roles, first_port=port, options=options, keep=keep) as parts:
            if copy is not None:
                write_copy(session.project, copy, parts)
            document = {"standins": [one.to_json() for one in parts], "copy": copy}
            session.answer(document, lambda: _page(parts, copy))
            sys.stdout.flush()
            while True:  # a Ctrl-C just before `signal.pause` would be slept through
                time.sleep(LOOK_S)
    except KeyboardInterrupt:
        pass  # how a person ends it; the stand-ins have heard it too
    return DONE


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    app.command(rich_help_panel="Start here")(command(standins))


def _project(session: Session) -> Project | None:
    """The project, if there is one here: vendors can be played without."""
    from headcount.project import NoProjectError

    try:
        return session.project
    except NoProjectError:
        if session.shared.folder is not None:
            raise
        return None


def _rates(text: str) -> str:
    """The rates as a stand-in takes them; a usage error for what none would."""
    from headcount.pipeline.rehearsing import require_rates

    rates = require_rates(text)
    return ",".join(f"{fault}={rate}" for fault, rate in rates.items())


def _page(parts: Sequence[Part], copy: Path | None) -> Iterator[RenderableType]:
    yield "Stand-ins answer on this machine until Ctrl-C.\n"
    if copy is None:
        yield "For headcount.yaml, in a copy of the project (--copy DIR writes one):"
        yield "what is told to a stand-in counts as told to the vendor.\n"
        yield "destinations:"
        for part in parts:
            known = {"type": part.role.type, "connection": part.role.connection}
            entry = to_json(known | {"base_url": part.base_url})
            yield f"  {part.role.destination}: {entry}"
    else:
        yield f"A rehearsal of the project is in {copy}."
    yield "\nIn the shell (for Airflow AIRFLOW_CONN_… of the same value):\n"
    yield from dict.fromkeys(f"export {p.variable}='{p.value}'" for p in parts)
    if copy is not None:
        yield f"headcount run --project {copy}"
    yield "\nWhat they hold by now:\n"
    for part in parts:
        yield f"headcount standins --show {part.standin.url}"


def _show(session: Session, url: str) -> int:
    from headcount.standins.process import read_held

    held = read_held(url)
    session.answer(held, lambda: _held_page(held))
    return DONE


def _held_page(held: dict[str, Any]) -> Iterator[RenderableType]:
    from headcount.cli.terminal import plural, table

    if "notifications" in held:
        yield table(
            ["notification", ("users", "right"), "told"],
            (
                (
                    one.get("runtimeTitle") or one.get("title") or one["templateId"],
                    len(one["endUsersIds"]),
                    ", ".join(one["endUsersIds"] or one.get("audiencesIds", [])),
                )
                for one in held["notifications"]
            ),
        )
    else:
        yield table(
            ["segment", "name", ("members", "right")],
            (
                (one["external_id"], one["name"], len(one["user_ids"]))
                for one in held["segments"]
            ),
        )
    yield plural(held["requests"], "request")
