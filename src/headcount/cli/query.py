"""`sql` and `shell`: questions to the analysts' database, which they cannot change."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from headcount.cli.failures import DONE
from headcount.cli.session import Session, command
from headcount.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from headcount.store.published import Answer

PROMPT, MORE = "headcount> ", "      ...> "


def sql(
    session: Session,
    query: Annotated[
        str | None, typer.Argument(metavar="[QUERY]", help="One SELECT.")
    ] = None,
    answer: Annotated[
        str | None,
        typer.Option("--answer", metavar="NAME", help="A ready one: churn, freshness…"),
    ] = None,
) -> int:
    """Ask the analysts' database, as the newest tick published it."""
    from headcount.store.published import open_published, read_answer

    if (query is None) == (answer is None):
        msg = "ask one SELECT, or say --answer and a name: one of the two"
        raise UsageError(msg)
    query = read_answer(answer) if answer is not None else query or ""
    with open_published(session.project.analytics_path) as published:
        found = published.query(query)
    session.answer(_document(found), partial(_page, found))
    return DONE


def shell(session: Session) -> int:
    """Ask one question after another; each ends with a semicolon, Ctrl-D ends all."""
    from headcount.errors import QueryError
    from headcount.store.published import open_published

    with open_published(session.project.analytics_path) as published:
        for query in _questions():
            try:
                found = published.query(query)
            except QueryError as error:
                sys.stderr.write(f"{error}\n")
                continue
            session.answer(_document(found), partial(_page, found))
    return DONE


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    panel = "Look at segments"
    app.command(rich_help_panel=panel)(command(sql))
    app.command(rich_help_panel=panel)(command(shell))


def _document(found: Answer) -> dict[str, object]:
    return {"columns": found.columns, "rows": found.to_dicts()}


def _page(found: Answer) -> Iterator[RenderableType]:
    from headcount.cli.terminal import plural, table

    if found.columns:
        yield table(found.columns, found.rows)
    yield plural(len(found.rows), "row")


def _questions() -> Iterator[str]:
    """The questions a person types, or a program writes to stdin."""
    lines: list[str] = []
    for line in _lines():
        lines.append(line)
        if line.rstrip().endswith(";"):
            yield "\n".join(lines)
            lines.clear()
        _prompt(MORE if lines else PROMPT)
    if any(line.strip() for line in lines):
        yield "\n".join(lines)


def _lines() -> Iterator[str]:
    _prompt(PROMPT)
    for line in sys.stdin:
        yield line.rstrip("\n")


def _prompt(text: str) -> None:
    """The prompt, where a person sits; on stderr, so that stdout has answers only."""
    if sys.stdin.isatty():
        sys.stderr.write(text)
        sys.stderr.flush()
