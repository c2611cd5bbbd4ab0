"""What cannot be taken back, or reaches the destinations: deletion."""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from headcount import clock
from headcount.console.access import Asking, Right, needs
from headcount.console.pages import Shared, page
from headcount.errors import NotConfirmedError
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
