"""A real browser in a real Airflow, on the sample project.

Wants Debian's chromium (`apt-get install chromium`); without it these are skipped.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    FrameLocator,
    Page,
    expect,
    sync_playwright,
)

from headcount import pipeline
from headcount.project import Project, open_project
from headcount.resources import folder
from headcount.runtime.home import AirflowHome
from tests.console.airflow_server import serving, token

CHROMIUM = Path("/usr/bin/chromium")
TICK = datetime(2024, 6, 30, 0, 15, tzinfo=UTC)
NEXT_TICK = TICK + timedelta(minutes=15)
NOW = NEXT_TICK + timedelta(minutes=5)
PLACE = "/plugin/behavioral-segments"

PATIENCE_MS = 120_000  # a busy machine is slow, and no fault

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="package")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A copy of the sample project after one tick."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADCOUNT_NOW", NOW.isoformat())
        place = tmp_path_factory.mktemp("browser") / "project"
        shutil.copytree(folder("data"), place)
        project = open_project(place)
        pipeline.run_tick(project, at=TICK, now=TICK, push=False)
        yield project


@pytest.fixture(scope="package")
def airflow(project: Project, browser: Browser) -> Iterator[str]:
    """The address of an API server on it."""
    del browser  # first, so that nothing is started where there is none
    home = AirflowHome(project.folder.parent / "airflow", project.folder)
    with serving(home, now=NOW.isoformat()) as url:
        yield url


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("no chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            # The container of a CI has no user namespaces for the sandbox.
            args=["--no-sandbox"],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(
    airflow: str, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A window of somebody with the role `op`; any error of a script fails the test."""
    size = getattr(request, "param", {"width": 1280, "height": 800})
    context = browser.new_context(viewport=size, accept_downloads=True)
    context.set_default_timeout(PATIENCE_MS)
    cookie = {"name": "_token", "value": token(airflow, "otto"), "url": airflow}
    context.add_cookies([cookie])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def console(airflow: str, page: Page) -> FrameLocator:
    """The console where Airflow shows it."""
    page.goto(airflow + PLACE)
    frame = page.frame_locator("iframe")
    frame.get_by_role("heading", level=1).wait_for()
    return frame
