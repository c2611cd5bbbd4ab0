"""How fast the segment table answers: many segments, many people, a real API server.

`python -m tests.benchmarks.console --segments 1000 --people 50` prints one JSON object.
Each person looks at the table in another way, waits a second, and looks again; the
API server has two processes. `first_ms` is the first look after a tick was
published, when the segments are read anew, `start_ms` the first one of all.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from random import Random

import httpx

from headcount import pipeline
from headcount.project import Project, open_project
from headcount.runtime.home import AirflowHome
from tests.console.airflow_server import serving, token

TICK = datetime(2026, 5, 1, 9, 15, tzinfo=UTC)
EVENTS, NAMES, USERS = 50_000, 20, 5_000
SETTINGS = """\
systems:
  shop: {timezone: UTC, limits: {segments: null}}
sources:
  - {name: app, system: shop, path: landing/*.ndjson, format: native}
"""
LOOKS = (
    *("/", "/?sort=-members", "/?q=event-7", "/?group=status", "/?group=created_by"),
    *("/?q=seldom&sort=members", "/?sort=-last_evaluated_at", "/?q=person-3"),
    "/?folder=&offset=100",
)


def main(arguments: list[str]) -> None:
    """Print the times of the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--segments", type=int, default=1_000)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = write_project(folder / "project", wanted.segments)
        pipeline.run_tick(project, at=TICK, now=TICK, push=False)
        home = AirflowHome(folder / "airflow", project.folder)
        now = TICK + timedelta(minutes=5)
        with serving(home, now=now.isoformat(), workers=2) as url:
            found = asyncio.run(measure(url, project, wanted.people, wanted.seconds))
    sizes = {"segments": wanted.segments, "people": wanted.people}
    sys.stdout.write(json.dumps({"name": "console", **sizes, **found}) + "\n")


def write_project(folder: Path, segments: int) -> Project:
    """A project with so many segments, of all kinds of rules and ranges."""
    random = Random(1)  # noqa: S311 - made data, the same each time
    for name in ("landing", "segments"):
        (folder / name).mkdir(parents=True)
    (folder / "headcount.yaml").write_text(SETTINGS)
    (folder / "landing" / "log.ndjson").write_text("".join(_lines(random)))
    for number in range(segments):
        often = random.choice(["often", "seldom"])
        comparison = "gte" if often == "often" else "lt"
        (folder / "segments" / f"segment-{number:04}.yaml").write_text(
            f"name: Segment {number} of {often}\n"
            f"description: People who did event-{number % NAMES} {often} of late\n"
            f"system: shop\ncreated_by: person-{number % 40}@acme.example\n"
            f"date_range: last {1 + number % 60} days\n"
            f"rules: [{{event: event-{number % NAMES}, "
            f"count: {{{comparison}: {1 + number % 7}}}}}]\n"
        )
    return open_project(folder)


def _lines(random: Random) -> Iterator[str]:
    for number in range(EVENTS):
        at = TICK - timedelta(seconds=random.randrange(60 * 86_400))
        yield (
            json.dumps(
                {
                    "event_id": str(number),
                    "user_id": f"u{random.randrange(USERS)}",
                    "event": f"event-{random.randrange(NAMES)}",
                    "timestamp": at.isoformat(),
                }
            )
            + "\n"
        )


async def measure(
    url: str, project: Project, people: int, seconds: float
) -> dict[str, object]:
    """The times of all looks in milliseconds, and that of the first after a tick."""
    cookies = {"_token": token(url, "vera")}
    limits = httpx.Limits(max_connections=people, max_keepalive_connections=people)
    async with httpx.AsyncClient(
        base_url=f"{url}/headcount", cookies=cookies, timeout=60, limits=limits
    ) as client:
        started = await _look_anew(url, cookies)
        await asyncio.to_thread(pipeline.publish, project, now=TICK)
        await asyncio.sleep(1)
        first = await _look_anew(url, cookies)
        end = time.monotonic() + seconds
        taken = await asyncio.gather(
            *(_person(client, number, end) for number in range(people))
        )
    times = sorted(one for several in taken for one in several)
    return {
        "looks": len(times),
        "median_ms": round(statistics.median(times), 1),
        "p95_ms": round(times[int(len(times) * 0.95)], 1),
        "p99_ms": round(times[int(len(times) * 0.99)], 1),
        "max_ms": round(times[-1], 1),
        "under_200_ms": round(sum(one < 200 for one in times) / len(times), 4),
        "start_ms": round(max(started), 1),
        "first_ms": round(max(first), 1),
    }


async def _person(client: httpx.AsyncClient, number: int, end: float) -> list[float]:
    looks = cycle(LOOKS[number % len(LOOKS) :] + LOOKS[: number % len(LOOKS)])
    await asyncio.sleep(number / 50)
    times = []
    while time.monotonic() < end:
        times.append(await _look(client, next(looks)))
        await asyncio.sleep(1)
    return times


async def _look_anew(url: str, cookies: dict[str, str]) -> list[float]:
    """The times of looks over connections of their own: every process gets some."""
    times = []
    for _ in range(12):
        async with httpx.AsyncClient(
            base_url=f"{url}/headcount", cookies=cookies, timeout=60
        ) as client:
            times.append(await _look(client, "/"))
    return times


async def _look(client: httpx.AsyncClient, path: str) -> float:
    began = time.perf_counter()
    answer = await client.get(path)
    answer.raise_for_status()
    return (time.perf_counter() - began) * 1_000


if __name__ == "__main__":
    main(sys.argv[1:])
