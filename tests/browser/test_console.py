"""The console as people use it: by mouse or keyboard, narrow or wide, in the dark."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import FrameLocator, Page, expect

from headcount import pipeline
from headcount.project import Project
from headcount.store.warehouse import Warehouse
from tests.browser.conftest import NEXT_TICK, PLACE

pytestmark = pytest.mark.airflow

RULES = ("wt.play", "oName", "Create a lead")


def test_segment_is_built_evaluated_exported_and_opened(
    console: FrameLocator, page: Page, project: Project, tmp_path: Path
) -> None:
    console.get_by_role("link", name="New segment").click()
    console.get_by_label("Name", exact=True).fill("Played twice")
    console.get_by_role("button", name="Next: Evaluation period").click()
    console.get_by_label("Date range", exact=False).first.fill("last 30 days")
    console.get_by_role("button", name="Next: Rules").click()
    _choose_rule(console)
    with Warehouse.open(project.store_path):  # a tick has it: nobody here needs it
        console.get_by_role("button", name="Calculate").click()
        size = console.locator(".size strong")
        expect(size).to_be_visible()
    members = size.inner_text()
    console.get_by_role("button", name="Review and save").click()
    expect(console.get_by_text(f"+{members} enter")).to_be_visible()
    console.get_by_role("button", name="Save segments/played-twice.yaml").click()
    expect(console.get_by_text("Waiting for its first tick")).to_be_visible()

    pipeline.run_tick(project, at=NEXT_TICK, now=NEXT_TICK, push=False)
    _look_until_active(console, "Played twice")
    expect(console.locator(".facts .big dd")).to_have_text(members)

    console.get_by_role("button", name="Make the file").click()
    link = console.get_by_role("link", name="Download xlsx")
    expect(link).to_be_visible()
    with page.expect_download() as waiting:
        link.click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    sheet = openpyxl.load_workbook(path)["Members"]
    assert sheet.max_row - 1 == int(members)


def test_table_is_searched_grouped_and_its_columns_kept(
    console: FrameLocator, page: Page, airflow: str, tmp_path: Path
) -> None:
    console.get_by_role("searchbox").fill("cart")
    expect(console.get_by_role("status").first).to_contain_text("with “cart”")
    expect(console.locator("tbody tr")).to_have_count(3)

    console.get_by_role("searchbox").fill("")
    console.get_by_label("Group by").select_option("system")
    expect(console.locator(".folder")).to_have_count(2)
    folder = console.get_by_role("button", name="ecom")
    folder.click()
    expect(folder).to_have_attribute("aria-expanded", "false")
    expect(console.get_by_role("link", name="Browsed")).to_be_hidden()

    console.get_by_text("Columns").click()
    console.get_by_label("Rules").uncheck()
    console.get_by_role("button", name="Apply").click()
    expect(console.get_by_role("columnheader", name="Rules")).to_have_count(0)
    page.goto(airflow + PLACE)
    expect(console.get_by_role("columnheader", name="Members")).to_be_visible()
    expect(console.get_by_role("columnheader", name="Rules")).to_have_count(0)

    header = console.get_by_role("columnheader", name="Members")
    console.get_by_role("link", name="Members").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    console.get_by_role("link", name="Members").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    with page.expect_download() as waiting:
        console.get_by_role("link", name="CSV").click()
    waiting.value.save_as(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert "rules" not in rows[0]
    assert rows[0]["name"] == "Browsed"


def test_keyboard_alone_reaches_the_evidence(console: FrameLocator, page: Page) -> None:
    console.get_by_role("searchbox").focus()
    page.keyboard.type("stuck")
    expect(console.get_by_role("status").first).to_contain_text("with “stuck”")
    _tab_to(console, page, "Stuck in Create a lead")
    page.keyboard.press("Enter")
    expect(console.get_by_role("heading", name="Why is somebody")).to_be_visible()
    console.get_by_label("User id, exact text").focus()
    page.keyboard.type("u-0012")
    page.keyboard.press("Enter")

    expect(console.locator(".why")).to_contain_text("u-0012")
    expect(console.locator(".evidence").first).to_be_visible()


def test_focus_is_always_visible(console: FrameLocator, page: Page) -> None:
    console.get_by_role("link", name="Segments").focus()
    page.keyboard.press("Tab")

    style = console.locator(":focus").evaluate(
        "one => getComputedStyle(one).outlineStyle"
    )

    assert style == "solid"


@pytest.mark.parametrize("page", [{"width": 400, "height": 800}], indirect=True)
@pytest.mark.parametrize(
    "path", ["/", "/segments/stuck-create-lead", "/build", "/exports"]
)
def test_narrow_window_scrolls_in_one_direction(
    path: str, page: Page, airflow: str
) -> None:
    page.goto(f"{airflow}/headcount{path}")
    page.get_by_role("heading", level=1).wait_for()

    wide = page.evaluate("document.documentElement.scrollWidth")

    assert wide <= 400


def test_dark_is_dark_when_airflow_is(console: FrameLocator, page: Page) -> None:
    html = console.locator("html")
    for theme, background in (
        ("dark", "rgb(17, 20, 24)"),
        ("light", "rgb(255, 255, 255)"),
    ):
        other = {"dark": "light", "light": "dark"}[theme]
        page.evaluate(
            "([on, off]) => { const c = document.documentElement.classList;"
            " c.add(on); c.remove(off); }",
            [theme, other],
        )
        expect(html).to_have_css("background-color", background)


def test_nothing_is_fetched_from_elsewhere(page: Page, airflow: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    for path in ("/", "/segments/stuck-create-lead", "/build", "/exports"):
        page.goto(f"{airflow}/headcount{path}")
        page.wait_for_load_state("networkidle")

    assert asked
    assert all(url.startswith((airflow, "data:")) for url in asked)


def _look_until_active(console: FrameLocator, name: str) -> None:
    """The segment's page shows that a tick evaluated it; looked at until it does."""
    for _ in range(20):
        console.get_by_role("link", name="Segments").first.click()
        console.get_by_role("link", name=name).click()
        console.get_by_role("heading", level=1, name=name).wait_for()
        if "Active" in console.locator(".headline .status").inner_text():
            return
        time.sleep(0.5)
    raise TimeoutError(name)


def _choose_rule(console: FrameLocator) -> None:
    event, name, value = RULES
    console.get_by_label("Event", exact=True).fill(event)
    console.get_by_label("Event", exact=True).press("Tab")
    console.get_by_role("button", name="+ where").click()
    console.get_by_label("Property", exact=True).fill(name)
    console.get_by_label("Property", exact=True).press("Tab")
    options = console.locator("datalist[id='c0.p0.values'] option")
    expect(options.first).to_have_attribute("value", value)
    console.get_by_label("Value").fill(value)
    console.get_by_label("Number", exact=True).fill("2")


def _tab_to(console: FrameLocator, page: Page, name: str) -> None:
    """Press Tab until the link of this name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = console.locator(":focus")
        if focused.count() and focused.inner_text() == name:
            return
    raise TimeoutError(name)
