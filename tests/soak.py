"""Many ticks, one after another, under the real scheduler with PostgreSQL.

    python -m tests.soak DIR --ticks 50 --kill-scheduler

runs 50 ticks and prints one JSON line; called again with the same DIR it goes on where
it was. A tick is a run of `evaluate_segments` for the next quarter hour of a year far
ahead, with a file landed before it; the run of `push_memberships` that its asset sets
off ends at a stand-in for WalkMe. At the end the vendor must hold what plain sets say,
and no run of any DAG may have failed. `--kill-scheduler` kills it amid every 25th: who
watches the processes gives up one that ends six times in ten minutes.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import URLError

from headcount.runtime.home import AirflowHome
from headcount.runtime.servers import HOST, Airflow, free_port, serving
from headcount.runtime.services import Service
from headcount.standins.process import LOGIN, PASSWORD, StandIn
from tests.airflow_api import FINISHED, Api

FIRST_TICK = datetime(2040, 1, 1, 0, 15, tzinfo=UTC)
NOW = "2041-01-01T00:00:00Z"  # every tick lies behind it
LONG_BEFORE = timedelta(days=15 * 365)  # no logical date that lies ahead is run
TICK = timedelta(minutes=15)
USERS = [f"user-{number:03}" for number in range(300)]
A_TICK_WITHIN_S = 240.0
LOOK_EVERY_S = 0.1
KILL_EVERY = 25  # ticks
ON_THE_WAY = ("evaluate_segments", "push_memberships")  # from a file to the vendor
SETTINGS = """
systems: {{crm: {{guid: 1e5afe51-2d2a-4b22-a60a-cf2d6c01d726, timezone: UTC}}}}
sources: [{{name: app, system: crm, path: landing/*.ndjson, format: native}}]
destinations:
  walkme:
    {{type: walkme, connection: walkme_default, base_url: {url}, stand_in: true}}
exports: {{subscriptions: [{{segment: bought, format: csv, every: day}}]}}
"""
SEGMENTS = {
    "bought": "name: Bought\nsystem: crm\nrules: [{event: buy}]\n",
    "lately": "name: Lately\nsystem: crm\nrules: [{event: buy}]\n"
    "date_range: last 1 hour\n",
}


@dataclass(slots=True)
class Soak:
    """A project that is ticked; what should be is kept in sets beside it."""

    folder: Path
    done: int = 0
    bought: dict[str, datetime] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path) -> Soak:
        """Where an earlier call left off, or a new one."""
        soak = cls(folder)
        for part in ("landing", "segments"):
            (soak.project / part).mkdir(parents=True, exist_ok=True)
        for segment_id, text in SEGMENTS.items():
            path = soak.project / "segments" / f"{segment_id}.yaml"
            path.write_text(f"{text}destinations: [walkme]\n")
        while (soak.project / "landing" / f"{soak.done}.ndjson").exists():
            soak.note(soak.tick, soak.buyers())
            soak.done += 1
        return soak

    @property
    def project(self) -> Path:
        """The project's folder."""
        return self.folder / "project"

    @property
    def tick(self) -> datetime:
        """The next one."""
        return FIRST_TICK + self.done * TICK

    def buyers(self) -> list[str]:
        """Who buys before the next tick: the same however often it is asked."""
        return random.Random(self.done).sample(USERS, 5)  # noqa: S311

    def note(self, at: datetime, buyers: list[str]) -> None:
        """Those have bought a minute before the tick."""
        self.bought |= dict.fromkeys(buyers, at - timedelta(minutes=1))

    def lately(self, at: datetime) -> list[str]:
        """Who should be in the segment at a tick."""
        since = at - timedelta(hours=1)
        return sorted(user for user, when in self.bought.items() if when >= since)

    def land(self) -> None:
        """A file with the next tick's purchases."""
        at = (self.tick - timedelta(minutes=1)).isoformat()
        buyers = self.buyers()
        self.note(self.tick, buyers)
        lines = [
            json.dumps({"user_id": user, "event": "buy", "timestamp": at})
            for user in buyers
        ]
        path = self.project / "landing" / f"{self.done}.ndjson"
        path.write_text("".join(f"{line}\n" for line in lines))


def main() -> int:
    """The exit code: 1 when a run failed or the vendor holds something else."""
    parser = argparse.ArgumentParser(description="Ticks under the real scheduler.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ticks", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=3600, help="ends after these")
    parser.add_argument("--kill-scheduler", action="store_true")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # nothing is left then
    soak = Soak.open(arguments.folder.resolve())
    port = free_port()
    standin = StandIn("walkme", f"http://{HOST}:{port}", pid=0)
    settings = SETTINGS.format(url=standin.url)
    (soak.project / "headcount.yaml").write_text(settings)
    result = _run(soak, standin, port, arguments)
    sys.stdout.write(json.dumps(result) + "\n")
    return 0 if result["failed_runs"] == 0 and result["equal"] else 1


def _run(
    soak: Soak, standin: StandIn, port: int, arguments: argparse.Namespace
) -> dict[str, object]:
    login = {"conn_type": "walkme", "login": LOGIN, "password": PASSWORD}
    connections = {"walkme_default": json.dumps(login)}
    home = AirflowHome(soak.folder / "airflow", soak.project, connections)
    play = Service("walkme", _play(port, soak.folder / "walkme.json"))
    told: list[str] = []
    began = time.monotonic()
    with serving(
        home,
        port=free_port(),
        also=lambda: (play,),
        say=told.append,
        HEADCOUNT_NOW=NOW,
        AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME="0.2",
    ) as airflow:
        up_s = _since(began)
        api = Api(airflow.address)
        ticks = []
        while len(ticks) < arguments.ticks and _since(began) < arguments.seconds:
            is_due = soak.done % KILL_EVERY == KILL_EVERY // 2
            kill = arguments.kill_scheduler and is_due
            ticks.append(_tick(soak, airflow, api, standin, kill=kill))
        _wait(airflow, lambda: _is_quiet(api), within_s=A_TICK_WITHIN_S)
        states = {each: api.count_runs(state=each) for each in FINISHED}
        tasks = [api.durations(dag_id) for dag_id in ON_THE_WAY]
    runs, fresh, killed = zip(*ticks, strict=True)
    return {
        "database": airflow.database,
        "ticks": len(ticks),
        "ticks_in_all": soak.done,
        "failed_runs": states["failed"],
        "successful_runs": states["success"],
        "equal": _is_equal(soak, standin, soak.folder / "walkme.json"),
        "up_s": up_s,
        "run_s": _spread(runs, killed),
        "file_to_vendor_s": _spread(fresh, killed),
        "tasks_s": {
            f"{dag_id}.{task_id}": round(statistics.median(seconds), 2)
            for dag_id, found in zip(ON_THE_WAY, tasks, strict=True)
            for task_id, seconds in found.items()
        },
        "scheduler_kills": sum(killed),
        "slowest_with_kill_s": max(
            (seconds for seconds, kill in zip(fresh, killed, strict=True) if kill),
            default=None,
        ),
        "restarts": sum("was started again" in each for each in told),
        "commit": _commit(),
    }


def _play(port: int, state_file: Path) -> tuple[str, ...]:
    module = (sys.executable, "-m", "headcount.standins", "walkme")
    return (*module, "--port", str(port), "--state-file", str(state_file))


def _tick(
    soak: Soak, airflow: Airflow, api: Api, standin: StandIn, *, kill: bool
) -> tuple[float, float, bool]:
    """Seconds until the run had ended, and until the vendor held it; was one killed."""
    at, run_id = soak.tick, f"soak__{soak.tick.isoformat()}"
    soak.land()
    landed = time.monotonic()
    api.start_run(
        "evaluate_segments",
        run_id,
        logical_date=at - LONG_BEFORE,
        begin=at - TICK,
        end=at,
    )
    if kill:
        time.sleep(random.Random(soak.done).uniform(0.1, 3.0))  # noqa: S311
        airflow.services.kill("scheduler")
    took = {}

    def look() -> bool:
        seconds = _since(landed)
        if api.state_of("evaluate_segments", run_id) in FINISHED:
            took.setdefault("run", seconds)
        if standin.read_members("lately") == soak.lately(at):
            took.setdefault("vendor", seconds)
        return len(took) == 2

    _wait(airflow, look, within_s=A_TICK_WITHIN_S)
    soak.done += 1
    return took["run"], took["vendor"], kill


def _wait(airflow: Airflow, is_so: object, *, within_s: float) -> None:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        airflow.tend()
        with suppress(URLError, ConnectionError):
            if is_so():
                return
        time.sleep(LOOK_EVERY_S)
    msg = f"nothing for {within_s:g} s"
    raise TimeoutError(msg)


def _since(began: float) -> float:
    return round(time.monotonic() - began, 2)


def _is_quiet(api: Api) -> bool:
    return not any(api.count_runs(state=each) for each in ("queued", "running"))


def _is_equal(soak: Soak, standin: StandIn, state_file: Path) -> bool:
    """Whether the vendor ended with what plain sets say."""
    segments = json.loads(state_file.read_text())["segments"]
    held = {each["external_id"]: each["user_ids"] for each in segments}
    last = soak.tick - TICK
    return held == {"bought": sorted(soak.bought), "lately": soak.lately(last)}


def _spread(seconds: tuple[float, ...], killed: tuple[bool, ...]) -> dict[str, float]:
    """Of the ticks without a kill."""
    undisturbed = sorted(s for s, kill in zip(seconds, killed, strict=True) if not kill)
    return {
        "median": statistics.median(undisturbed),
        "p95": undisturbed[int(0.95 * (len(undisturbed) - 1))],
        "max": undisturbed[-1],
    }


def _commit() -> str:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout[
        :-1
    ]


if __name__ == "__main__":
    sys.exit(main())
