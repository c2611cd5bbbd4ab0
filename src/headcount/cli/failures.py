"""How a command that cannot go on says so, and which exit code it gives.

Source: interface.md §3. A person reads lines on stderr, never a traceback unless asked
for; a program reads `{"error": {"kind", "message", …}}` on stdout.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from headcount.cli.encoding import to_json
from headcount.errors import DefinitionError, HeadcountError, HeldError, UsageError

if TYPE_CHECKING:
    from headcount.cli.session import Session

DONE, FAILED, MISUSED, HELD = 0, 1, 2, 3
INTERRUPTED, READER_GONE = 130, 141

log = logging.getLogger(__name__)


def attended(session: Session, body: Callable[[], int]) -> int:
    """The exit code of `body`; whatever it raises has been told to the caller."""
    with _logged(session):
        try:
            return body()
        except KeyboardInterrupt:
            return _tell_interrupt(session)
        except BrokenPipeError:
            return READER_GONE
        except HeadcountError as error:
            return _tell(session, error)
        except OSError as error:
            return _tell_system(session, error)
        except Exception as error:  # an unknown error is a bug: told, never hidden
            log.exception("command failed")
            return _tell_bug(session, error)


def tell_usage(error: typer.TyperException, *, as_json: bool) -> int:
    """Say what is wrong with the words of the command line: exit 2."""
    message = error.format_message()
    if as_json:
        sys.stdout.write(to_json(_document("usage", message)) + "\n")
        return MISUSED
    if not message:  # no words at all: Typer has shown the help
        return MISUSED
    context = getattr(error, "ctx", None)
    hint = f"\nTry `{context.command_path} --help`." if context else ""
    sys.stderr.write(f"headcount: {message}{hint}\n")
    return MISUSED


def exit_code(error: HeadcountError) -> int:
    """Who must act decides: the caller or author 2, the operator 1, an approver 3."""
    if isinstance(error, UsageError | DefinitionError):
        return MISUSED
    return HELD if isinstance(error, HeldError) else FAILED


def error_to_json(error: HeadcountError) -> dict[str, Any]:
    """`{"error": …}` with the kind, the message and every fact the error holds."""
    return _document(error.kind, str(error), **vars(error))


def log_path(folder: Path) -> Path:
    """Where a project keeps the traces of what went wrong in its commands."""
    return folder / "warehouse" / "headcount.log"


def _document(kind: str, message: str, **facts: Any) -> dict[str, Any]:
    return {"error": {"kind": kind, "message": message, **facts}}


def _tell(session: Session, error: HeadcountError) -> int:
    _say(session, error_to_json(error), str(error))
    _show_trace(session)
    return exit_code(error)


def _tell_system(session: Session, error: OSError) -> int:
    """The system refused a file: no fault of headcount, and the operator can act."""
    path = str(error.filename) if error.filename else None
    reason = error.strerror or str(error)
    _say(
        session,
        _document("system", str(error), path=path, reason=reason),
        f"{path}: {reason}" if path else reason,
    )
    _show_trace(session)
    return FAILED


def _tell_bug(session: Session, error: Exception) -> int:
    message = f"{type(error).__name__}: {error}".splitlines()[0]
    folder = _folder(session)
    where = f"the trace is in {log_path(folder)}" if folder else "--debug shows where"
    document = _document(
        "internal", message, log=str(log_path(folder)) if folder else None
    )
    _say(session, document, f"this is a fault of headcount itself: {message} ({where})")
    _show_trace(session)
    return FAILED


def _tell_interrupt(session: Session) -> int:
    message = "interrupted; what was committed is kept, run it again to go on"
    _say(session, _document("interrupted", message), message)
    return INTERRUPTED


def _say(session: Session, document: dict[str, Any], message: str) -> None:
    if session.shared.as_json:
        sys.stdout.write(to_json(document) + "\n")
    else:
        sys.stderr.write(f"headcount: {message}\n")


def _show_trace(session: Session) -> None:
    if session.shared.debug:
        sys.stderr.write(traceback.format_exc())


def _folder(session: Session) -> Path | None:
    """The project's folder if the command has opened one."""
    project = session.__dict__.get("project")
    return project.folder if project else None


@contextmanager
def _logged(session: Session) -> Iterator[None]:
    """What the package warns of goes to the project's log while the command runs."""
    handler = _ProjectLog(session)
    package = logging.getLogger("headcount")
    package.addHandler(handler)
    try:
        yield
    finally:
        package.removeHandler(handler)
        handler.close()


class _ProjectLog(logging.Handler):
    """Appends to the log of the session's project; without one there is no place."""

    def __init__(self, session: Session) -> None:
        super().__init__(logging.WARNING)
        self.session = session
        line = logging.Formatter("%(asctime)sZ %(levelname)s %(name)s %(message)s")
        line.converter = time.gmtime
        self.setFormatter(line)

    def emit(self, record: logging.LogRecord) -> None:
        """Append the record; a log that cannot be written never fails a command."""
        folder = _folder(self.session)
        if folder is None:
            return
        with suppress(OSError):
            path = log_path(folder)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                file.write(self.format(record) + "\n")
