"""The console as one app: routes, who may use them, and what its errors look like."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from headcount.console import (
    action_pages,
    builder_pages,
    export_pages,
    segment_pages,
    static_files,
)
from headcount.console.access import ForbiddenError, Identify, Person, Right
from headcount.console.desk import Desk
from headcount.console.jobs import TooMuchToDoError
from headcount.console.pages import Console, is_fragment, page
from headcount.console.security import (
    ForgedRequestError,
    GuardedAnswers,
    require_token,
)
from headcount.errors import (
    DefinitionError,
    HeadcountError,
    NotPublishedError,
    ReadersBusyError,
    StoreBusyError,
    UnknownSegmentError,
    UsageError,
)

log = logging.getLogger(__name__)

STATUSES: dict[type[HeadcountError], int] = {
    ForbiddenError: HTTPStatus.FORBIDDEN,
    ForgedRequestError: HTTPStatus.FORBIDDEN,
    UnknownSegmentError: HTTPStatus.NOT_FOUND,
    DefinitionError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UsageError: HTTPStatus.BAD_REQUEST,
    NotPublishedError: HTTPStatus.SERVICE_UNAVAILABLE,
    ReadersBusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    StoreBusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    TooMuchToDoError: HTTPStatus.SERVICE_UNAVAILABLE,
    HeadcountError: HTTPStatus.CONFLICT,
}
"""The first that fits decides."""

PAGES = (segment_pages, builder_pages, export_pages, action_pages, static_files)


def create_app(
    desk: Desk,
    identify: Identify,
    *,
    secret: bytes,
    login_url: Callable[[], str] | None = None,
) -> FastAPI:
    """The console over a project; `identify` says who asks, or raises the host's 401.

    Nothing is answered to a stranger, and no form is taken without its token. A page
    that a stranger asks for sends the browser to `login_url`.
    """

    async def admit(request: Request, person: Person = Depends(identify)) -> None:  # noqa: B008
        request.state.person = person
        if Right.READ not in person.rights:
            raise ForbiddenError(Right.READ)
        await require_token(request, person.id, secret)

    app = FastAPI(
        title="headcount",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(admit)],
        redirect_slashes=False,
    )
    app.state.console = Console(desk, secret)
    for pages in PAGES:
        app.include_router(pages.router)
    app.add_middleware(GuardedAnswers)
    app.add_exception_handler(HeadcountError, _refused)
    app.add_exception_handler(Exception, _broken)

    @app.exception_handler(HTTPException)
    async def _stopped(request: Request, error: HTTPException) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "")
        is_stranger = error.status_code == HTTPStatus.UNAUTHORIZED
        if is_stranger and wants_page and login_url and request.method == "GET":
            address = f"{login_url()}?next={quote(str(request.url), safe='')}"
            return RedirectResponse(address, HTTPStatus.TEMPORARY_REDIRECT)
        return _message(request, error.status_code, str(error.detail))

    return app


async def _refused(request: Request, error: Exception) -> Response:
    status = next(code for kind, code in STATUSES.items() if isinstance(error, kind))
    return _message(request, status, str(error))


async def _broken(request: Request, error: Exception) -> Response:
    """A bug: its number is shown, the rest is in the server's log."""
    number = uuid.uuid4().hex[:12]
    log.error("console request failed id=%s", number, exc_info=error)
    text = f"Something broke here. The server's log tells more under {number}."
    return _message(request, HTTPStatus.INTERNAL_SERVER_ERROR, text)


def _message(request: Request, status: int, text: str) -> HTMLResponse:
    template = "_message.html" if is_fragment(request) else "message.html"
    title = HTTPStatus(status).phrase
    return page(request, template, status_code=status, title=title, text=text)
