"""The segment table: its columns, and the rows that somebody asked to see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from headcount.pipeline.survey import SegmentView

PAGE = 100  # rows that are sent at once; the rest follows on demand

Cell = str | int | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it says of a segment; `is_shown` unless somebody chose else."""

    key: str
    label: str
    value: Callable[[SegmentView], Cell]
    is_shown: bool = True
    is_number: bool = False
    is_folder: bool = False  # whether it makes sense to group by it


COLUMNS = (
    Column("name", "Name", lambda one: one.name),
    Column("status", "Status", lambda one: one.status, is_folder=True),
    Column("members", "Members", lambda one: one.members, is_number=True),
    Column("system", "System", lambda one: one.system, is_folder=True),
    Column("description", "Description", lambda one: one.description),
    Column("rules", "Rules", lambda one: one.rules),
    Column("date_range", "Date range", lambda one: one.date_range, is_folder=True),
    Column(
        "evaluation_end",
        "Evaluation end",
        lambda one: one.evaluation_end,
        is_folder=True,
    ),
    Column("created_by", "Created by", lambda one: one.created_by, is_folder=True),
    Column("last_evaluated_at", "Last evaluated", lambda one: one.last_evaluated_at),
    Column(
        "entered", "Entered", lambda one: one.entered, is_shown=False, is_number=True
    ),
    Column("exited", "Exited", lambda one: one.exited, is_shown=False, is_number=True),
    Column(
        "destinations",
        "Destinations",
        lambda one: ", ".join(one.destinations),
        is_shown=False,
        is_folder=True,
    ),
    Column("segment_id", "Id", lambda one: one.segment_id, is_shown=False),
    Column("file", "File", lambda one: one.file, is_shown=False),
)
BY_KEY = {column.key: column for column in COLUMNS}
FOLDERS = tuple(column for column in COLUMNS if column.is_folder)
USUAL = tuple(column.key for column in COLUMNS if column.is_shown)
NOWHERE = "—"


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody wants to see: words to find, an order, a grouping, columns."""

    query: str = ""
    sort: str = "name"
    descending: bool = False
    group: str = ""
    columns: tuple[str, ...] = USUAL

    @property
    def shown(self) -> tuple[Column, ...]:
        """The chosen columns in the table's order; the name is always there."""
        return tuple(
            column
            for column in COLUMNS
            if column.key == "name" or column.key in self.columns
        )

    @property
    def shown_keys(self) -> tuple[str, ...]:
        """The keys of those columns."""
        return tuple(column.key for column in self.shown)

    def to_query(self, **changed: Any) -> str:
        """The query of an address that shows this choice, with some of it changed."""
        wanted = replace(self, **changed)
        order = f"-{wanted.sort}" if wanted.descending else wanted.sort
        said = {"q": wanted.query, "sort": order, "group": wanted.group}
        return urlencode({key: value for key, value in said.items() if value})

    def sorted_by(self, key: str) -> str:
        """The query that sorts by a column, the other way round the second time."""
        again = self.sort == key and not self.descending
        return self.to_query(sort=key, descending=again)


@dataclass(frozen=True, slots=True)
class Folder:
    """The rows of one group; without a grouping there is one, without a title."""

    title: str
    rows: Sequence[SegmentView]


def read_choice(params: Mapping[str, str], columns: Iterable[str]) -> Choice:
    """The choice that an address makes; what it does not say is the usual."""
    order = params.get("sort", "name")
    key = order.removeprefix("-")
    group = params.get("group", "")
    chosen = tuple(one for one in columns if one in BY_KEY)
    return Choice(
        query=params.get("q", "").strip()[:200],
        sort=key if key in BY_KEY else "name",
        descending=order.startswith("-"),
        group=group if group in BY_KEY and BY_KEY[group].is_folder else "",
        columns=chosen or USUAL,
    )


def arrange(segments: Iterable[SegmentView], choice: Choice) -> list[Folder]:
    """The segments that fit the choice, in its order, in its folders by title."""
    words = choice.query.casefold().split()
    found = [one for one in segments if _fits(one, words)]
    found.sort(key=_tie)
    column = BY_KEY[choice.sort]
    # Two sorts: what has no value stands last, whichever way the rest goes.
    found.sort(key=lambda one: _order(column.value(one)), reverse=choice.descending)
    found.sort(key=lambda one: column.value(one) is None)
    if not choice.group:
        return [Folder("", found)]
    folders: dict[str, list[SegmentView]] = {}
    for one in found:
        title = str(BY_KEY[choice.group].value(one) or NOWHERE)
        folders.setdefault(title, []).append(one)
    return [
        Folder(title, folders[title]) for title in sorted(folders, key=str.casefold)
    ]


def _fits(one: SegmentView, words: Sequence[str]) -> bool:
    """Whether every word is somewhere in what the segment says of itself."""
    if not words:
        return True
    said = (
        f"{one.segment_id} {one.name} {one.description} {one.system} {one.status} "
        f"{one.reason or ''} {one.rules} {one.created_by or ''} "
        f"{'Classic' if one.classic else ''} {' '.join(one.destinations)}"
    ).casefold()
    return all(word in said for word in words)


def _tie(one: SegmentView) -> tuple[str, str]:
    return one.name.casefold(), one.segment_id


def _order(value: Cell) -> Any:
    match value:
        case None:
            return (0, "")
        case str():
            return (1, value.casefold())
        case _:
            return (1, value)
