"""What the pages show, and what their forms do, over HTTP."""

from __future__ import annotations

import csv
import io
import re
import time
from functools import partial
from html import unescape
from pathlib import Path
from urllib.parse import quote

import openpyxl
import pytest

from headcount.console import segment_pages
from headcount.store.warehouse import Warehouse
from tests.console.conftest import NEXT_TICK
from tests.console.site import Site, running, used_by
from tests.shop import BUYERS, Shop

HX = {"hx-request": "true"}


def test_table_has_every_segment_with_what_it_says(site: Site) -> None:
    text = site.read("/")

    for said in ("Buyers", "Lookers", "Active", "dana@acme.example", "2 segments"):
        assert said in text
    assert "Users who" not in text


def test_nothing_a_person_wrote_becomes_markup(site: Site) -> None:
    for path in ("/", "/segments/lookers", "/?q=<img%20src=x>"):
        assert "<img" not in site.read(path)


def test_search_answers_with_the_table_alone(site: Site) -> None:
    answer = site.get("/?q=pays", headers=HX)

    assert "Lookers" in answer.text
    assert "Buyers" not in answer.text
    assert "<html" not in answer.text


def test_search_without_a_match_says_what_to_do(site: Site) -> None:
    assert "Show all" in site.read("/?q=unheard")


def test_groups_are_folders(site: Site) -> None:
    text = site.read("/?group=created_by")

    assert text.count("data-folder=") == 2
    assert "in 2 folders" in text


def test_long_table_comes_in_parts(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment_pages, "PAGE", 1)

    first = unescape(site.read("/?sort=-members"))
    (address,) = re.findall(r'hx-get="/headcount(/[^"]*offset=1)"', first)
    second = site.get(address, headers=HX).text

    assert "Show 1 more of 2" in first
    assert "Lookers" not in first
    assert "Lookers" in second
    assert "Buyers" not in second
    assert "Show" not in second


def test_folder_of_a_long_table_is_filled_when_it_is_opened(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_pages, "PAGE", 1)

    closed = unescape(site.read("/?group=system"))
    (address,) = re.findall(r'hx-get="/headcount(/[^"]*folder=shop)"', closed)

    assert "Buyers" not in closed
    assert "Buyers" in site.get(address, headers=HX).text


def test_chosen_columns_are_kept(site: Site) -> None:
    site.read("/?column=name&column=members&column=file")

    text = site.read("/")

    assert "segments/buyers.yaml" in text
    assert "dana@acme.example" not in text


def test_table_is_exported_as_it_is_shown(site: Site) -> None:
    site.read("/?column=name&column=members")

    answer = site.get("/table.csv?sort=-members&q=shop")
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))

    assert rows == [
        ["name", "classic", "members"],
        ["Buyers", "no", "3"],
        ["Lookers <img src=x onerror=alert(1)>", "no", "0"],
    ]
    assert answer.headers["content-disposition"].startswith("attachment")


def test_table_as_xlsx_has_numbers_and_dates(site: Site) -> None:
    answer = site.get("/table.xlsx")

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["Segments"]
    heading, first, *_ = sheet.iter_rows(values_only=True)
    row = dict(zip(heading, first, strict=True))
    assert row["members"] == 3
    assert row["last_evaluated_at"] == NEXT_TICK.replace(tzinfo=None)
    assert sheet.freeze_panes is not None


def test_segment_page_tells_its_story(site: Site) -> None:
    text = site.read("/segments/buyers")

    for said in ("Size over time", "+2", "Version 1", "segments/buyers.yaml", "<svg"):
        assert said in text


def test_who_entered_and_exited_is_told(site: Site) -> None:
    at = quote(NEXT_TICK.isoformat())

    assert "eve" in site.read(f"/segments/buyers/changes?at={at}")
    assert "bob" in site.read(f"/segments/lookers/changes?at={at}")


def test_overlap_is_counted(site: Site) -> None:
    text = site.read("/segments/buyers/overlap?with=lookers")

    assert "0 members are in both, 3 only in Buyers" in text


def test_why_names_the_events(site: Site) -> None:
    text = site.read("/segments/buyers/why?user=eve")

    assert "is in, since 2026-05-01 09:30" in text
    assert "found 1 event" in text


def test_why_of_a_stranger_says_so(site: Site) -> None:
    answer = site.get("/segments/buyers/why?user=zoe", headers=HX)

    assert answer.status_code == 400
    assert "has never seen user &#39;zoe&#39;" in answer.text
    assert "<html" not in answer.text


def test_unknown_segment_is_not_found(site: Site) -> None:
    assert site.get("/segments/nobody").status_code == 404


def test_subscription_and_its_file_are_listed(site: Site) -> None:
    text = site.read("/exports")

    assert "every day" not in text
    assert "2026-05-01 09:15 UTC" in text
    assert text.count("Download") >= 1


