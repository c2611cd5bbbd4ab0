"""Templates become answers: escaped, with what every page needs beside its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from headcount import clock
from headcount.console.access import Right
from headcount.console.desk import Desk
from headcount.console.jobs import Jobs
from headcount.console.security import token_of
from headcount.console.table import BY_KEY
from headcount.evaluate.evidence_words import evidence_lines
from headcount.pipeline.survey import SegmentView
from headcount.rules.words import definition_in_words
from headcount.wording import plural

NAMED = re.compile("`([^`]*)`")

STATIC = Path(__file__).parent / "static"
MOST_ROWS = 10_000  # of about a kilobyte each, in every process

SIGNS = {"Active": "●", "Pending": "◔", "Expired": "■", "Failed": "▲"}
"""A shape for each status, so that nobody needs the colour."""


class Console:
    """What the app keeps for its routes; `secret` is the host's, for the tokens."""

    def __init__(self, desk: Desk, secret: bytes) -> None:
        self.desk = desk
        self.jobs = Jobs()
        self.secret = secret


def _console(request: Request) -> Console:
    console: Console = request.app.state.console
    return console


Shared = Annotated[Console, Depends(_console)]


def page(
    request: Request,
    template: str,
    /,
    *,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """The template as an answer; forms in it carry the token of who asks."""
    console: Console = request.app.state.console
    person = getattr(request.state, "person", None)
    text = (
        _templates()
        .get_template(template)
        .render(
            root=request.scope.get("root_path", ""),
            person=person,
            rights=person.rights if person else frozenset(),
            token=token_of(person.id, console.secret) if person else "",
            now=clock.now(),
            **values,
        )
    )
    return HTMLResponse(text, status_code, headers=dict(headers or {}))


def is_fragment(request: Request) -> bool:
    """Whether a part of a page asks, not the whole page."""
    return request.headers.get("hx-request") == "true"


@cache
def fingerprint(name: str) -> str:
    """Part of a static file's address: other bytes have another."""
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("headcount.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "count": _count,
        "signed": _signed,
        "instant": _instant,
        "iso": clock.to_text,
        "ago": _ago,
        "plural": plural,
        "size": _size,
        "definition": definition_in_words,
        "words": _words,
        "evidence": evidence_lines,
        "leading_comment": _leading_comment,
    }
    environment.globals |= {
        "Right": Right,
        "sign": SIGNS.get,
        "asset": fingerprint,
        "row": _row,
    }
    return environment


@lru_cache(MOST_ROWS)
def _row(segment: SegmentView, columns: tuple[str, ...], root: str) -> Markup:
    """The segment's row of the table; kept, for most looks show what others saw."""
    shown = [BY_KEY[key] for key in columns]
    template = _templates().get_template("_row.html")
    return Markup(template.render(segment=segment, columns=shown, root=root))  # noqa: S704


def _words(rules: str) -> Markup:
    """Rules in words, with the names in them set apart."""
    pieces = NAMED.split(rules)
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if index % 2 else escape(piece)
        for index, piece in enumerate(pieces)
    )


def _leading_comment(text: str) -> str:
    """The comment above the first key."""
    lines = takewhile(lambda line: line.startswith("#"), text.splitlines())
    return "\n".join(lines)


def _count(number: int | None) -> str:
    return "—" if number is None else f"{number:,}"


def _signed(number: int, sign: str) -> str:
    """How many came or went; nobody is no more and no fewer."""
    return f"{sign}{number:,}" if number else "0"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def _ago(at: datetime, now: datetime) -> str:
    """How long ago in the largest unit that fits; what lies ahead is just now."""
    minutes = int((now - at).total_seconds() // 60)
    for length, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= length:
            return f"{plural(minutes // length, unit)} ago"
    return "just now"


def _size(number: int) -> str:
    """Bytes for people."""
    size = float(number)
    for unit in ("B", "kB", "MB"):
        if size < 1000:  # noqa: PLR2004
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
