from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.shop import NOW, TICK, Shop, opened

from headcount import pipeline
from headcount.cli import main


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    shop = opened(tmp_path / "shop")
    monkeypatch.setenv("HEADCOUNT_HOME", str(shop.folder))
    monkeypatch.setenv("HEADCOUNT_NOW", NOW.isoformat())
    return shop


def test_verify_finds_nothing_in_a_new_and_in_a_sound_project(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify"]) == 0
    pipeline.run_tick(shop.project, at=TICK, now=NOW)
    assert main(["verify"]) == 0
    assert "0 differences" in capsys.readouterr().out


def test_verify_tells_a_person_and_a_program_what_differs(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.run_tick(shop.project, at=TICK, now=NOW)
    (path,) = shop.project.snapshots_folder.glob("*/*.parquet")
    path.unlink()

    assert main(["verify"]) == 1
    assert f"{path.name}: found no file; wanted 1 rows" in capsys.readouterr().out
    assert main(["verify", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["differences"] == 1
    assert {one["name"]: one["count"] for one in document["checks"]}[
        "snapshot_files"
    ] == 1


def test_verify_misses_an_export_that_was_changed(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.run_tick(shop.project, at=TICK, now=NOW)
    made = pipeline.export(shop.project, "buyers", format="csv", now=NOW)
    made.path.write_text("eve", encoding="utf-8")

    assert main(["verify", "--json"]) == 1
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert [one["name"] for one in checks if one["count"]] == ["exports"]


def test_rebuild_tells_the_same_store_and_where_the_old_one_is(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.run_tick(shop.project, at=TICK, now=NOW)

    assert main(["rebuild"]) == 0
    said = capsys.readouterr().out
    assert "The same logical content as the old store" in said
    assert "headcount.duckdb.kept-2026-05-01T09-20-00Z" in said


def test_rebuild_of_nothing_makes_an_empty_store(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (shop.folder / "landing").iterdir():
        path.unlink()

    assert main(["rebuild", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["source"] == "snapshots"
    assert document["notes"] == ["no ledger was recovered: nothing was published"]


def test_forget_gives_a_receipt_and_undo_takes_it_back(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.run_tick(shop.project, at=TICK, now=NOW)

    assert main(["forget", "ann"]) == 0
    said = capsys.readouterr().out
    assert "Nothing is left of them here." in said
    assert "landing/first.ndjson" in said
    assert "ann" not in said
    assert main(["members", "buyers", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["members"] == []
    assert main(["forget", "--undo", "ann"]) == 0
    assert "1 user may come back" in capsys.readouterr().out


def test_forget_takes_a_file_of_ids(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.run_tick(shop.project, at=TICK, now=NOW)
    (tmp_path / "ids").write_text("ann\n\nbob\nann\n", encoding="utf-8")

    assert main(["forget", "--file", str(tmp_path / "ids"), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["complete"], document["events"]) == (True, 2)
    assert len(document["users"]) == 2


@pytest.mark.parametrize("words", [[], ["ann", "--file", "x"], ["--file", "missing"]])
def test_forget_wants_one_user_or_one_file(words: list[str], shop: Shop) -> None:
    (shop.folder / "x").write_text("bob\n", encoding="utf-8")
    words = [str(shop.folder / one) if one == "x" else one for one in words]

    assert main(["forget", *words]) == 2
