"""What a person sees: consoles, tables and marks that fit a narrow terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from headcount.wording import plural, printable, to_words

__all__ = [
    "Column",
    "Standing",
    "Terminal",
    "change",
    "facts",
    "indented",
    "plural",
    "printable",
    "standing_table",
    "table",
    "terminal",
    "to_cell",
    "to_words",
]

Column = str | tuple[str, JustifyMethod]
SIZES: tuple[Column, ...] = (("members", "right"), ("in", "right"), ("out", "right"))

SIZE_STYLE = "cyan"
CHANGE_STYLES = {"+": "green", "-": "yellow"}
STYLES = {
    "Active": "green",
    "Pending": "yellow",
    "Expired": "dim",
    "Failed": "bold red",
    "deleted": "dim",
}


class Terminal(Console):
    """A console that leaves it to the command what happens when its reader is gone."""

    def on_broken_pipe(self) -> None:
        """Raise again: Rich would end the process and close its stdout for good."""
        raise BrokenPipeError


def terminal(stream: IO[str]) -> Console:
    """A console on `stream`: colours only where it is a terminal, no text is markup."""
    return Terminal(file=stream, markup=False, highlight=False, emoji=False)


def table(columns: Iterable[Column], rows: Iterable[Iterable[object]]) -> Table:
    """Rows under their columns; long cells fold, nothing is cut off."""
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column in columns:
        if isinstance(column, str):
            grid.add_column(column, overflow="fold")
        else:
            grid.add_column(column[0], justify=column[1], overflow="fold")
    for row in rows:
        grid.add_row(*(to_cell(cell) for cell in row))
    return grid


@dataclass(frozen=True, slots=True)
class Standing:
    """A segment under the `titles` of its row, as it stood after a tick."""

    titles: Sequence[str]
    status: str
    members: int | None
    entered: int | None
    exited: int | None


def standing_table(headings: Sequence[str], rows: Iterable[Standing]) -> Table:
    """Segments, titles under `headings`: status, members, who entered and left last."""
    return table(
        [*headings, "status", *SIZES],
        (
            (
                *one.titles,
                one.status,
                one.members,
                change(one.entered, "+"),
                change(one.exited, "-"),
            )
            for one in rows
        ),
    )


def to_cell(value: object) -> Text:
    """A cell: digits grouped, instants to the second, a dash for None."""
    match value:
        case Text():
            return value
        case None:
            return Text("—", style="dim")
        case int():
            return Text(f"{value:,}")
        case datetime():
            return Text(to_words(value.replace(microsecond=0)))
        case _:
            text = printable(str(value))
            return Text(text, style=STYLES.get(text, ""))


def indented(text: str) -> Padding:
    """The text two columns in, also where it goes on in the next line."""
    return Padding(Text(printable(text)), (0, 0, 0, 2), expand=False)


def facts(pairs: dict[str, object]) -> Table:
    """One line a fact, its name beside it; what is None or empty is left out."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in pairs.items():
        if value is not None and value != "":
            grid.add_row(name, to_cell(value))
    return grid


def change(count: int | None, sign: str) -> Text:
    """`+12`, `-3`, or a quiet 0; — for what is not known."""
    if not count:
        return Text("—" if count is None else "0", style="dim")
    return Text(f"{sign}{count:,}", style=CHANGE_STYLES[sign])
