from pathlib import Path

import pytest
from tests.cli.conftest import Call
from tests.shop import BUYERS, NOW, TICK, WALKME, Shop

from headcount.clock import to_text
from headcount.pipeline import run_tick


def test_status_of_new_project_waits_for_its_files(call: Call) -> None:
    document = call("status").document

    assert document["run"] is None
    assert document["segments"] == {"Pending": 1}
    assert document["files"] == [
        {"path": "landing/first.ndjson", "source": "app", "status": "waiting"}
    ]


@pytest.mark.usefixtures("ran")
def test_status_after_a_good_run_needs_nobody(call: Call, shop: Shop) -> None:
    answer = call("status")
    page = call("status", person=True).out

    assert answer.code == 0
    assert answer.document["run"]["at"] == to_text(TICK)
    assert answer.document["sources"][0]["accepted"] == 2
    assert "Nothing needs you." in page
    assert "5 minutes ago" in page


def test_status_names_all_that_needs_somebody(call: Call, shop: Shop) -> None:
    shop.settle(WALKME)
    shop.define("buyers", BUYERS + "destinations: [walkme]\n")
    lost = shop.define("lost", BUYERS.replace("Buyers", "Lost"))
    (shop.folder / "landing" / "torn.ndjson").write_bytes(b"\x1f\x8b\x08torn\n")
    run_tick(shop.project, at=TICK, now=NOW, push=False)
    lost.unlink()
    shop.define("late", "nome: Late\n")
    run_tick(shop.project, at=TICK, now=NOW, push=False)

    answer = call("status")
    page = call("status", person=True).out

    document = answer.document
    assert answer.code == 0
    assert [one["segment_id"] for one in document["orphaned"]] == ["lost"]
    assert document["faults"][0]["file"] == "segments/late.yaml"
    assert [Path(one["path"]).name for one in document["files"]] == ["torn.ndjson"]
    assert document["behind"][0]["status"] == "never pushed"
    for heading in ("Orphaned", "Faulty definitions", "Files left out", "Pushes"):
        assert heading in page
