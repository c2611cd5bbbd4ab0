"""What every test shares: a local clock far from UTC, and how hard Hypothesis looks.

`pytest --hypothesis-profile=long` searches longer; `ci` is what runs otherwise.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from headcount.demo.report import DemoReport, Pushed, SegmentLine
from headcount.standins.process import StandIn, running_standin
from tests.readme import furnish, only, run_aloud

# Where a naive time is wrong by half a day, and summer time runs the other way round.
os.environ["TZ"] = "Pacific/Auckland"
time.tzset()

settings.register_profile(
    "ci",
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", settings.get_profile("ci"), max_examples=20_000)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def lasting_walkme() -> Iterator[StandIn]:
    """One WalkMe for the whole session; to be emptied for each test."""
    with running_standin("walkme") as running:
        yield running


@pytest.fixture(scope="session")
def lasting_workstation() -> Iterator[StandIn]:
    """Likewise WalkMe's notifications; users with `bad` in their id are refused."""
    with running_standin("walkme-notification", options=("--poison", "bad")) as running:
        yield running


@pytest.fixture
def workstation(lasting_workstation: StandIn) -> StandIn:
    """WalkMe's notifications, that nobody was told before."""
    lasting_workstation.forget()
    return lasting_workstation


@dataclass(frozen=True, slots=True)
class Demo:
    """What the README's demo came to, and what it said while it ran."""

    report: DemoReport
    progress: list[str]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The README's demo, in the folder of an earlier one that was cut short."""
    folder = tmp_path_factory.mktemp("demo")
    furnish(folder)
    scratch = folder / "scratch"
    (scratch / "project").mkdir(parents=True)
    (scratch / ".headcount-demo").touch()
    (scratch / "project" / "headcount.yaml").write_text("half a file")
    done = run_aloud(f"{only('sh demo').strip()} scratch --json", folder)
    return Demo(_report_of(json.loads(done.stdout)), done.stderr.splitlines())


def _report_of(document: dict[str, Any]) -> DemoReport:
    """The report that a program reads as JSON."""
    files = document["files"]
    lines = [
        SegmentLine(**{**one, "pushed": one["pushed"] and Pushed(**one["pushed"])})
        for one in document["segments"]
    ]
    return DemoReport(
        ticks=tuple(map(datetime.fromisoformat, document["ticks"])),
        seconds=document["seconds"],
        segments=tuple(lines),
        project=Path(files["project"]),
        exports=tuple(map(Path, files["exports"])),
        airflow_log=Path(files["airflow_log"]),
    )
