"""What every command is given: the project, the present, and where to answer."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec

import typer

from headcount import __version__, clock
from headcount.cli.encoding import to_json
from headcount.cli.failures import attended
from headcount.errors import FutureInstantError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from headcount.project import Project

P = ParamSpec("P")
Page = Callable[[], "Iterable[RenderableType]"]

ProjectOption = Annotated[
    Path | None,
    typer.Option(
        "--project",
        metavar="DIR",
        help="The project folder; default: HEADCOUNT_HOME, else the folder here.",
        show_default=False,
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON document on stdout, nothing else.")
]
DebugOption = Annotated[
    bool, typer.Option("--debug", help="Show the traceback of a failure.")
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="INSTANT", help="ISO 8601; without an offset UTC."),
]

SegmentArgument = Annotated[
    str, typer.Argument(metavar="SEGMENT", help="Its id.", show_default=False)
]


@dataclass(frozen=True, slots=True)
class Shared:
    """The options every command takes, before or after its name."""

    folder: Path | None = None
    as_json: bool = False
    debug: bool = False

    def or_else(self, earlier: Shared) -> Shared:
        """These, and where they are silent what stood before the command."""
        return Shared(
            folder=self.folder or earlier.folder,
            as_json=self.as_json or earlier.as_json,
            debug=self.debug or earlier.debug,
        )


class Session:
    """One run of one command."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared

    @cached_property
    def now(self) -> datetime:
        """The present, read once."""
        return clock.now()

    @cached_property
    def project(self) -> Project:
        """The project the command works on; DefinitionError lists all its faults."""
        from headcount.project import open_project

        return open_project(self.shared.folder)

    def instant(self, at: str | None) -> datetime | None:
        """What `--at` names, None without one; UsageError when it lies ahead."""
        return None if at is None else self.require_instant(at)

    def require_instant(self, at: str) -> datetime:
        """The instant that the text names; UsageError when it lies ahead."""
        instant = clock.parse_instant(at)
        if instant > self.now:
            raise FutureInstantError(instant, now=self.now)
        return instant

    def tick(self, at: str | None) -> datetime:
        """The instant to act at: what `--at` names, else the last whole quarter."""
        return self.instant(at) or clock.last_tick(self.now)

    def answer(self, document: Any, page: Page) -> None:
        """The one answer of the command: the document, or a page for a person."""
        if self.shared.as_json:
            sys.stdout.write(to_json(document) + "\n")
            return
        from rich.text import Text

        from headcount.cli.terminal import terminal

        out = terminal(sys.stdout)
        for part in page():
            # A terminal folds plain lines itself, and a path copied stays whole.
            out.print(part, soft_wrap=isinstance(part, str | Text))

    @contextmanager
    def progress(self, doing: str) -> Iterator[Callable[[str], None]]:
        """A line on stderr says what is being done, where stderr is a terminal.

        The block is given what changes the line.
        """
        if not sys.stderr.isatty():
            yield lambda _: None
            return
        from headcount.cli.terminal import terminal

        with terminal(sys.stderr).status(doing) as line:
            yield line.update


def command(function: Callable[Concatenate[Session, P], int]) -> Callable[..., int]:
    """`function` as Typer calls it: the shared options added, every failure told."""
    parameters = list(inspect.signature(function, eval_str=True).parameters.values())

    @wraps(function)
    def run(*, ctx: typer.Context, **given: Any) -> int:
        own = Shared(
            folder=given.pop("project"),
            as_json=given.pop("as_json"),
            debug=given.pop("debug"),
        )
        session = Session(own.or_else(ctx.obj))
        return attended(session, lambda: function(session, **given))  # type: ignore[call-arg]

    added = [_keyword("ctx", typer.Context), *parameters[1:], *_SHARED]
    signature = inspect.Signature(
        [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in added]
    )
    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    return run


def _say_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"headcount {__version__}\n")
        raise typer.Exit


def shared_options(
    ctx: typer.Context,
    *,
    project: ProjectOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", is_eager=True, callback=_say_version
        ),
    ] = False,
) -> None:
    """Exact behavioural segments every 15 minutes on one machine."""
    ctx.obj = Shared(project, as_json, debug)


def _keyword(name: str, annotation: Any, *default: Any) -> inspect.Parameter:
    given = {"default": default[0]} if default else {}
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, annotation=annotation, **given)


_SHARED = (
    _keyword("project", ProjectOption, None),
    _keyword("as_json", JsonOption, False),
    _keyword("debug", DebugOption, False),
)
