"""The builder: a form in three steps, or the YAML itself, to the same file."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from headcount.console import builder
from headcount.console.access import Asking, Right, needs
from headcount.console.builder import Place, place_of
from headcount.console.desk import Board
from headcount.console.draft import (
    AGGREGATES,
    CASED,
    COMPARISONS,
    KINDS,
    MEASURES,
    OPERATORS,
    RANGES,
    VALUELESS,
    Draft,
    read_form,
    with_edit,
)
from headcount.console.jobs import Answer
from headcount.console.pages import Console, Shared, page
from headcount.console.redraft import to_draft
from headcount.console.suggestions import NOTHING, Suggestions, suggest
from headcount.definitions.load import load_definition
from headcount.definitions.yaml_writer import to_yaml
from headcount.errors import DefinitionError, NotPublishedError, UsageError
from headcount.pipeline.survey import SegmentView

router = APIRouter(dependencies=[needs(Right.BUILD)])
log = logging.getLogger(__name__)

Found = TypeVar("Found")

WORDS: dict[str, Any] = {
    "kinds": KINDS,
    "operators": OPERATORS,
    "measures": MEASURES,
    "aggregates": AGGREGATES,
    "cased": CASED,
    "comparisons": COMPARISONS,
    "ranges": RANGES,
    "valueless": VALUELESS,
}


class ReadOnlySegmentError(UsageError):
    """A Classic segment is never edited."""

    kind = "read_only"

    def __init__(self, segment_id: str) -> None:
        self.segment_id = segment_id
        super().__init__(
            f"{segment_id} is a Classic segment, which is read-only: "
            "build a new one instead"
        )


async def _form(request: Request) -> FormData:
    return await request.form()


Fields = Annotated[FormData, Depends(_form)]


@router.get("/build")
def builder_page(
    request: Request, console: Shared, person: Asking, segment: str | None = None
) -> HTMLResponse:
    """An empty form, or the definition of a segment in it."""
    board = console.desk.board()
    if segment is None:
        draft = Draft(created_by=person.name, system=_first_free(console, board))
        return _builder(request, console, draft=draft, text=None, place=None)
    one = board.require(segment)
    if one.classic:
        raise ReadOnlySegmentError(segment)
    place = place_of(console.desk.project, segment, one.file)
    text = builder.read_text(console.desk.project, one.file)
    return _builder(
        request,
        console,
        draft=_as_draft(console, one),
        text=text,
        place=place,
        one=one,
    )


@router.post("/build/rules")
def edit_rules(request: Request, console: Shared, form: Fields) -> HTMLResponse:
    """The conditions after a button or a choice, with what fits them on offer."""
    draft = read_form(_pairs(form))
    edit = form.get("edit")
    if isinstance(edit, str) and edit:
        with suppress(ValueError, IndexError):
            draft = with_edit(draft, edit)
    return page(
        request,
        "_rules.html",
        draft=draft,
        offered=_offered(console, draft),
        segments=_references(console.desk.board(), draft),
        **WORDS,
    )


@router.post("/build/yaml")
def as_yaml(request: Request, console: Shared, form: Fields) -> HTMLResponse:
    """The same definition as text, to go on in YAML."""
    text = _text(form)
    place = _place(console, form)
    return _builder(request, console, draft=None, text=text, place=place)


@router.post("/build/calculate")
def calculate(request: Request, console: Shared, form: Fields) -> HTMLResponse:
    """The exact size now and each condition's own; asked again until it is there."""
    text, place = _text(form), _place(console, form)
    answer = _long(console, builder.calculate, text, place)
    return page(request, "_calculation.html", answer=answer, board=console.desk.board())


@router.post("/build/review")
def review(request: Request, console: Shared, form: Fields) -> HTMLResponse:
    """The YAML, what a tick would make of it, and the button that saves it."""
    text, place = _text(form), _place(console, form)
    answer = _long(console, builder.review, text, place)
    return page(request, "_review.html", answer=answer, text=text, place=place)


