"""The events as analysts read them: Parquet files, each written once.

Publishing must not cost more as history grows, so a tick writes only the events that
came since the last one. Small files are merged in levels, eight of one into one of the
next, so an event is written a few times at most and the files stay few. Which files
count is in the table `published_parts`, committed after the file is on the disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path

from headcount.store.files import sweep_temporaries, write_atomically
from headcount.store.warehouse import Warehouse

FANOUT = 8
FULL_LEVEL = 7  # a file of 8^6 events or more is not merged any further
MOST_POSITIONS = 2_000_000  # ingest positions one new file covers
MARKED = -1
"""The rows of a file whose events were taken out: see `retract/unpublish`."""

READERS_GRACE = timedelta(days=1)
"""How long a file that is no longer published stays for connections opened before."""


@dataclass(frozen=True, slots=True)
class Part:
    """One live file: the events at the positions (after, upto]."""

    part: int
    after: int
    upto: int
    rows: int
    file: str


def write_parts(warehouse: Warehouse, folder: Path, *, now: datetime) -> list[Path]:
    """The files in `folder` that together hold every event of the store once.

    There is always at least one. Oldest events first. A second call with nothing new
    writes nothing; a file whose events were retracted or erased, or that is missing,
    is written anew under another name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _rewrite_changed(warehouse, folder, now=now)
    _write_new(warehouse, folder, now=now)
    _merge_small(warehouse, folder, now=now)
    return live_files(warehouse, folder)


def live_files(warehouse: Warehouse, folder: Path) -> list[Path]:
    """The files in `folder` that hold every published event, oldest first."""
    return [folder / part.file for part in _live(warehouse)]


def sweep_parts(
    warehouse: Warehouse, folder: Path, *, now: datetime, grace: timedelta
) -> int:
    """Files retired more than `grace` ago, and those nobody knows, are gone.

    Returns how many there were. Files of a publication that was killed before it was
    recorded are among them.
    """
    swept = sweep_temporaries(folder)
    warehouse.execute("publish/forget_parts", {"before": now - grace})
    known = {file for (file,) in warehouse.rows("publish/known_files")}
    for path in folder.glob("*.parquet"):
        if path.name not in known:
            path.unlink()
            swept += 1
    return swept


def newest_to_merge(rows: Sequence[int]) -> int:
    """How many of the newest files to write as one; `rows` oldest first, 0 is none.

    The lowest level with FANOUT files decides; smaller ones between them go along.
    """
    newest_first = map(_level, reversed(rows))
    small = list(takewhile(lambda level: level < FULL_LEVEL, newest_first))
    for level in range(FULL_LEVEL):
        run = _run_up_to(level, small)
        if run.count(level) >= FANOUT:
            return len(run)
    return 0


def _run_up_to(level: int, levels: Sequence[int]) -> list[int]:
    return list(takewhile(lambda one: one <= level, levels))


def _level(rows: int) -> int:
    """The number of octal digits: files of one level differ eightfold at most."""
    return (rows.bit_length() + 2) // 3


def _live(warehouse: Warehouse) -> list[Part]:
    return [Part(*row) for row in warehouse.rows("publish/parts")]


def _rewrite_changed(warehouse: Warehouse, folder: Path, *, now: datetime) -> None:
    """The live files hold what the store holds at their positions.

    Those that a retraction or an erasure marked are known; only when the sum is wrong
    after them, each is counted, which reads the whole history.
    """
    for part in _live(warehouse):
        if part.rows == MARKED or not (folder / part.file).is_file():
            _rewrite(warehouse, folder, part, now=now)
    live = _live(warehouse)
    known, _ = _tally(warehouse, live)
    if known != sum(part.rows for part in live):
        changed = {part for (part,) in warehouse.rows("publish/changed_parts")}
        for part in live:
            if part.part in changed:
                _rewrite(warehouse, folder, part, now=now)


def _rewrite(warehouse: Warehouse, folder: Path, part: Part, *, now: datetime) -> None:
    anew = _cut(warehouse, folder, part.after, part.upto)
    _commit(warehouse, anew, replaced=[part], now=now)


def _write_new(warehouse: Warehouse, folder: Path, *, now: datetime) -> None:
    live = _live(warehouse)
    _, newest = _tally(warehouse, live)
    after = live[-1].upto if live else 0
    while after < newest or not live:
        upto = min(after + MOST_POSITIONS, newest)
        live.append(_cut(warehouse, folder, after, upto))
        _commit(warehouse, live[-1], replaced=[], now=now)
        after = upto


def _merge_small(warehouse: Warehouse, folder: Path, *, now: datetime) -> None:
    live = _live(warehouse)
    while count := newest_to_merge([part.rows for part in live]):
        merged = _merge(warehouse, folder, live[-count:])
        _commit(warehouse, merged, replaced=live[-count:], now=now)
        live = [*live[:-count], merged]


def _tally(warehouse: Warehouse, live: Sequence[Part]) -> tuple[int, int]:
    """The number of events that the live files should hold, and the newest position."""
    after = live[-1].upto if live else 0
    ((known, newest),) = warehouse.rows("publish/tally", {"after": after})
    return known, newest


def _cut(warehouse: Warehouse, folder: Path, after: int, upto: int) -> Part:
    """A file of the store's events at (after, upto], not live yet."""
    number, path = _next_file(warehouse, folder)
    with write_atomically(path) as aside:
        params = {"after": after, "upto": upto, "path": str(aside)}
        ((rows,),) = warehouse.rows("publish/write_part", params)
    return Part(number, after, upto, rows, path.name)


def _merge(warehouse: Warehouse, folder: Path, parts: Sequence[Part]) -> Part:
    """A file of the events of neighbouring ones, not live yet."""
    number, path = _next_file(warehouse, folder)
    with write_atomically(path) as aside:
        files = [str(folder / part.file) for part in parts]
        params = {"files": files, "path": str(aside)}
        ((rows,),) = warehouse.rows("publish/merge_parts", params)
    return Part(number, parts[0].after, parts[-1].upto, rows, path.name)


def _next_file(warehouse: Warehouse, folder: Path) -> tuple[int, Path]:
    ((number,),) = warehouse.rows("publish/next_part")
    return number, folder / f"events-{number:06}.parquet"


def _commit(
    warehouse: Warehouse, part: Part, *, replaced: Sequence[Part], now: datetime
) -> None:
    """`part` is live instead of those it replaces, in one transaction."""
    with warehouse.transaction():
        recorded = {
            "part": part.part,
            "after": part.after,
            "upto": part.upto,
            "rows": part.rows,
            "file": part.file,
        }
        warehouse.execute("publish/record_part", recorded)
        retired = [one.part for one in replaced]
        warehouse.execute("publish/retire_parts", {"parts": retired, "now": now})
