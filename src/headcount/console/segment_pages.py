"""The segment table, one segment's page, and the questions asked on it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from headcount import clock
from headcount.console.access import Right, needs
from headcount.console.chart import draw
from headcount.console.pages import Shared, is_fragment, page
from headcount.console.profile import MOST_USERS, ask, read_profile
from headcount.console.table import (
    COLUMNS,
    FOLDERS,
    PAGE,
    Choice,
    arrange,
    read_choice,
)
from headcount.console.table_files import write_table
from headcount.evaluate.why import explain
from headcount.pipeline.survey import require_evaluated

router = APIRouter()

COLUMNS_COOKIE = "headcount_columns"
A_YEAR_S = 31_536_000
WHY_WAITS_S = 2.0

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get("/", dependencies=[needs(Right.READ)])
def segment_table(
    request: Request,
    console: Shared,
    *,
    folder: str | None = None,
    offset: Annotated[int, Query(ge=0)] = 0,
    column: Annotated[list[str] | None, Query()] = None,
) -> HTMLResponse:
    """The table, or the part of it that a search, a folder or "more" asks for.

    A choice of columns is kept in a cookie of this browser.
    """
    board = console.desk.board()
    choice = _choice(request, column)
    folders = arrange(board.segments, choice)
    if folder is not None or offset:
        chosen = next((one for one in folders if one.title == (folder or "")), None)
        rows = chosen.rows if chosen else ()
        return page(
            request,
            "_rows.html",
            choice=choice,
            title=folder or "",
            rows=rows,
            offset=offset,
            size=PAGE,
        )
    total = sum(len(one.rows) for one in folders)
    answer = page(
        request,
        "_table.html" if is_fragment(request) else "table.html",
        board=board,
        choice=choice,
        folders=folders,
        total=total,
        are_open=total <= PAGE or not choice.group,
        all_columns=COLUMNS,
        groupings=FOLDERS,
        size=PAGE,
    )
    if column is not None:
        _keep_columns(request, answer, choice)
    return answer


@router.get("/table.{file_format}", dependencies=[needs(Right.EXPORT)])
def table_file(
    request: Request, console: Shared, file_format: Literal["csv", "xlsx"]
) -> Response:
    """The table as a file: the rows and columns that are shown, in their order."""
    choice = _choice(request, None)
    folders = arrange(console.desk.board().segments, choice)
    rows = [row for folder in folders for row in folder.rows]
    at = console.desk.board().published_at or clock.now()
    file = write_table(choice.shown, rows, at=at, format_=file_format)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, headers=headers, media_type=TYPES[file_format])


@router.get("/segments/{segment_id}", dependencies=[needs(Right.READ)])
def segment_page(request: Request, console: Shared, segment_id: str) -> HTMLResponse:
    """Everything about one segment."""
    board = console.desk.board()
    segment = board.require(segment_id)
    profile = None
    if segment.version is not None:
        with console.desk.published() as published:
            profile = read_profile(published, segment_id, system=segment.system)
    project = console.desk.project
    file = project.folder / segment.file
    others = [
        one
        for one in board.segments
        if one.system == segment.system and one.is_told and one != segment
    ]
    return page(
        request,
        "segment.html",
        board=board,
        segment=segment,
        profile=profile,
        chart=draw(profile.sizes) if profile else None,
        destinations=project.settings.destinations,
        text=file.read_text(encoding="utf-8") if file.is_file() else None,
        others=others,
        most=MOST_USERS,
    )


@router.get("/segments/{segment_id}/changes", dependencies=[needs(Right.READ)])
def segment_changes(
    request: Request, console: Shared, segment_id: str, at: datetime
) -> HTMLResponse:
    """Who entered and who left at one tick."""
    console.desk.board().require(segment_id)
    with console.desk.published() as published:
        found = ask(
            published,
            "changes",
            {"segment_id": segment_id, "at": at, "most": MOST_USERS},
        )
    return page(request, "_changes.html", found=found, at=at, most=MOST_USERS)


@router.get("/segments/{segment_id}/overlap", dependencies=[needs(Right.READ)])
def segment_overlap(
    request: Request,
    console: Shared,
    segment_id: str,
    other: Annotated[str, Query(alias="with")],
) -> HTMLResponse:
    """How many members two segments of a system share."""
    board = console.desk.board()
    pair = board.require(segment_id), board.require(other)
    with console.desk.published() as published:
        key = {"segment_id": segment_id, "other": other}
        (found,) = ask(published, "overlap", key)
    return page(request, "_overlap.html", pair=pair, found=found)


@router.get("/segments/{segment_id}/why", dependencies=[needs(Right.READ)])
def segment_why(
    request: Request, console: Shared, segment_id: str, user: str
) -> HTMLResponse:
    """Why a user is a member or not, with the events that decided.

    The one question that opens the store: attributes are kept there as they were at
    any instant. It reads one user's rows and lets go; while a tick has the store it
    waits two seconds and says so.
    """
    console.desk.board().require(segment_id)
    project = console.desk.project
    with project.open_store(wait_s=WHY_WAITS_S) as warehouse:
        registered, newest = require_evaluated(project, warehouse, segment_id)
        systems = project.settings.systems
        found = explain(warehouse, registered, user.strip(), systems, at=newest)
    return page(request, "_why.html", found=found)


def _choice(request: Request, column: list[str] | None) -> Choice:
    kept = request.cookies.get(COLUMNS_COOKIE, "").split(".")
    return read_choice(request.query_params, column if column is not None else kept)


def _keep_columns(request: Request, answer: Response, choice: Choice) -> None:
    answer.set_cookie(
        COLUMNS_COOKIE,
        ".".join(choice.columns),
        max_age=A_YEAR_S,
        path=request.scope.get("root_path") or "/",
        httponly=True,
        samesite="lax",
    )
