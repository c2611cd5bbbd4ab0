"""From the form to the file, over HTTP."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from headcount import pipeline
from headcount.definitions.load import load_definition
from headcount.evaluate.preview import preview
from headcount.standins.process import StandIn, running_standin
from headcount.store.warehouse import Warehouse
from tests.console.conftest import NEXT_TICK, NOW
from tests.console.site import Site, running, used_by
from tests.shop import BUYERS, TICK, WALKME, Shop, opened

FORM = {
    "name": "Bought, never looked",
    "system": "shop",
    "created_by": "dana@acme.example",
    "match": "all",
    "c0.kind": "event",
    "c0.name": "buy",
    "c0.comparison": "gte",
    "c0.number": "1",
    "c1.kind": "event",
    "c1.negated": "yes",
    "c1.name": "look",
    "c1.number": "1",
}
FILE = "segments/bought-never-looked.yaml"
YAML = """\
name: "Bought, never looked"
system: shop
created_by: dana@acme.example
rules:
  - event: buy
  - not: {event: look}
"""


def ask(site: Site, path: str, fields: dict[str, str]) -> str:
    """The answer once the work is done, without its markup's entities."""
    for _ in range(100):
        answer = site.post(path, **fields)
        if 'hx-trigger="load' not in answer.text:
            return unescape(answer.text)
    raise TimeoutError(path)


def test_calculate_is_exact_and_leaves_the_store_alone(
    own_site: Site, shop: Shop, tmp_path: Path
) -> None:
    draft = tmp_path / "draft.yaml"
    draft.write_text(YAML)
    project = shop.project
    definition = load_definition(draft, project.settings)
    with Warehouse.open(project.store_path) as warehouse:
        wanted = preview(warehouse, definition, project.settings.systems, at=NEXT_TICK)
        text = ask(own_site, "/build/calculate", FORM)

    figures = [int(one) for one in re.findall(r'data-label="Users">(\d+)<', text)]
    assert f"<strong>{wanted.members}</strong>" in text
    assert figures == [one.members for one in wanted.conditions] == [3, 1]
    assert "ann" in text


def test_review_shows_file_and_plan(own_site: Site) -> None:
    text = ask(own_site, "/build/review", FORM)

    assert YAML in text
    assert f"Save {FILE}" in text
    assert "a new segment;\n    2 members" in text
    assert "+2 enter" in text


def test_saved_file_is_a_segment_after_the_next_tick(
    own_site: Site, shop: Shop
) -> None:
    answer = own_site.post("/build/save", file=FILE, base="", text=YAML)

    assert answer.headers["location"] == "/headcount/segments/bought-never-looked"
    assert (shop.folder / FILE).read_text() == YAML
    assert "Pending" in own_site.read("/segments/bought-never-looked")
    later = NEXT_TICK + timedelta(minutes=15)
    report = pipeline.run_tick(shop.project, at=later, now=later, push=False)
    sizes = {one.segment_id: one.members for one in report.tick.segments}
    assert sizes["bought-never-looked"] == 2


def test_every_fault_is_shown_and_nothing_saved(own_site: Site, shop: Shop) -> None:
    faulty = {**FORM, "name": "buyers", "date_range": "last 0 days", "c0.number": "x"}

    text = ask(own_site, "/build/review", {**faulty, "id": "more"})
    refused = own_site.post(
        "/build/save", file="segments/more.yaml", base="", text="name: Buyers\n"
    )

    assert text.count("<li>segments/more.yaml:") == 2
    assert "Save" not in text
    assert refused.status_code == 422
    assert not (shop.folder / "segments/more.yaml").exists()


def test_name_never_seen_is_warned_of(own_site: Site) -> None:
    text = ask(own_site, "/build/review", {**FORM, "c0.name": "bye"})

    assert "Never seen" in text
    assert "Save" in text


def test_edit_keeps_the_comment_and_shows_the_lines(own_site: Site, shop: Shop) -> None:
    shop.define("buyers", f"# Who pays.\n{BUYERS}")
    page = own_site.read("/build?segment=buyers")
    base = re.search(r'name="base" value="(\w+)"', page)
    assert base is not None

    fields = {
        "file": "segments/buyers.yaml",
        "base": base[1],
        "comment": "# Who pays.",
        "id": "buyers",
        "name": "Payers",
        "system": "shop",
        "c0.kind": "event",
        "c0.name": "buy",
        "c0.number": "2",
    }
    text = ask(own_site, "/build/review", fields)

    assert "# Who pays.\nname: Payers" in text
    assert '<span class="minus">-name: Buyers</span>' in text
    assert "a new version" in text
    assert "3 leave" in text


def test_file_that_somebody_else_changed_stays(own_site: Site, shop: Shop) -> None:
    fields = {"file": "segments/buyers.yaml", "base": "0" * 64}

    answer = own_site.post("/build/save", **fields, text=BUYERS.replace("buy", "pay"))

    assert answer.status_code == 409
    assert "somebody else" in answer.text
    assert (shop.folder / "segments/buyers.yaml").read_text() == BUYERS