@router.post("/build/save")
def save(request: Request, console: Shared, person: Asking, form: Fields) -> Response:
    """The file is written, and the segment's page comes; a faulty text is refused."""
    text = str(form.get("text", ""))
    place = Place(str(form.get("file", "")), str(form.get("base", "")))
    _require_ours(console, place)
    reviewed = builder.review(console.desk.project, place, text)
    if reviewed.definition is None or not reviewed.may_be_saved:
        answer = Answer(reviewed, 0.0)
        return page(
            request,
            "_review.html",
            status_code=422,
            answer=answer,
            text=text,
            place=place,
        )
    builder.save(console.desk.project, place, text)
    log.info("definition saved file=%s person=%s", place.file, person.id)
    console.desk.look_again()
    root = request.scope.get("root_path", "")
    address = f"{root}/segments/{reviewed.definition.id}"
    if request.headers.get("hx-request"):
        return Response(headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def _builder(
    request: Request,
    console: Console,
    *,
    draft: Draft | None,
    text: str | None,
    place: Place | None,
    one: SegmentView | None = None,
) -> HTMLResponse:
    board = console.desk.board()
    shown = draft or Draft()
    return page(
        request,
        "build.html",
        board=board,
        draft=draft,
        text=text,
        place=place,
        segment=one,
        systems=_systems(console, board),
        destinations=console.desk.project.settings.destinations,
        offered=_offered(console, shown),
        segments=_references(board, shown),
        **WORDS,
    )


def _systems(console: Console, board: Board) -> list[dict[str, Any]]:
    """Each system with its segments and its limit; the full ones take no more."""
    found = []
    for name, system in console.desk.project.settings.systems.items():
        taken = sum(one.system == name for one in board.segments)
        most = system.limits.segments
        is_full = most is not None and taken >= most
        found.append({"name": name, "taken": taken, "most": most, "is_full": is_full})
    return found


def _first_free(console: Console, board: Board) -> str:
    free = [one["name"] for one in _systems(console, board) if not one["is_full"]]
    return free[0] if free else ""


def _references(board: Board, draft: Draft) -> list[SegmentView]:
    """The segments that a condition may refer to: of the same system, not itself."""
    return [
        one
        for one in board.segments
        if one.system == draft.system and one.segment_id != draft.segment_id
    ]


def _offered(console: Console, draft: Draft) -> Suggestions:
    try:
        with console.desk.published() as published:
            return suggest(published, draft)
    except NotPublishedError:
        return NOTHING


def _as_draft(console: Console, one: SegmentView) -> Draft | None:
    """The definition in the form's fields; None: faulty, gone, or too deep for it."""
    project = console.desk.project
    path = project.folder / one.file
    if one.status == "Expired" or not path.is_file():
        return None
    try:
        return to_draft(load_definition(path, project.settings, file=one.file))
    except DefinitionError:
        return None


def _pairs(form: FormData) -> list[tuple[str, str]]:
    return [(key, value) for key, value in form.multi_items() if isinstance(value, str)]


def _text(form: FormData) -> str:
    """The YAML as typed, else the one that the fields make."""
    text = form.get("text")
    if isinstance(text, str):
        return text.replace("\r\n", "\n").rstrip() + "\n"
    draft = read_form(_pairs(form))
    file = form.get("file")
    stem = file.rpartition("/")[2].rpartition(".")[0] if isinstance(file, str) else None
    return _kept_comment(form) + to_yaml(draft.to_tree(stem or draft.segment_id))


def _kept_comment(form: FormData) -> str:
    """What stood above the definition before it came into the form."""
    comment = form.get("comment")
    lines = comment.splitlines() if isinstance(comment, str) else []
    return "".join(f"{line}\n" for line in lines if line.startswith("#"))


def _place(console: Console, form: FormData) -> Place:
    file, base = form.get("file"), form.get("base")
    if isinstance(file, str) and file:
        place = Place(file, base if isinstance(base, str) else "")
        _require_ours(console, place)
        return place
    return place_of(console.desk.project, read_form(_pairs(form)).segment_id)


def _require_ours(console: Console, place: Place) -> None:
    """Return when the file is a definition's, or the place of a new one."""
    known = {one.file for one in console.desk.board().segments}
    stem = place.file.rpartition("/")[2].removesuffix(".yaml")
    if place.file not in known and place.file != (
        place_of(console.desk.project, stem).file
    ):
        raise builder.BadIdError(place.file)


def _long(
    console: Console, work: Callable[..., Found], text: str, place: Place
) -> Answer[Found]:
    project, stamp = console.desk.project, console.desk.board().stamp
    said = sha256(f"{place.file}\n{text}".encode()).hexdigest()
    key = work.__name__, said, stamp
    return console.jobs.ask(key, lambda: work(project, place, text))
