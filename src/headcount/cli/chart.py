"""The size of a segment over time, and who came and went, as a small chart.

It is drawn on a terminal only: what is piped is for programs and has the figures.
Time runs evenly from left to right, bars stand on zero, and a size goes on until the
next evaluation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from headcount.cli.terminal import CHANGE_STYLES, SIZE_STYLE, to_words
from headcount.store.catalog import Size

EIGHTHS = " ▁▂▃▄▅▆▇█"
FULL = len(EIGHTHS) - 1
WIDEST = 100
LABEL = 10  # cells, and one between it and the bars


@dataclass(frozen=True, slots=True)
class Column:
    """A part of the time: the size at its end, and how many came and went in it."""

    members: int
    entered: int
    exited: int


@dataclass(frozen=True, slots=True)
class SizeChart:
    """Draws sizes, oldest first; nothing where there are not two to compare."""

    sizes: Sequence[Size]
    height: int = 6

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> RenderResult:
        """The lines of the chart, as wide as the terminal allows."""
        if options.is_terminal and not options.ascii_only and len(self.sizes) > 1:
            yield from self.lines(min(options.max_width, WIDEST))
            yield Text()

    def lines(self, width: int) -> Iterator[Text]:
        """Sizes, entries, exits and the time below each other, in `width` cells."""
        columns = spread(self.sizes, max(width - LABEL - 1, 1))
        members = [column.members for column in columns]
        top = f"{max(members):,}"
        labels = [top, *[""] * (self.height - 2), "0"]
        for label, row in zip(labels, bars(members, self.height), strict=True):
            yield _line(label, row, SIZE_STYLE)
        for sign, counts in (
            ("+", [column.entered for column in columns]),
            ("-", [column.exited for column in columns]),
        ):
            (row,) = bars(counts, 1)
            yield _line(f"{sign}{max(counts):,}", row, CHANGE_STYLES[sign])
        start, end = (to_words(size.at) for size in (self.sizes[0], self.sizes[-1]))
        yield _line("", start + end.rjust(len(columns) - len(start)), "dim")


def spread(sizes: Sequence[Size], columns: int) -> list[Column]:
    """The time from the first size to the last in so many equal parts."""
    first, last = sizes[0].at, sizes[-1].at
    parts: list[list[Size]] = [[] for _ in range(columns)]
    for size in sizes:
        place = int(columns * ((size.at - first) / (last - first)))
        parts[min(place, columns - 1)].append(size)
    found: list[Column] = []
    for part in parts:
        members = part[-1].members if part else found[-1].members
        entered = sum(size.entered for size in part)
        found.append(Column(members, entered, sum(size.exited for size in part)))
    return found


def bars(counts: Sequence[int], height: int) -> list[str]:
    """Bars beside each other, in lines from the top; what is not zero is seen."""
    most = max(counts)
    eighths = [
        max(round(height * FULL * count / most), 1) if count else 0 for count in counts
    ]
    return [
        "".join(EIGHTHS[min(max(each - FULL * row, 0), FULL)] for each in eighths)
        for row in reversed(range(height))
    ]


def _line(label: str, row: str, style: str) -> Text:
    return Text.assemble((f"{label:>{LABEL}} ", "dim"), (row, style))
