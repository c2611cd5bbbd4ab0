"""From the words of a command line to an exit code."""

from __future__ import annotations

import os
import sys
from functools import cache
from threading import Lock
from typing import Any, NoReturn

import typer

from headcount.cli import (
    authoring,
    comparison,
    demo,
    events,
    exporting,
    lifecycle,
    projects,
    query,
    segments,
    stages,
    standins,
    status,
    syncs,
    up,
    upkeep,
    why,
)
from headcount.cli.failures import tell_usage
from headcount.cli.session import shared_options

GROUPS = (
    demo,
    up,
    standins,
    projects,
    stages,
    syncs,
    exporting,
    segments,
    comparison,
    why,
    status,
    events,
    query,
    authoring,
    lifecycle,
    upkeep,
)

_BUILDING = Lock()


def entry_point() -> NoReturn:
    """Run the command line of this process and end it with the command's exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    code = main(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away: what is left in the buffer has nowhere to go, and
        # Python would complain of it once more while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def main(argv: list[str]) -> int:
    """The exit code of one command, after it has said all it has to say.

    Nothing global is left behind: no handler, no environment, no folder; any number of
    calls may follow each other in one process. Exit codes: interface.md §3; 130 when a
    person interrupted it, 141 when the reader of its output went away.
    """
    with _BUILDING:
        command = _command()
        _prepare_parameters(command, argv)
    try:
        code = command.main(args=argv, prog_name="headcount", standalone_mode=False)
    except typer.TyperException as error:
        return tell_usage(error, as_json="--json" in argv)
    return int(code or 0)


@cache
def _command() -> Any:
    """The tree of commands, built once."""
    app = typer.Typer(
        name="headcount",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(shared_options)
    for group in GROUPS:
        group.register(app)
    return typer.main.get_command(app)


def _prepare_parameters(tree: Any, argv: list[str]) -> None:
    """Build what reads each option of the command now, once, not while it is called.

    Typer sets an environment variable while it builds one, which two threads must not
    do at the same time. The options of commands that nobody named can wait.
    """
    named = [tree.commands[word] for word in argv if word in tree.commands]
    for command in (tree, *named):
        for parameter in command.params:
            if hasattr(parameter, "get_runtime_param"):
                parameter.get_runtime_param()
