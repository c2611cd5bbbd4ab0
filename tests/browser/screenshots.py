"""The README's pictures: `python -m tests.browser.screenshots FOLDER` makes them anew.

The sample project inside a real Airflow, with the ticks of a month behind it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from headcount import pipeline
from headcount.project import Project, open_project
from headcount.resources import folder
from headcount.runtime.home import AirflowHome
from tests.browser.conftest import CHROMIUM, NOW, PLACE, TICK
from tests.console.airflow_server import serving, token

SIZE = {"width": 1180, "height": 760}
TICKS = 48
EVERY = timedelta(hours=14)


def main(target: Path) -> None:
    """Write a segment's page, in the dark, and the builder, in the light."""
    os.environ["HEADCOUNT_NOW"] = NOW.isoformat()
    with tempfile.TemporaryDirectory() as name:
        project = write_project(Path(name) / "project")
        home = AirflowHome(Path(name) / "airflow", project.folder)
        with serving(home, now=NOW.isoformat()) as url, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=str(CHROMIUM), args=["--no-sandbox"]
            )
            context = chromium.new_context(viewport=SIZE)
            cookie = {"name": "_token", "value": token(url, "otto"), "url": url}
            context.add_cookies([cookie])
            page = context.new_page()
            page.goto(url + PLACE)
            take_segment(page, target / "console-segment.png")
            take_builder(page, target / "console-builder.png")
            chromium.close()


def write_project(place: Path) -> Project:
    """The sample project after ticks that tell a month."""
    shutil.copytree(folder("data"), place)
    project = open_project(place)
    pipeline.ingest(project, now=NOW)
    for at in _ticks(TICK):
        pipeline.evaluate(project, at=at, now=NOW)
    pipeline.publish(project, now=NOW)
    return project


def take_segment(page: Page, path: Path) -> None:
    """A segment's page in the dark, its chart in view."""
    console = page.frame_locator("iframe")
    console.get_by_role("link", name="Stuck in Create a lead").click()
    console.get_by_role("heading", name="Size over time").wait_for()
    page.evaluate("document.documentElement.classList.replace('light', 'dark')")
    page.wait_for_timeout(500)
    page.screenshot(path=path)
    page.evaluate("document.documentElement.classList.replace('dark', 'light')")


def take_builder(page: Page, path: Path) -> None:
    """The rules of that segment after Calculate."""
    console = page.frame_locator("iframe")
    console.get_by_role("link", name="Edit").click()
    console.get_by_role("button", name="3 Rules").click()
    console.get_by_role("button", name="Calculate").click()
    console.locator(".size strong").wait_for()
    console.locator(".result > :last-child").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    page.screenshot(path=path)


def _ticks(last: datetime) -> list[datetime]:
    return [last - EVERY * number for number in reversed(range(TICKS))]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
