"""Airflow on a project until somebody ends it; the sample project goes on living."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headcount import clock
from headcount.project import NoProjectError, open_project
from headcount.runtime.home import AirflowHome
from headcount.runtime.servers import Airflow, serving
from headcount.runtime.services import Service
from headcount.up.sample import Sample, connections, is_sample

SAMPLE = "headcount-sample"
LOOK_EVERY_S = 1.0
ENDS = (signal.SIGTERM, signal.SIGHUP)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Started:
    """What a person needs to know of an Airflow that is up."""

    url: str
    password: str
    project: Path
    home: Path
    database: str
    seconds: float
    is_sample: bool
    has_standin: bool
    user: str = "admin"

    def to_json(self) -> dict[str, Any]:
        """The fields by name, with the folders as text."""
        return {
            "url": self.url,
            "user": self.user,
            "password": self.password,
            "project": str(self.project),
            "airflow_home": str(self.home),
            "database": self.database,
            "seconds": self.seconds,
            "sample": self.is_sample,
            "standins": ["walkme"] if self.has_standin else [],
        }


def run_up(
    folder: Path | None,
    *,
    port: int | None,
    standins: bool,
    say: Say,
    on_ready: Callable[[Started], None],
) -> None:
    """Airflow has worked on the project until Ctrl-C or SIGTERM; none of it is left.

    Without `folder`, and with no project at hand, on a sample project in the person's
    home folder, with a stand-in for WalkMe unless `standins` is False; the project of a
    person is pushed where its headcount.yaml says. Raises ServiceError for a process
    that does not stay, and AlreadyServedError.
    """
    started_s = clock.elapsed_s()
    place, sample = _open(folder)
    plays = sample is not None and standins
    home = AirflowHome(place / "airflow", place, connections() if plays else {})

    def also() -> tuple[Service, ...]:
        return _prepare(sample, home, plays=plays)

    with (
        _ended_by_signals(),
        serving(home, port=port, also=also, say=say) as airflow,
    ):
        on_ready(
            Started(
                url=airflow.address.url,
                password=airflow.address.password,
                project=place,
                home=home.folder,
                database=airflow.database,
                seconds=round(clock.elapsed_s() - started_s, 1),
                is_sample=sample is not None,
                has_standin=plays,
            )
        )
        _tend(airflow, sample)


def _open(folder: Path | None) -> tuple[Path, Sample | None]:
    """The project's folder, and the sample in it if it is one."""
    try:
        place = open_project(folder).folder.resolve()
    except NoProjectError as error:
        if folder is not None or error.said_by != "the current folder":
            raise
        place = Path.home() / SAMPLE
        return place, Sample.open(place, now=clock.now())
    if is_sample(place):
        return place, Sample.open(place, now=clock.now())
    return place, None


def _prepare(
    sample: Sample | None, home: AirflowHome, *, plays: bool
) -> tuple[Service, ...]:
    """What is to be kept beside Airflow; nobody else works on the project by now."""
    if sample is None:
        return ()
    sample.feed(clock.now())
    if plays:
        return (sample.play_walkme(home.folder / "walkme.json"),)
    sample.push_for_real()
    return ()


def _tend(airflow: Airflow, sample: Sample | None) -> None:
    """Keep everything going until a signal ends it."""
    while True:
        airflow.tend()
        if sample:
            sample.feed(clock.now())
        time.sleep(LOOK_EVERY_S)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """What ends a process asks for an end here, as Ctrl-C does.

    The first one ends the block; those that follow while it cleans up are not heard.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # there Python hears no signals
        return

    def end(number: int, frame: object) -> None:
        for each in all_:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    all_ = (signal.SIGINT, *ENDS)
    before = {each: signal.signal(each, end) for each in all_}
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
