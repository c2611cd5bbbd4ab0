"""`forget`: a user is erased everywhere, and stays out.

Source: interface.md §3, faults.md §2. In this order, so that it may be killed anywhere
and be called again:

1. A tombstone: from here on no file brings the user back.
2. What the user did and where they were a member is gone, from store and files.
3. Destinations are told, by the ordinary push. What one holds is known only here, so
   the id stays until each has let go; the nightly maintenance tries again.
4. The id is gone from the store, which is copied to a new file, and from all else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from headcount.clock import to_text
from headcount.destinations.secrecy import ignore_secret
from headcount.pipeline.exporting import sweep_old_exports
from headcount.pipeline.pushing import push, read_due
from headcount.pipeline.stages import publish_open, read_tombstones
from headcount.project import Project
from headcount.store import erasure
from headcount.store.erasure import Erased
from headcount.store.files import sweep_temporaries, write_atomically
from headcount.store.replacement import drop_derived, kept_stores
from headcount.store.warehouse import Warehouse
from headcount.sync.report import PushResult

NO_GRACE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Holder:
    """A destination that holds an erased user in a segment, and why it still does."""

    destination: str
    segment_id: str
    status: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erasure did; it names nobody.

    `users` are keyed hashes. `pending` have not let go yet: the next call, or the
    nightly maintenance, asks again, and until then the ids stay in the store.
    `by_hand` are never told by a push: their destination is off, or gone from the
    definition. `kept_stores` were old copies of the store.
    """

    at: datetime
    users: tuple[str, ...]
    erased: Erased
    pushes: tuple[PushResult, ...]
    pending: tuple[Holder, ...]
    by_hand: tuple[Holder, ...]
    kept_stores: int

    @property
    def is_complete(self) -> bool:
        """Whether nothing of the users is left that headcount knows of."""
        return not self.pending and not self.by_hand

    @property
    def is_held(self) -> bool:
        """Whether a guard is all that is in the way."""
        return bool(self.pending) and all(p.status == "held" for p in self.pending)

    def to_json(self) -> dict[str, Any]:
        """As `forget --json` prints it."""
        return {
            "at": to_text(self.at),
            "users": list(self.users),
            "complete": self.is_complete,
            **asdict(self.erased),
            "pushes": [one.to_json() for one in self.pushes],
            "pending": [asdict(one) for one in self.pending],
            "by_hand": [asdict(one) for one in self.by_hand],
            "kept_stores": self.kept_stores,
        }


@dataclass(frozen=True, slots=True)
class Undone:
    """Users who may come back with what is ingested from now on."""

    users: tuple[str, ...]
    unknown: int


def forget(
    project: Project,
    user_ids: Sequence[str],
    *,
    now: datetime,
    on_secret: Callable[[str], None] = ignore_secret,
) -> Receipt:
    """The users are erased in every system, or the receipt says what is in the way.

    A second call goes on where the first was stopped. Raises SnapshotDamagedError when
    a snapshot is not what it was; the users stay out all the same.
    """
    folder = project.store_path.parent
    tombstones = read_tombstones(project).with_users(user_ids, at=None)
    tombstones.write(folder)
    with project.open_store() as warehouse:
        erased = erasure.erase_rows(
            warehouse,
            user_ids,
            snapshots_folder=project.snapshots_folder,
            exports_folder=project.exports_folder,
        )
        drop_derived(project.store_path)
    pushes = tuple(_push(project, user_ids, now=now, on_secret=on_secret))
    pending, by_hand = _finish(project, user_ids, pushes, now=now)
    kept = _sweep(project, user_ids)
    sweep_old_exports(project, now=now)  # also what killed exports left
    if not pending:
        tombstones.with_users(user_ids, at=now).write(folder)
    hashes = tuple(map(tombstones.hash_of, user_ids))
    return Receipt(now, hashes, erased, pushes, pending, by_hand, kept)


