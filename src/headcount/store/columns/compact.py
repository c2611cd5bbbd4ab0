"""Runs are sorted into days and few: what a tick reads follows what came and went.

Runs of any days are split by day once there are many; the small runs of a day are
merged, and with the large one when they have grown to a share of it. So an event is
written a few times at most, and a late one does not rewrite its day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from headcount.store.columns.extend import DAY_US, Extension
from headcount.store.columns.run import EventRows, Run, merge_events

MANY_RUNS = 12
MANY_ROWS = 4_000_000
MOST_A_DAY = 4
WORTH_REWRITING = 4
"""The large run of a day is written again when the others reach a quarter of it."""


def compact(extension: Extension, runs: Sequence[Run], position: int) -> bool:
    """Runs of any days are sorted into days; returns whether anything was to do.

    Commits; the files of the runs before stay until they are swept, for who has them
    open.
    """
    loose = [run for run in runs if run.day is None]
    if len(loose) < MANY_RUNS and sum(run.rows for run in loose) < MANY_ROWS:
        return False
    standing = defaultdict(list)
    for run in runs:
        if run.day is not None:
            standing[run.day].append(run)
    retired = list(loose)
    for day in _days_of(loose):
        chosen = _to_merge(standing[day])
        _write_day(extension, day, [*chosen, *loose])
        retired += chosen
    with extension.warehouse.transaction():
        extension.commit(position, retired=tuple(run.number for run in retired))
    return True


def _days_of(runs: Iterable[Run]) -> list[int]:
    days = {int(day) for run in runs for day in run.content.at // DAY_US}
    return sorted(days)


def _to_merge(standing: Sequence[Run]) -> list[Run]:
    """The runs of a day that are written together with what comes."""
    if len(standing) < MOST_A_DAY:
        return []
    *small, large = sorted(standing, key=lambda run: run.rows)
    worth = sum(run.rows for run in small) * WORTH_REWRITING >= large.rows
    return [*small, large] if worth else small


def _write_day(extension: Extension, day: int, runs: Sequence[Run]) -> None:
    parts: dict[int, list[EventRows]] = defaultdict(list)
    for run in runs:
        for part in run.events_between(day * DAY_US, (day + 1) * DAY_US):
            parts[part.event].append(part)
    extension.add_run(
        [merge_events(parts[event]) for event in sorted(parts)],
        day=day,
        after=min(run.after for run in runs),
        upto=max(run.upto for run in runs),
    )
