"""What cannot be taken back, or reaches the destinations: deletion and approval."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from headcount import clock, pipeline
from headcount.console.access import Asking, Right, needs
from headcount.console.pages import Shared, page
from headcount.errors import NotConfirmedError
from headcount.pipeline.approving import approve
from headcount.pipeline.lifecycle import delete

router = APIRouter()
log = logging.getLogger(__name__)


@router.post("/segments/{segment_id}/delete", dependencies=[needs(Right.DELETE)])
def delete_segment(
    request: Request,
    console: Shared,
    person: Asking,
    *,
    segment_id: str,
    confirmation: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """The segment is gone here once its id was typed; the next push tells destinations.

    Waits for a tick that has the store, up to a minute.
    """
    segment = console.desk.board().require(segment_id)
    if confirmation.strip() != segment_id:
        raise NotConfirmedError(segment_id)
    now = clock.now()
    report = delete(console.desk.project, segment_id, now=now, push_too=False)
    log.info("segment deleted segment_id=%s person=%s", segment_id, person.id)
    console.desk.look_again()
    return page(request, "_deleted.html", segment=segment, report=report)


@router.post("/segments/{segment_id}/approve", dependencies=[needs(Right.APPROVE)])
def approve_push(
    request: Request,
    console: Shared,
    person: Asking,
    *,
    segment_id: str,
    destination: Annotated[str, Form()],
    at: Annotated[datetime, Form()],
) -> HTMLResponse:
    """The push that the person saw is let go, and made by the next push.

    Waits for a tick that has the store, up to a minute.
    """
    console.desk.board().require(segment_id)
    project, now = console.desk.project, clock.now()
    report = approve(
        project, segment_id, destination=destination, at=at, now=now, push_too=False
    )
    log.info(
        "push approved destination=%s segment_id=%s person=%s",
        destination,
        segment_id,
        person.id,
    )
    if report.approved:
        pipeline.publish(project, now=now)
    return page(request, "_approved.html", report=report, destination=destination)