def finish_erasures(
    project: Project,
    *,
    now: datetime,
    on_secret: Callable[[str], None] = ignore_secret,
) -> Receipt | None:
    """Erasures that were stopped or had to wait have gone on; None without any."""
    tombstones = read_tombstones(project)
    waiting = {one for one, at in tombstones.finished.items() if at is None}
    if not waiting:
        return None
    with project.open_store() as warehouse:
        named = erasure.find_users(warehouse)
    users = [one for one in named if tombstones.hash_of(one) in waiting]
    receipt = forget(project, users, now=now, on_secret=on_secret)
    if not receipt.pending:
        # Whom nothing names any more was stopped in the very last steps, done again.
        tombstones.with_hashes(waiting, at=now).write(project.store_path.parent)
    return receipt


def undo_forget(project: Project, user_ids: Sequence[str]) -> Undone:
    """The users may come back with new files; what was erased stays erased."""
    tombstones = read_tombstones(project)
    erased = tombstones.among(user_ids)
    if erased:
        tombstones.without(erased).write(project.store_path.parent)
    hashes = tuple(map(tombstones.hash_of, erased))
    return Undone(hashes, len(user_ids) - len(erased))


def _push(
    project: Project,
    user_ids: Sequence[str],
    *,
    now: datetime,
    on_secret: Callable[[str], None],
) -> Iterator[PushResult]:
    """Destinations that hold one of the users are told, each by its ordinary push."""
    with project.open_store() as warehouse:
        due = _due_holders(project, warehouse, user_ids, now=now)
    for destination, segment_id in due:
        report = push(
            project,
            now=now,
            destination=destination,
            segment_id=segment_id,
            on_secret=on_secret,
        )
        yield from report.results


def _due_holders(
    project: Project, warehouse: Warehouse, user_ids: Sequence[str], *, now: datetime
) -> list[tuple[str, str]]:
    found = read_due(project, warehouse, now=now)
    due = {(one.destination, one.segment_id) for one in found}
    return [one for one in erasure.read_held(warehouse, user_ids) if one in due]


def _finish(
    project: Project,
    user_ids: Sequence[str],
    pushes: Sequence[PushResult],
    *,
    now: datetime,
) -> tuple[tuple[Holder, ...], tuple[Holder, ...]]:
    """The ids are gone when no push can be waited for; who still holds one, if any."""
    said = {(one.destination, one.segment_id): one for one in pushes}
    with project.open_store() as warehouse:
        due = _due_holders(project, warehouse, user_ids, now=now)
        others = [
            one for one in erasure.read_held(warehouse, user_ids) if one not in due
        ]
        if not due:
            erasure.erase_names(warehouse, user_ids)
        publish_open(project, warehouse, now=now, grace=NO_GRACE)
    return (
        tuple(_holder(*one, said.get(one)) for one in due),
        tuple(Holder(*one, "by hand", "no push goes there any more") for one in others),
    )


def _holder(destination: str, segment_id: str, result: PushResult | None) -> Holder:
    if result is None:
        return Holder(destination, segment_id, "behind", "not told yet")
    return Holder(destination, segment_id, result.status, result.reason)


def _sweep(project: Project, user_ids: Sequence[str]) -> int:
    """Old copies, left-overs and logs name nobody; how many old stores there were."""
    kept = [*kept_stores(project.store_path)]
    for path in kept:
        path.unlink()
    warehouse = project.store_path.parent
    for folder in (
        project.folder,
        warehouse,
        project.events_folder,
        project.exports_folder,
        *project.snapshots_folder.glob("*/"),
    ):
        sweep_temporaries(folder)
    for log in warehouse.glob("*.log"):
        _redact(log, user_ids)
    return len(kept)


def _redact(log: Path, user_ids: Sequence[str]) -> None:
    marks = erasure.pattern_of(user_ids).replace("[:alnum:]", "a-zA-Z0-9")
    text = log.read_text(encoding="utf-8")
    redacted = re.sub(marks, r"\1[erased]\2", re.sub(marks, r"\1[erased]\2", text))
    if redacted != text:
        with write_atomically(log) as aside:
            aside.write_text(redacted, encoding="utf-8")
