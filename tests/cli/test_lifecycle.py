from pathlib import Path

import pytest
from tests.cli.conftest import Call
from tests.shop import BUYERS, NOW, TICK, Shop

from headcount.clock import to_text
from headcount.pipeline import run_tick

CLASSIC = "name: Old list\nsystem: shop\nclassic: true\n"


@pytest.fixture
def listed(shop: Shop, tmp_path: Path) -> Path:
    """A Classic segment, and the list of its members."""
    shop.define("old-list", CLASSIC)
    path = tmp_path / "old.csv"
    path.write_text("user_id,entered_at\nann,2026-04-01\nzed,\n", encoding="utf-8")
    return path


def test_import_gives_classic_segment_its_members(call: Call, listed: Path) -> None:
    answer = call("import", "old-list", str(listed))

    members = call("members", "old-list").document["members"]
    assert answer.document["entered"] == 2
    assert members == [
        {"user_id": "ann", "entered_at": "2026-04-01T00:00:00Z"},
        {"user_id": "zed", "entered_at": to_text(TICK)},
    ]


def test_imported_members_stay_through_a_tick(
    call: Call, listed: Path, shop: Shop
) -> None:
    call("import", "old-list", str(listed))

    run_tick(shop.project, at=TICK, now=NOW)

    segments = call("list").document["segments"]
    (classic,) = [s for s in segments if s["classic"]]
    assert (classic["status"], classic["members"]) == ("Active", 2)


def test_import_into_evaluated_segment_is_refused(call: Call, listed: Path) -> None:
    answer = call("import", "buyers", str(listed))

    assert answer.code == 2
    assert answer.error["kind"] == "not_classic"


def test_import_of_faulty_list_changes_nothing(call: Call, listed: Path) -> None:
    listed.write_text("user_id\nann\nann\n", encoding="utf-8")

    answer = call("import", "old-list", str(listed))

    assert answer.code == 1
    assert "line 3" in answer.error["reason"]
    assert call("members", "old-list").document["members"] == []


@pytest.mark.usefixtures("ran")
def test_delete_retires_segment_and_keeps_history(call: Call, shop: Shop) -> None:
    answer = call("delete", "buyers", "--yes")

    assert answer.code == 0
    assert answer.document["members"] == 1
    assert not (shop.folder / "segments" / "buyers.yaml").exists()
    assert call("members", "buyers").code == 2
    assert call("history", "buyers", "ann").document["stays"] == [
        {"entered_at": to_text(TICK), "left_at": to_text(TICK), "version": 1}
    ]


@pytest.mark.usefixtures("ran")
def test_deleted_id_is_never_used_again(call: Call, shop: Shop) -> None:
    call("delete", "buyers", "--yes")
    shop.define("buyers", BUYERS)

    answer = call("run")

    assert answer.code == 2
    assert "buyers" in answer.document["faults"][0]["found"]


def test_delete_of_segment_that_no_tick_has_seen(call: Call, shop: Shop) -> None:
    answer = call("delete", "buyers", "--yes")

    assert answer.code == 0
    assert call("list").document["segments"] == []


def test_delete_without_confirmation_changes_nothing(call: Call, shop: Shop) -> None:
    answer = call("delete", "buyers")

    assert answer.code == 2
    assert answer.error["kind"] == "not_confirmed"
    assert (shop.folder / "segments" / "buyers.yaml").exists()


def test_delete_of_unknown_segment_exits_2(call: Call) -> None:
    assert call("delete", "byers", "--yes").error["nearest"] == "buyers"
