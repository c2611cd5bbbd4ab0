"""Exports: made on demand, listed with the subscriptions, downloaded by opaque id."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import FileResponse, HTMLResponse
from starlette.exceptions import HTTPException

from headcount import clock, pipeline
from headcount.console.access import Asking, Right, needs
from headcount.console.pages import Shared, page
from headcount.console.profile import ask
from headcount.exports.export import Export
from headcount.exports.request import Format
from headcount.project import Project

router = APIRouter()
log = logging.getLogger(__name__)

MOST_FILES = 200

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


@router.get("/exports", dependencies=[needs(Right.READ)])
def exports_page(request: Request, console: Shared) -> HTMLResponse:
    """The finished files and the subscriptions that make some by themselves."""
    board = console.desk.board()
    files = []
    if board.published_at is not None:
        with console.desk.published() as published:
            wanted = {"segment_id": None, "most": MOST_FILES}
            files = ask(published, "exports", wanted)
    folder = console.desk.project.exports_folder
    return page(
        request,
        "exports.html",
        board=board,
        files=files,
        sizes={one["export_id"]: _size(folder / one["file"]) for one in files},
        subscriptions=console.desk.project.settings.subscriptions,
        most=MOST_FILES,
    )


@router.get("/exports/{export_id}", dependencies=[needs(Right.EXPORT)])
def download(console: Shared, person: Asking, export_id: str) -> FileResponse:
    """The file of this id, as an attachment; noted in the log, with who took it."""
    with console.desk.published() as published:
        found = ask(published, "export", {"export_id": export_id})
    path = console.desk.project.exports_folder / found[0]["file"] if found else None
    if path is None or not path.is_file():
        raise HTTPException(404, "this export is not there, or no longer: make it anew")
    log.info("export downloaded export_id=%s person=%s", export_id, person.id)
    return FileResponse(path, filename=path.name, media_type=TYPES[found[0]["format"]])


@router.post("/segments/{segment_id}/exports", dependencies=[needs(Right.EXPORT)])
def make_export(
    request: Request,
    console: Shared,
    *,
    segment_id: str,
    file_format: Annotated[Format, Form(alias="format")],
    attributes: Annotated[list[str] | None, Form()] = None,
) -> HTMLResponse:
    """The members as a file; until it is finished, an answer that asks again."""
    board = console.desk.board()
    board.require(segment_id)
    chosen = tuple(attributes or ())
    work = _export(console.desk.project, segment_id, file_format, chosen)
    key = "export", segment_id, file_format, chosen, board.stamp
    answer = console.jobs.ask(key, work)
    if answer.found is not None:
        console.desk.look_again()
    return page(
        request,
        "_export.html",
        segment_id=segment_id,
        file_format=file_format,
        attributes=chosen,
        answer=answer,
    )


def _export(
    project: Project,
    segment_id: str,
    file_format: Format,
    attributes: tuple[str, ...],
) -> Callable[[], Export]:
    """Make the file and publish that it is there, for all server processes."""

    def work() -> Export:
        now = clock.now()
        made = pipeline.export(
            project, segment_id, format=file_format, attributes=attributes, now=now
        )
        if not made.is_shared:
            pipeline.publish(project, now=now)
        return made

    return work


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None
