"""`events`: what is in the log, to write definitions with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from headcount.cli.failures import DONE
from headcount.cli.session import Session, command
from headcount.errors import UnknownEventError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from headcount.store.sightings import SeenAttribute, SeenEvent, SeenSystem

MOST_SHOWN = 4  # examples in one cell
MOST_NAMED = 12  # properties in one cell


def events(
    session: Session,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="Only this event; a * at its end is open."
        ),
    ] = None,
) -> int:
    """Tell which events, properties and attributes the log holds, with examples."""
    from headcount.pipeline.survey import open_to_look
    from headcount.store.sightings import read_seen

    with open_to_look(session.project) as warehouse:
        seen = read_seen(warehouse)
    if name is not None:
        seen = _only(seen, name)
    session.answer({"systems": list(seen)}, lambda: _page(seen, name))
    return DONE


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    app.command(rich_help_panel="Write definitions")(command(events))


def _only(seen: Iterable[SeenSystem], name: str) -> tuple[SeenSystem, ...]:
    """The events that `name` names; UnknownEventError with the nearest when none."""
    from headcount.definitions.mistakes import nearest

    seen = tuple(seen)
    found = [replace(one, events=_named(one, name), attributes=()) for one in seen]
    if not any(one.events for one in found):
        known = (event.event for one in seen for event in one.events)
        raise UnknownEventError(name, nearest=nearest(name.removesuffix("*"), known))
    return tuple(one for one in found if one.events)


def _named(seen: SeenSystem, name: str) -> tuple[SeenEvent, ...]:
    if name.endswith("*"):
        return tuple(one for one in seen.events if one.event.startswith(name[:-1]))
    return tuple(one for one in seen.events if one.event == name)


def _page(seen: Iterable[SeenSystem], name: str | None) -> Iterator[RenderableType]:
    from rich.text import Text

    if not seen:
        yield "Nothing was ingested yet: `headcount ingest` reads what has landed."
    for number, one in enumerate(seen):
        yield Text(("\n" if number else "") + one.system, style="bold")
        if name is None:
            yield from _overview(one)
        else:
            for event in one.events:
                yield from _closely(event)


def _overview(seen: SeenSystem) -> Iterator[RenderableType]:
    from headcount.cli.terminal import table

    if seen.events:
        yield table(
            ["event", ("events", "right"), "first", "last", "properties"],
            (
                (one.event, one.count, one.first_at, one.last_at, _names(one))
                for one in seen.events
            ),
        )
    if seen.attributes:
        yield ""
        yield _examples("attribute", "records", seen.attributes)


def _closely(event: SeenEvent) -> Iterator[RenderableType]:
    from headcount.cli.terminal import plural, printable, to_words

    yield (
        f"{printable(event.event)}: {plural(event.count, 'event')}, "
        f"{to_words(event.first_at)} to {to_words(event.last_at)}"
    )
    if event.properties:
        yield _examples("property", "events", event.properties)


def _examples(what: str, unit: str, rows: Iterable[SeenAttribute]) -> RenderableType:
    from headcount.cli.terminal import table

    return table(
        [what, (unit, "right"), "first", "last", "for example"],
        (
            (one.name, one.count, one.first_at, one.last_at, _few(one.examples))
            for one in rows
        ),
    )


def _few(examples: tuple[str, ...]) -> str:
    return ", ".join(examples[:MOST_SHOWN])


def _names(event: SeenEvent) -> str:
    names = [one.name for one in event.properties]
    more = len(names) - MOST_NAMED
    listed = ", ".join(names[:MOST_NAMED])
    return f"{listed} and {more:,} more" if more > 0 else listed
