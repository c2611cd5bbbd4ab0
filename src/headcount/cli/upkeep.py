"""`verify`, `rebuild`, `forget`: what is kept is sound, and what must go is gone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headcount.cli.failures import DONE, FAILED, HELD
from headcount.cli.session import Session, command
from headcount.errors import MissingFileError, NobodyNamedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from headcount.pipeline.forgetting import Receipt
    from headcount.pipeline.rebuilding import RebuildReport
    from headcount.pipeline.verification import Verification


def verify(session: Session) -> int:
    """Compare all that is kept twice, and memberships with a full evaluation."""
    from headcount import pipeline

    with session.progress("Opening the store") as say:
        found = pipeline.verify(session.project, on_check=say)
    session.answer(found.to_json(), lambda: _verification_page(found))
    return FAILED if found.count else DONE


def rebuild(
    session: Session,
    partial: Annotated[
        bool,
        typer.Option("--partial", help="Leave out raw files that are not there."),
    ] = False,
) -> int:
    """Tell the store anew from raw files, snapshots and what was published."""
    from headcount import pipeline

    with session.progress("Rebuilding") as say:
        report = pipeline.rebuild(
            session.project,
            now=session.now,
            partial=partial,
            progress=lambda path, rows: say(f"Reading {path}: {rows:,} rows"),
        )
    session.answer(report.to_json(), lambda: _rebuild_page(report))
    return FAILED if report.differing else DONE


def forget(
    session: Session,
    user: Annotated[
        str | None, typer.Argument(metavar="[USER]", help="The id, exact text.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="One id a line.")
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Let the user in again with new files.")
    ] = False,
) -> int:
    """Erase a user everywhere, in every system, at destinations too, for good."""
    users = _named_users(user, file)
    return _let_in(session, users) if undo else _forget(session, users)


def _named_users(user: str | None, file: Path | None) -> list[str]:
    """The one user, or those of the file; NobodyNamedError for neither and for both."""
    if file is not None and not file.is_file():
        raise MissingFileError(file)
    if file is None:
        users = [user or ""]
    else:
        users = file.read_text(encoding="utf-8-sig").splitlines()
    named = [one for one in dict.fromkeys(users) if one]
    if not named or (user is not None and file is not None):
        raise NobodyNamedError
    return named


def _forget(session: Session, users: list[str]) -> int:
    from headcount import pipeline

    with session.progress("Erasing"):
        receipt = pipeline.forget(session.project, users, now=session.now)
    session.answer(receipt.to_json(), lambda: _receipt_page(receipt))
    if receipt.is_complete:
        return DONE
    return HELD if receipt.is_held else FAILED


def _let_in(session: Session, users: list[str]) -> int:
    from headcount import pipeline
    from headcount.cli.terminal import plural

    undone = pipeline.undo_forget(session.project, users)
    lines = [
        f"{plural(len(undone.users), 'user')} may come back with new files; "
        "what was erased stays erased"
    ]
    if undone.unknown:
        lines.append(f"{plural(undone.unknown, 'user')} had not been erased")
    document = {"users": list(undone.users), "unknown": undone.unknown}
    session.answer(document, lambda: lines)
    return DONE


def register(app: typer.Typer) -> None:
    """Add the group's commands."""
    panel = "Keep it sound"
    for function in (verify, rebuild, forget):
        app.command(rich_help_panel=panel)(command(function))


def _verification_page(found: Verification) -> Iterator[RenderableType]:
    from headcount.cli.terminal import indented, plural, table

    yield table(
        ["check", ("differences", "right"), "note"],
        (
            (check.name.replace("_", " "), check.count, check.note or "")
            for check in found.checks
        ),
    )
    for check in found.checks:
        if check.differences:
            yield f"\n{check.name.replace('_', ' ')}"
        for one in check.differences:
            yield indented(f"{one.subject}: found {one.found}; wanted {one.wanted}")
        if check.count > len(check.differences):
            yield indented(f"and {check.count - len(check.differences):,} more")
    yield ""
    yield plural(found.count, "difference")


def _rebuild_page(report: RebuildReport) -> Iterator[RenderableType]:
    from headcount.cli.terminal import facts, plural

    yield facts(
        {
            "ledgers from": f"the {report.source}",
            "old store": report.kept,
            "not read again": ", ".join(one.path for one in report.unread),
            "snapshots written": ", ".join(report.healed),
        }
    )
    yield from report.notes
    if report.differing is None:
        yield "There was no old store to compare with."
    elif report.differing:
        yield f"Other content than the old store: {', '.join(report.differing)}"
    else:
        tables = plural(len(report.tables), "table")
        yield f"The same logical content as the old store, {tables}."


def _receipt_page(receipt: Receipt) -> Iterator[RenderableType]:
    from headcount.cli.terminal import facts, indented, plural, to_words

    erased = receipt.erased
    yield facts(
        {
            "receipt": to_words(receipt.at),
            "users": ", ".join(receipt.users),
            "events": erased.events,
            "attribute values": erased.attributes,
            "stays in segments": erased.stays,
            "snapshots": erased.snapshots,
            "exports removed": len(erased.exports),
            "rejected lines": erased.rejects,
            "requests sent": sum(push.requests for push in receipt.pushes),
            "old stores removed": receipt.kept_stores,
        }
    )
    if erased.told_by:
        yield "\nSource files that tell of them; they are yours, and never read again:"
        yield from map(indented, erased.told_by)
    if erased.mentions:
        values = plural(erased.mentions, "value")
        yield f"\n{values} of other users may name them; these stay."
    for heading, holders in (
        ("Not let go yet; tried again each night:", receipt.pending),
        ("To be removed there by hand:", receipt.by_hand),
    ):
        if holders:
            yield f"\n{heading}"
        for one in holders:
            told = one.reason or one.status
            yield indented(f"{one.destination} {one.segment_id}: {told}")
    yield "\nNothing is left of them here." if not receipt.pending else ""
