"""The sample CRM's month as WalkMe's webhook delivers it: flat, dotted JSON lines.

Like a real receiver's folder it holds lines twice, lines late, events of the staging
site and a few that cannot be read. Shape: WalkMe's item events and a published
receiver's payload; which keys a webhook carries is the customer's choice.
"""

from __future__ import annotations

import gzip
import json
from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from headcount.samples.story import (
    CREATE_LEAD,
    ENDS_AT,
    SEED,
    SPRING_RELEASE,
    TASKS,
    TIMEZONE,
    Deed,
    Item,
    Person,
    month,
)

PRODUCTION, EDITOR, STAGE = 0, 2, 3
ARRIVED = "00000000-0000-4000-8000-000000000000"
MONDAYS = tuple(datetime(2024, 6, day, tzinfo=UTC) for day in (1, 3, 10, 17, 24))
FLAWED = (
    '{"oId":1001,"oName":"Create a lead","data.type":"wt","type":"pl',
    '{"oId":1001,"data.type":"wt","type":"play","created_at":1718000000000}',
    '{"data.type":"wt","type":"play","wm.euId":"u-0001","created_at":"yesterday"}',
    '{"data.type":"task","type":"play","wm.euId":"","created_at":1718000000000}',
    "upstream connect error or disconnect/reset before headers",
)


def to_line(deed: Deed, *, environment: int = PRODUCTION) -> str:
    """The JSON line WalkMe would post for `deed`."""
    day = deed.at.astimezone(TIMEZONE).date()
    payload: dict[str, Any] = {
        "sId": deed.session,
        "oId": deed.item.number,
        "oName": deed.item.name,
        "data.type": deed.item.kind,
        "type": deed.action,
        "env.browser.name": deed.person.browser,
        "wm.euId": deed.person.user_id,
        "wm.env": environment,
        "created_at": round(deed.at.timestamp() * 1000),
        "ctx.location.hostname": "crm.acme.example",
        "ctx.location.pathname": deed.item.page,
        "wm.userVars.role": deed.person.role,
        "wm.userVars.plan": deed.person.plan_on(day),
        "wm.userVars.region": deed.person.region,
    }
    if deed.value is not None:
        payload["value"] = deed.value
    return json.dumps(payload, separators=(",", ":"))


def month_files() -> dict[str, list[str]]:
    """The lines of each week's file by its name, in the order they were delivered."""
    rng = Random(f"{SEED}/delivery")
    weeks: list[list[str]] = [[] for _ in MONDAYS]
    for deed in month():
        _deliver(deed, weeks, rng)
    for number, flawed in enumerate(FLAWED * 2):
        week = weeks[number % len(weeks)]
        week.insert(int(rng.random() * len(week)), flawed)
    return {_file_name(at): week for at, week in zip(MONDAYS, weeks, strict=True)}


def arrivals(tick: datetime) -> list[str]:
    """What is delivered in the minutes before `tick`, the first after the month.

    Three people finish a walk-thru they had given up, two click the ShoutOut, one does
    the last task, one is new, and one event of two days ago comes late.
    """
    story = month()
    at = tick - timedelta(minutes=9)
    finished = [(p, CREATE_LEAD, "complete") for p in _gave_up(story)[:3]]
    clicked = [(p, SPRING_RELEASE, "click") for p in _never_clicked(story)[:2]]
    tasks = [(p, item, "complete") for p, item in _one_task_short(story)[:1]]
    newcomer = _newcomer(story[-1].person)
    first_steps = [(newcomer, CREATE_LEAD, "play"), (newcomer, SPRING_RELEASE, "play")]
    late = _never_clicked(story)[2]
    return [
        *_lines(at, [*finished, *clicked, *tasks, *first_steps]),
        *_lines(at - timedelta(days=2), [(late, SPRING_RELEASE, "click")]),
    ]


def write_file(path: Path, lines: Iterable[str]) -> None:
    """Leave `lines` at `path`, gzipped; equal lines give equal bytes."""
    text = "".join(f"{line}\n" for line in lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(gzip.compress(text.encode(), mtime=0))
    unfinished.rename(path)


def write_month(folder: Path) -> list[Path]:
    """Leave the month's files in `folder`, the same bytes each time; their paths."""
    files = month_files()
    for name, lines in files.items():
        write_file(folder / name, lines)
    return [folder / name for name in files]


def _deliver(deed: Deed, weeks: list[list[str]], rng: Random) -> None:
    """Put a deed's line where it arrived: on time, a week late, or in both files."""
    on_time = bisect_right(MONDAYS, deed.at) - 1
    late = min(on_time + 1, len(weeks) - 1)
    environment = rng.choices((PRODUCTION, EDITOR, STAGE), (990, 2, 8))[0]
    delivered = rng.choices(((on_time,), (late,), (on_time, late)), (98, 1, 1))[0]
    for week in delivered:
        weeks[week].append(to_line(deed, environment=environment))


def _file_name(at: datetime) -> str:
    return f"crm-{at:%Y-%m-%d}.ndjson.gz"


def _lines(at: datetime, done: list[tuple[Person, Item, str]]) -> list[str]:
    deeds = [
        Deed(at + timedelta(seconds=20 * number), person, ARRIVED, item, action)
        for number, (person, item, action) in enumerate(done)
    ]
    return [to_line(deed) for deed in deeds]


def _who(story: list[Deed], item: Item, action: str) -> set[Person]:
    return {d.person for d in story if (d.item, d.action) == (item, action)}


def _in_order(people: Iterable[Person]) -> list[Person]:
    return sorted(people, key=lambda person: person.number)


def _gave_up(story: list[Deed]) -> list[Person]:
    started = _who(story, CREATE_LEAD, "play")
    return _in_order(started - _who(story, CREATE_LEAD, "complete"))


def _never_clicked(story: list[Deed]) -> list[Person]:
    saw = _who(story, SPRING_RELEASE, "play")
    return _in_order(saw - _who(story, SPRING_RELEASE, "click"))


def _one_task_short(story: list[Deed]) -> list[tuple[Person, Item]]:
    finished = {task: _who(story, task, "complete") for task in TASKS}
    everyone = _in_order({deed.person for deed in story})
    missing = {p: [t for t in TASKS if p not in finished[t]] for p in everyone}
    return [(p, tasks[0]) for p, tasks in missing.items() if len(tasks) == 1]


def _newcomer(like: Person) -> Person:
    return Person(
        number=901,
        role="sales",
        region=like.region,
        browser=like.browser,
        starts=ENDS_AT.date(),
        pays_from=None,
        diligence=0.5,
    )
