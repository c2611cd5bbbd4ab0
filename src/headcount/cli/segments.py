"""`list`, `show`, `members`, `history`: look at segments, at any past instant too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from headcount.cli.failures import DONE
from headcount.cli.session import At, SegmentArgument, Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from headcount.cli.terminal import Standing
    from headcount.pipeline.survey import SegmentView
    from headcount.store.catalog import PushState, Size, Stay, Version

SIZES_SHOWN = 12
CHANGES_SHOWN = 100
CHART_HEIGHT = 4


def list_segments(session: Session, at: At = None) -> int:
    """List the segments with status, members, and who entered and left last."""
    from headcount.pipeline.survey import open_to_look, survey

    instant = session.instant(at)
    with open_to_look(session.project) as warehouse:
        segments = survey(session.project, warehouse, at=instant).segments
    session.answer(
        {"at": instant, "segments": [segment.to_json() for segment in segments]},
        lambda: _listing(segments),
    )
    return DONE


def show(session: Session, segment: SegmentArgument, at: At = None) -> int:
    """Show one segment: its rules in words, sizes, versions and pushes."""
    from headcount.pipeline.survey import open_to_look, survey
    from headcount.store.catalog import read_pushes, read_sizes, read_versions

    instant = session.instant(at)
    with open_to_look(session.project) as warehouse:
        view = survey(session.project, warehouse, at=instant).require(segment)
        versions = read_versions(warehouse, segment)
        sizes = read_sizes(warehouse, segment, until=instant)
        pushes = [p for p in read_pushes(warehouse) if p.segment_id == segment]
    session.answer(
        view.to_json()
        | {
            "versions": [_version_to_json(version) for version in versions],
            "sizes": [asdict(size) for size in sizes[-SIZES_SHOWN:]],
            "pushes": [asdict(push) for push in pushes],
        },
        lambda: _portrait(view, versions, sizes, pushes),
    )
    return DONE


def members(session: Session, segment: SegmentArgument, at: At = None) -> int:
    """List the members of a segment by user id, now or at any past instant."""
    from headcount.pipeline.survey import open_to_look, survey
    from headcount.store.membership import read_members

    instant = session.instant(at)
    with open_to_look(session.project) as warehouse:
        view = survey(session.project, warehouse, at=instant).require(segment)
        told_at = (instant or view.last_evaluated_at) if view.is_told else None
        rows: list[tuple[str, datetime]] = []
        if told_at is not None:
            rows = read_members(warehouse, segment, told_at).rows()
    session.answer(
        {
            "segment_id": segment,
            "at": told_at,
            "members": [
                {"user_id": user, "entered_at": entered} for user, entered in rows
            ],
        },
        lambda: _roll(rows, told_at),
    )
    return DONE


def history(
    session: Session,
    segment: SegmentArgument,
    user: Annotated[
        str | None, typer.Argument(metavar="[USER]", help="Tell one user's stays.")
    ] = None,
    at: At = None,
) -> int:
    """Tell how a segment grew and shrank, or when one user was in it.

    A deleted segment keeps its history.
    """
    from headcount.pipeline.survey import open_to_look, require_system
    from headcount.store.catalog import read_sizes, read_stays, require_user_code

    instant = session.instant(at)
    with open_to_look(session.project) as warehouse:
        system = require_system(session.project, warehouse, segment)
        if user is None:
            sizes = read_sizes(warehouse, segment, until=instant)
        else:
            require_user_code(warehouse, system, user)
            stays = list(_until(read_stays(warehouse, segment, user), instant))
    if user is None:
        _tell_sizes(session, segment, sizes)
    else:
        _tell_stays(session, segment, user, stays)
    return DONE


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    panel = "Look at segments"
    app.command("list", rich_help_panel=panel)(command(list_segments))
    for function in (show, members, history):
        app.command(rich_help_panel=panel)(command(function))


def _tell_sizes(session: Session, segment: str, sizes: Sequence[Size]) -> None:
    session.answer(
        {"segment_id": segment, "sizes": [asdict(size) for size in sizes]},
        lambda: _growth(segment, sizes),
    )


def _tell_stays(
    session: Session, segment: str, user: str, stays: Sequence[Stay]
) -> None:
    document = {"segment_id": segment, "user_id": user}
    session.answer(
        document | {"stays": [asdict(stay) for stay in stays]},
        lambda: _biography(segment, user, stays),
    )


def _until(stays: Sequence[Stay], instant: datetime | None) -> Iterator[Stay]:
    """The stays as they were known at the instant: later ends had not come yet."""
    for stay in stays:
        if instant is None or (stay.left_at and stay.left_at <= instant):
            yield stay
        elif stay.entered_at <= instant:
            yield replace(stay, left_at=None)


def _listing(segments: Sequence[SegmentView]) -> Iterator[RenderableType]:
    from headcount.cli.terminal import standing_table

    if not segments:
        yield "No segments yet: put a definition into segments/, then `headcount run`."
        return
    for system in dict.fromkeys(segment.system for segment in segments):
        rows = (_standing(one) for one in segments if one.system == system)
        yield standing_table([system], rows)
        yield ""
    for segment in segments:
        if segment.status == "Failed" or segment.orphaned:
            yield f"{segment.segment_id}: {_plight(segment)}"


def _standing(one: SegmentView) -> Standing:
    from headcount.cli.terminal import Standing

    return Standing([_title(one)], one.status, one.members, one.entered, one.exited)


def _title(segment: SegmentView) -> str:
    labels = [
        label
        for label, holds in (
            ("Classic", segment.classic),
            ("orphaned", segment.orphaned),
        )
        if holds
    ]
    return " ".join([segment.segment_id, *(f"({label})" for label in labels)])


def _plight(segment: SegmentView) -> str:
    if segment.status == "Failed":
        return segment.reason or "no reason was kept"
    return (
        f"its file {segment.file} is gone; it goes on as registered "
        f"(`headcount delete {segment.segment_id}` ends it)"
    )


def _portrait(
    view: SegmentView,
    versions: Sequence[Version],
    sizes: Sequence[Size],
    pushes: Sequence[PushState],
) -> Iterator[RenderableType]:
    from headcount.cli.chart import SizeChart
    from headcount.cli.terminal import facts, table, to_words

    yield facts(
        {
            "segment": _title(view),
            "name": view.name,
            "description": view.description,
            "system": view.system,
            "status": f"{view.status}: {view.reason}" if view.reason else view.status,
            "who": f"users who each {view.rules}",
            "date range": view.date_range,
            "ends": to_words(view.expires_at) if view.expires_at else None,
            "members": view.members,
            "evaluated": view.last_evaluated_at,
            "version": f"{view.version} of {len(versions)}" if view.version else None,
            "created by": view.created_by,
            "file": view.file,
        }
    )
    if sizes:
        yield ""
        yield SizeChart(sizes, height=CHART_HEIGHT)
        yield _size_table(sizes[-SIZES_SHOWN:])
    if pushes:
        yield ""
        yield table(
            ["pushed to", "status", "holding", ("users", "right")],
            ((p.destination, p.status, p.snapshot_at, p.held) for p in pushes),
        )


def _roll(rows: Sequence[tuple[str, datetime]], at: datetime | None) -> Iterator[str]:
    """One line a member: a list may be long, so it is text and not a table."""
    from headcount.cli.terminal import plural, printable, to_words

    ids = [printable(user) for user, _ in rows]
    width = max(map(len, ids), default=0)
    for user, (_, entered) in zip(ids, rows, strict=True):
        yield f"{user:<{width}}  since {to_words(entered)}"
    when = "not evaluated yet" if at is None else f"at {to_words(at)}"
    yield f"{plural(len(rows), 'member')}, {when}"


def _growth(segment: str, sizes: Sequence[Size]) -> Iterator[RenderableType]:
    """The chart, and the ticks that changed something: most of a year do not."""
    from headcount.cli.chart import SizeChart
    from headcount.cli.terminal import plural

    changed = [size for size in sizes if size.entered or size.exited]
    shown = changed[-CHANGES_SHOWN:]
    yield SizeChart(sizes)
    if shown:
        yield _size_table(shown)
    if len(shown) < len(changed):
        yield f"… {len(changed) - len(shown):,} earlier changes (--json shows them)"
    evaluated = plural(len(sizes), "evaluated tick")
    yield f"{segment}: {evaluated}, {len(changed):,} with a change"


def _size_table(sizes: Sequence[Size]) -> Table:
    from headcount.cli.terminal import SIZES, change, table

    return table(
        ["at", *SIZES],
        (
            (
                size.at,
                size.members,
                change(size.entered, "+"),
                change(size.exited, "-"),
            )
            for size in sizes
        ),
    )


def _biography(
    segment: str, user: str, stays: Sequence[Stay]
) -> Iterator[RenderableType]:
    from headcount.cli.terminal import plural, printable, table

    if stays:
        yield table(
            ["entered", "left", ("version", "right")],
            (
                (stay.entered_at, stay.left_at or "still in", stay.version)
                for stay in stays
            ),
        )
    yield f"{printable(user)}: {plural(len(stays), 'stay')} in {segment}"


def _version_to_json(version: Version) -> dict[str, object]:
    return {
        "version": version.version,
        "created_at": version.created_at,
        "first_used_at": version.first_used_at,
    }
