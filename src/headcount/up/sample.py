"""A copy of the sample project to work on: its month ends today, and it goes on."""

from __future__ import annotations

import json
import re
import shutil
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from headcount.resources import folder
from headcount.runtime.servers import HOST, free_port
from headcount.runtime.services import Service
from headcount.samples.live import lines_between, month_until
from headcount.samples.webhook import write_file
from headcount.standins.process import LOGIN, PASSWORD

FEED_EVERY = timedelta(minutes=5)
REAL = "https://api.walkme.com"
STANDIN = re.compile(rf"http://{HOST}:\d+, stand_in: true")
MARKER = ".headcount-sample"


@dataclass(slots=True)
class Sample:
    """A sample project in `folder`; `fed_until` is the end of what was landed."""

    folder: Path
    fed_until: datetime

    @classmethod
    def open(cls, place: Path, *, now: datetime) -> Sample:
        """The sample project in `place`, made when it is not there."""
        if not place.exists():
            _create(place, now)
        return cls(place, now - FEED_EVERY)

    def feed(self, now: datetime) -> None:
        """What people did in the last minutes has landed, if it is time for it."""
        if now - self.fed_until < FEED_EVERY:
            return
        since = max(self.fed_until, now - FEED_EVERY)  # the machine may have slept
        name = f"crm-live-{now:%Y-%m-%dT%H-%M-%S}.ndjson.gz"
        write_file(self.folder / "landing" / "walkme" / name, lines_between(since, now))
        self.fed_until = now

    def play_walkme(self, state_file: Path) -> Service:
        """The stand-in that the project's pushes go to from now on."""
        port = free_port()
        self._push_to(f"http://{HOST}:{port}, stand_in: true")
        options = ("--port", str(port), "--state-file", str(state_file))
        module = ("-m", "headcount.standins", "walkme")
        return Service("walkme", (sys.executable, *module, *options))

    def push_for_real(self) -> None:
        """The project's pushes go to WalkMe itself."""
        self._push_to(REAL)

    def _push_to(self, address: str) -> None:
        path = self.folder / "headcount.yaml"
        settings = STANDIN.sub(REAL, path.read_text()).replace(REAL, address)
        unfinished = path.with_name(".headcount.yaml.part")
        unfinished.write_text(settings)
        unfinished.replace(path)


def is_sample(place: Path) -> bool:
    """Whether the folder holds a sample project that `Sample.open` made."""
    return (place / MARKER).exists()


def connections() -> dict[str, str]:
    """Airflow's connection to the stand-in, as it takes it from its environment."""
    login = {"conn_type": "walkme", "login": LOGIN, "password": PASSWORD}
    return {"walkme_default": json.dumps(login)}


def _create(place: Path, now: datetime) -> None:
    """Make it aside, then rename: a folder that is there is whole."""
    unfinished = place.with_name(f".{place.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    sample = folder("data")
    shutil.copytree(sample / "segments", unfinished / "segments")
    shutil.copytree(sample / "landing" / "ecom", unfinished / "landing" / "ecom")
    shutil.copy(sample / "headcount.yaml", unfinished)
    for name, lines in month_until(now).items():
        write_file(unfinished / "landing" / "walkme" / name, lines)
    (unfinished / MARKER).touch()
    unfinished.rename(place)