def test_answers_carry_their_guards(site: Site) -> None:
    headers = site.get("/").headers

    assert "script-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_pages_have_nothing_inline_and_nothing_from_outside(site: Site) -> None:
    for path in ("/", "/segments/buyers", "/exports"):
        text = site.read(path)
        for banned in (" style=", "<style", "onclick", "javascript:", "://"):
            assert banned not in text.replace("http://www.w3.org", ""), banned


def test_static_files_may_be_kept(site: Site) -> None:
    answer = site.get("/static/-/console.css")

    assert "immutable" in answer.headers["cache-control"]
    assert site.get("/static/-/app.py").status_code == 404
    assert site.get("/static/-/..%2fapp.py").status_code == 404


def test_export_is_made_and_downloaded_by_its_id(own_site: Site, shop: Shop) -> None:
    ask = partial(own_site.post, "/segments/buyers/exports", format="csv")
    while "hx-trigger" in (answer := ask()).text:
        time.sleep(0.2)

    (address,) = {part for part in answer.text.split('"') if "/exports/" in part}
    file = own_site.client.get(address)
    users = [row["user_id"] for row in csv.DictReader(io.StringIO(file.text))]
    assert users == ["ann", "bob", "eve"]
    assert file.headers["content-disposition"].endswith('.csv"')
    assert shop.folder.name not in address


def test_unknown_export_is_not_found(site: Site) -> None:
    for export_id in ("0" * 24, "..%2f..%2fheadcount.yaml", "buyers.csv"):
        assert site.get(f"/exports/{export_id}").status_code == 404


def test_deletion_wants_the_id_typed(own_site: Site) -> None:
    refused = own_site.post("/segments/buyers/delete", confirmation="Buyers")
    done = own_site.post("/segments/buyers/delete", confirmation="buyers")

    assert refused.status_code == 400
    assert "type its id" in refused.text
    assert "is deleted" in done.text
    assert own_site.get("/segments/buyers").status_code == 404
    assert "1 segment<" in own_site.read("/")


@pytest.mark.parametrize("fields", [{}, {"token": "x"}, {"token": "ü"}])
def test_forged_form_does_nothing(fields: dict[str, str], site: Site) -> None:
    data = {"confirmation": "buyers", **fields}

    answer = site.client.post("/headcount/segments/buyers/delete", data=data)

    assert answer.status_code == 403
    assert "Buyers" in site.read("/")


def test_form_of_another_site_does_nothing(site: Site) -> None:
    answer = site.client.post(
        "/headcount/segments/buyers/delete",
        data={"confirmation": "buyers", "token": site.token()},
        headers={"sec-fetch-site": "cross-site"},
    )

    assert answer.status_code == 403


def test_new_definition_is_pending_until_a_tick(own_site: Site, shop: Shop) -> None:
    own_site.read("/")
    shop.define("late", BUYERS.replace("Buyers", "Late buyers"))

    pending = _eventually(own_site, "Late buyers")
    waiting = own_site.read("/segments/late")

    assert "Pending" in pending
    assert "Waiting for its first tick" in waiting


def test_faulty_file_is_named(own_site: Site, shop: Shop) -> None:
    shop.define("broken", "name: Broken\nsystem: shop\nruels: []\n")

    text = _eventually(own_site, "segments/broken.yaml")

    assert "faults in the definitions" in text
    assert "did you mean" in text or "rules" in text


def test_tick_that_has_the_store_stops_no_page(own_site: Site, shop: Shop) -> None:
    with Warehouse.open(shop.project.store_path):
        for path in ("/", "/segments/buyers", "/exports", "/table.csv"):
            assert own_site.get(path).status_code == 200
        busy = own_site.get("/segments/buyers/why?user=ann", headers=HX)

    assert busy.status_code == 503
    assert "is held by process" in busy.text


def test_project_without_a_tick_says_what_comes(tmp_path: Path, clock: None) -> None:
    shop = Shop(tmp_path / "new")
    shop.settle()

    with running(shop.folder) as url, used_by(url) as site:
        assert "No segments yet" in site.read("/")
        shop.define("buyers", BUYERS)
        text = _eventually(site, "Buyers")
        assert "Nothing is published yet" in text
        assert "Waiting for its first tick" in site.read("/segments/buyers")
        assert "No file was exported so far" in site.read("/exports")


def test_old_numbers_are_called_old(
    own_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADCOUNT_NOW", "2026-05-01T13:00:00Z")

    assert "3 hours old" in own_site.read("/")


def _eventually(site: Site, said: str) -> str:
    """The table once it says so: folders are looked at twice a second."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        text = site.read("/")
        if said in text:
            return text
        time.sleep(0.1)
    raise TimeoutError(said)
