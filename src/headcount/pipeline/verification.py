"""`verify`: everything that is kept twice agrees, and memberships are what rules say.

Source: interface.md §3. It changes nothing, so it may run at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from headcount.clock import to_text
from headcount.evaluate.verification import verify_memberships
from headcount.exports.export import read_exports
from headcount.pipeline.stages import read_tombstones
from headcount.pipeline.survey import open_to_look
from headcount.project import Project
from headcount.store.erasure import find_users
from headcount.store.files import sha256_of
from headcount.store.verification import (
    Check,
    Difference,
    verify_books,
    verify_publication,
    verify_snapshots,
)
from headcount.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Verification:
    """What every check found."""

    checks: tuple[Check, ...]

    @property
    def count(self) -> int:
        """How many differences there are; 0 is good."""
        return sum(check.count for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """As `verify --json` prints it."""
        return {
            "differences": self.count,
            "checks": [asdict(check) for check in self.checks],
        }


def verify(
    project: Project, *, on_check: Callable[[str], None] = lambda _: None
) -> Verification:
    """The store, its files and its publication, each held against the others."""
    with open_to_look(project) as warehouse:
        on_check("Comparing the ledgers with the rows")
        checks = verify_books(warehouse)
        on_check("Reading the snapshots")
        checks += verify_snapshots(
            warehouse,
            project.snapshots_folder,
            progress=lambda segment, files: on_check(f"{segment}: {files:,} snapshots"),
        )
        on_check("Reading the exports")
        checks.append(Check.of("exports", _in_exports(warehouse, project)))
        checks.append(Check.of("erased_users", _erased(warehouse, project)))
        on_check("Comparing the analysts' database")
        checks += verify_publication(
            warehouse,
            project.analytics_path,
            events_folder=project.events_folder,
            systems=project.settings.systems,
        )
        on_check("Evaluating the segments in full")
        checks += verify_memberships(warehouse, project.settings.systems)
    return Verification(tuple(checks))


def _erased(warehouse: Warehouse, project: Project) -> Iterator[Difference]:
    """Users who are in the store although their erasure was finished, by hash."""
    tombstones = read_tombstones(project)
    for user_id in tombstones.among(find_users(warehouse)):
        hashed = tombstones.hash_of(user_id)
        finished_at = tombstones.finished[hashed]
        if finished_at is not None:
            wanted = f"nowhere, erased at {to_text(finished_at)}"
            yield Difference(hashed, "in the store", wanted)


def _in_exports(warehouse: Warehouse, project: Project) -> Iterator[Difference]:
    """Finished export files that have not the bytes they were finished with."""
    for one in read_exports(warehouse, project.exports_folder):
        found = sha256_of(one.path) if one.path.is_file() else "no file"
        if found != one.sha256:
            yield Difference(f"export {one.path.name}", found, one.sha256)
