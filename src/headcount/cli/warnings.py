"""What a person should know and what stops nothing: names the log has never seen.

Source: interface.md §3. On stderr for a person, under `warnings` for a program; the
exit code is as without them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from headcount.errors import StateError

if TYPE_CHECKING:
    from headcount.cli.session import Session
    from headcount.definitions.model import Definition
    from headcount.project import Project
    from headcount.store.unseen import Unseen


def unseen_if_free(
    project: Project, definitions: Sequence[Definition]
) -> tuple[Unseen, ...]:
    """Names the store has never seen; none while another process holds it."""
    if not definitions or not project.store_path.exists():
        return ()
    from headcount.store.unseen import unseen_beside

    try:
        with project.open_store(wait_s=0) as warehouse:
            return unseen_beside(warehouse, definitions)
    except StateError:
        return ()  # `check` needs no data; whoever does will say what is wrong


def warn(session: Session, found: Iterable[Unseen]) -> dict[str, Any]:
    """What to add to the document; a person has read it on stderr."""
    found = list(found)
    if not session.shared.as_json:
        from headcount.cli.terminal import printable

        for one in found:
            sys.stderr.write(f"warning: {printable(one.message)}\n")
    return {"warnings": [one.to_json() for one in found]}
