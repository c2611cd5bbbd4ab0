"""`diff` and `overlap`: one segment at two instants, several segments at one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from headcount.cli.failures import DONE
from headcount.cli.session import At, SegmentArgument, Session, command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rich.console import RenderableType
    from rich.text import Text

    from headcount.pipeline.comparison import Overlap, SegmentDiff

COMBINATIONS_SHOWN = 20


def diff(
    session: Session,
    segment: SegmentArgument,
    start: Annotated[
        str, typer.Argument(metavar="T1", help="ISO 8601.", show_default=False)
    ],
    end: Annotated[
        str | None,
        typer.Argument(metavar="[T2]", help="Default: the newest evaluated instant."),
    ] = None,
) -> int:
    """Tell who entered and who left a segment between two instants."""
    from headcount.pipeline import comparison
    from headcount.pipeline.survey import open_to_look

    instants = session.require_instant(start), session.instant(end)
    with open_to_look(session.project) as warehouse:
        found = comparison.diff(
            session.project, warehouse, segment, start=instants[0], end=instants[1]
        )
    session.answer(found.to_json(), lambda: _changes(found))
    return DONE


def overlap(
    session: Session,
    segments: Annotated[
        list[str],
        typer.Argument(metavar="SEGMENT...", help="Two or more.", show_default=False),
    ],
    at: At = None,
) -> int:
    """Tell how many users several segments of one system have in common."""
    from headcount.pipeline import comparison
    from headcount.pipeline.survey import open_to_look

    instant = session.instant(at)
    with open_to_look(session.project) as warehouse:
        found = comparison.overlap(session.project, warehouse, segments, at=instant)
    session.answer(found.to_json(), lambda: _common(found))
    return DONE


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    for function in (diff, overlap):
        app.command(rich_help_panel="Look at segments")(command(function))


def _changes(found: SegmentDiff) -> Iterator[RenderableType]:
    from headcount.cli.terminal import to_words

    difference = found.difference
    yield f"{found.segment_id}, at {_told(found.start, found.start_evaluated_at)}"
    yield f"and at {_told(found.end, found.end_evaluated_at)}"
    yield (
        f"{difference.members_before:,} → {difference.members_after:,} members: "
        f"{difference.entered.height:,} entered, {difference.exited.height:,} left, "
        f"{difference.stayed:,} stayed"
    )
    for user, entered_at in difference.entered.iter_rows():
        yield _change("+", user, f"since {to_words(entered_at)}")
    for user, left_at in difference.exited.iter_rows():
        yield _change("-", user, f"left {to_words(left_at)}")


def _told(asked: datetime, evaluated: datetime) -> str:
    """The instant, with the tick that told it where that is another."""
    from headcount.cli.terminal import to_words

    if asked == evaluated:
        return to_words(asked)
    return f"{to_words(asked)} (evaluated {to_words(evaluated)})"


def _change(sign: str, user: str, when: str) -> Text:
    from rich.text import Text

    from headcount.cli.terminal import CHANGE_STYLES, printable

    return Text(f"{sign} {printable(user)}  {when}", style=CHANGE_STYLES[sign])


def _common(found: Overlap) -> Iterator[RenderableType]:
    from headcount.cli.terminal import plural, table, to_words

    names = {one: str(n) for n, one in enumerate(found.segment_ids, start=1)}
    yield f"{found.system} at {to_words(found.at)}"
    yield table(
        ["", "segment", ("members", "right"), ("in no other", "right")],
        (
            (names[one.segment_id], one.segment_id, one.members, one.only)
            for one in found.shares
        ),
    )
    yield ""
    yield table(
        ["pair", ("both", "right"), ("of first", "right"), ("of second", "right")],
        (
            (
                " & ".join(names[one] for one in pair.segment_ids),
                pair.both,
                _percent(pair.share_of_first),
                _percent(pair.share_of_second),
            )
            for pair in found.pairs
        ),
    )
    yield ""
    if len(names) > 2:  # noqa: PLR2004 - of two, the pair says it all
        yield from _combinations(found, names)
    everywhere = found.within(*found.segment_ids)
    yield f"{plural(found.in_any, 'user')} in any of them, {everywhere:,} in all"


def _combinations(found: Overlap, names: dict[str, str]) -> Iterator[RenderableType]:
    """Who is in exactly which: one mark a segment, the numbers above."""
    from headcount.cli.terminal import table

    shown = found.combinations[:COMBINATIONS_SHOWN]
    yield table(
        [*names.values(), ("in exactly these", "right")],
        (
            (*("●" if name in one.segment_ids else "·" for name in names), one.members)
            for one in shown
        ),
    )
    rest = len(found.combinations) - len(shown)
    if rest:
        yield f"… {rest} smaller combinations (--json shows them)"
    yield ""


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%}"