@pytest.mark.parametrize(
    "file",
    ["../../etc/x.yaml", "headcount.yaml", "/etc/x.yaml", "segments/../x.yaml", "x"],
)
def test_nothing_is_written_outside_the_definitions(
    file: str, own_site: Site, shop: Shop
) -> None:
    before = sorted(path for path in shop.folder.rglob("*.yaml"))

    answer = own_site.post("/build/save", file=file, base="", text=YAML)

    assert answer.status_code == 400
    assert sorted(path for path in shop.folder.rglob("*.yaml")) == before


def test_form_offers_what_the_log_holds(own_site: Site) -> None:
    text = ask(own_site, "/build/rules", {**FORM, "edit": "test c0"})

    assert '<option value="buy" label="3 events">' in text
    assert '<option value="look" label="1 event">' in text
    assert 'name="c0.p0.property"' in text


def test_full_system_is_not_offered(own_site: Site, shop: Shop) -> None:
    settings = shop.folder / "headcount.yaml"
    settings.write_text(
        settings.read_text().replace(
            "timezone: UTC", "limits: {segments: 2}, timezone: UTC"
        )
    )

    text = own_site.read("/build")

    assert "shop · 2 of 2 segments (full)" in text
    assert "Every system has as many segments" in text


def test_form_goes_on_as_yaml(own_site: Site) -> None:
    answer = own_site.post("/build/yaml", **FORM)

    assert unescape(answer.text).count(YAML) == 1


def test_expired_segment_refuses_other_rules(own_site: Site, shop: Shop) -> None:
    shop.define(
        "done",
        BUYERS.replace("Buyers", "Done") + "evaluation_end: 2026-05-01T09:20:00Z\n",
    )
    pipeline.run_tick(shop.project, at=NEXT_TICK, now=NOW, push=False)
    page = own_site.read("/build?segment=done")
    base = re.search(r'name="base" value="(\w+)"', page)
    assert base is not None
    text = (shop.folder / "segments/done.yaml").read_text()

    place = {"file": "segments/done.yaml", "base": base[1]}
    found = ask(
        own_site, "/build/review", {**place, "text": text.replace("buy", "pay")}
    )
    renamed = ask(
        own_site, "/build/review", {**place, "text": text.replace("Done", "Over")}
    )

    assert "This segment is expired" in page
    assert "refuses the edit" in found
    assert "Save" not in found
    assert "the same members under other words" in renamed
    assert "Save" in renamed


def test_classic_segment_is_read_only(own_site: Site, shop: Shop) -> None:
    shop.define("old", "name: Old\nsystem: shop\nclassic: true\n")
    pipeline.run_tick(shop.project, at=NEXT_TICK, now=NOW, push=False)
    end = time.monotonic() + 20
    while own_site.get("/segments/old").status_code == 404:
        assert time.monotonic() < end
        time.sleep(0.1)

    page = own_site.get("/build?segment=old")

    assert page.status_code == 400
    assert "which is read-only" in page.text
    assert "build?segment=old" not in own_site.read("/segments/old")


@pytest.fixture
def emptied(
    clock: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Shop, StandIn]]:
    """A shop whose push would empty a segment, and waits."""
    with running_standin("walkme") as standin:
        shop = opened(tmp_path / "shop")
        url = f"{standin.url}, stand_in: true"
        shop.settle(WALKME.replace("https://api.walkme.com", url))
        shop.define("buyers", BUYERS + "destinations: [walkme]\n")
        login = {"login": standin.login, "password": standin.password}
        monkeypatch.setenv("HEADCOUNT_CONN_WALKME_DEFAULT", json.dumps(login))
        pipeline.run_tick(shop.project, at=TICK, now=TICK)
        shop.define(
            "buyers", BUYERS.replace("buy}", "never}") + "destinations: [walkme]\n"
        )
        pipeline.run_tick(shop.project, at=NEXT_TICK, now=NEXT_TICK)
        yield shop, standin


def test_held_push_is_let_go_by_approval(emptied: tuple[Shop, StandIn]) -> None:
    shop, standin = emptied
    with running(shop.folder) as url, used_by(url) as site:
        page = site.read("/segments/buyers")
        at = re.search(r'name="at" value="([^"]+)"', page)
        assert at is not None
        answer = site.post("/segments/buyers/approve", destination="walkme", at=at[1])
        again = site.read("/segments/buyers")

    assert "Held since" in page
    assert "User Attributes" in page
    assert "Let go" in answer.text
    assert "Approve this push" not in again
    assert standin.read_members("buyers") == ["ann"]
    pipeline.push(shop.project, now=NOW)
    assert standin.read_members("buyers") == []
