import re
from pathlib import Path

import pytest
from tests.cli.conftest import Call
from tests.shop import BUYERS, WALKME, Shop

LOOKERS = "name: Lookers\nsystem: shop\nrules: [{event: look}]\n"


def test_check_prints_each_range_with_its_bounds(call: Call, shop: Shop) -> None:
    shop.define(
        "recent", BUYERS.replace("Buyers", "Recent") + "date_range: last week\n"
    )

    answer = call("check")

    recent = answer.document["segments"][1]
    assert answer.code == 0
    assert recent["rules"] == "did `buy` last week"
    assert recent["ranges"] == [
        {
            "words": "last week: Mon 2026-04-20 00:00 to Mon 2026-04-27 00:00 UTC",
            "start": "2026-04-20T00:00:00Z",
            "end": "2026-04-27T00:00:00Z",
        }
    ]


def test_check_tells_all_faults_at_once(call: Call, shop: Shop) -> None:
    shop.define("one", "name: One\nsystem: shap\nrules: [{event: buy}]\n")
    shop.define("two", "nome: Two\nsystem: shop\nrules: [{evnt: buy}]\n")

    answer = call("check")

    faults = answer.error["faults"]
    assert answer.code == 2
    assert answer.error["kind"] == "definition"
    assert answer.document["faults"] == faults
    assert {fault["file"] for fault in faults} == {
        "segments/one.yaml",
        "segments/two.yaml",
    }
    assert {"shop", "name"} <= {fault["nearest"] for fault in faults}


def test_check_looks_only_at_named_files(call: Call, shop: Shop) -> None:
    shop.define("two", "nome: Two\n")

    answer = call("check", "segments/buyers.yaml")

    assert answer.code == 0
    assert [s["segment_id"] for s in answer.document["segments"]] == ["buyers"]


def test_check_goes_on_when_project_file_is_faulty(call: Call, shop: Shop) -> None:
    (shop.folder / "headcount.yaml").write_text("systems: 7\n", encoding="utf-8")
    shop.define("two", "nome: Two\n")

    answer = call("check")

    assert answer.code == 2
    assert {fault["file"] for fault in answer.error["faults"]} == {
        "headcount.yaml",
        "segments/two.yaml",
    }


@pytest.mark.usefixtures("ran")
def test_preview_calculates_a_draft(call: Call, shop: Shop, tmp_path: Path) -> None:
    draft = tmp_path / "draft.yaml"
    draft.write_text(
        "name: Both\nsystem: shop\nmatch: any\nrules: [{event: buy}, {event: look}]\n",
        encoding="utf-8",
    )

    document = call("preview", str(draft)).document

    assert document["members"] == 2
    assert document["conditions"] == [
        {"rule": "did `buy`", "members": 1},
        {"rule": "did `look`", "members": 1},
    ]
    assert document["sample"] == ["ann", "bob"]
    assert document["seconds"] >= 0


def test_preview_of_faulty_draft_tells_all_faults(call: Call, tmp_path: Path) -> None:
    draft = tmp_path / "draft.yaml"
    draft.write_text("name: Both\nsystem: shop\nrules: [{evnt: buy}]\n")

    answer = call("preview", str(draft))

    assert answer.code == 2
    assert answer.error["faults"][0]["path"].startswith("$.rules")


def test_preview_of_no_file_says_so(call: Call) -> None:
    answer = call("preview", "nowhere.yaml")

    assert answer.code == 2
    assert answer.error["kind"] == "missing_file"


@pytest.mark.usefixtures("ran")
def test_plan_tells_who_would_enter_and_leave(call: Call, shop: Shop) -> None:
    shop.define("buyers", BUYERS.replace("buy}", "look}"))
    shop.define("lookers", LOOKERS)

    answer = call("plan")

    buyers, lookers = answer.document["segments"]
    assert answer.code == 0
    assert (buyers["edit"], buyers["entered"], buyers["exited"]) == (
        "changed",
        ["bob"],
        ["ann"],
    )
    assert (lookers["edit"], lookers["would_have"]) == ("new", 1)


@pytest.mark.usefixtures("ran")
def test_plan_writes_nothing(call: Call, shop: Shop) -> None:
    shop.define("lookers", LOOKERS)
    files = {p: p.stat().st_mtime_ns for p in _kept(shop)}

    call("plan")

    assert {p: p.stat().st_mtime_ns for p in _kept(shop)} == files
    assert [s["status"] for s in call("list").document["segments"]] == [
        "Active",
        "Pending",
    ]


@pytest.mark.usefixtures("ran")
def test_plan_compares_with_another_folder(
    call: Call, shop: Shop, tmp_path: Path
) -> None:
    other = tmp_path / "branch" / "segments"
    other.mkdir(parents=True)
    (other / "buyers.yaml").write_text(BUYERS, encoding="utf-8")
    (other / "lookers.yaml").write_text(LOOKERS, encoding="utf-8")

    answer = call("plan", "--segments", str(other))

    edits = {s["segment_id"]: s["edit"] for s in answer.document["segments"]}
    assert edits == {"buyers": "unchanged", "lookers": "new"}


def test_plan_tells_what_a_push_would_send(call: Call, shop: Shop) -> None:
    shop.settle(WALKME)
    shop.define("buyers", BUYERS + "destinations: [walkme]\n")

    (buyers,) = call("plan").document["segments"]

    assert buyers["pushes"] == [
        {
            "destination": "walkme",
            "segment_id": "buyers",
            "is_new": True,
            "add": 0,
            "remove": 0,
            "requests": 1,
            "held": [],
            "side_effects": None,
        }
    ]


def test_plan_with_faulty_file_exits_2(call: Call, shop: Shop) -> None:
    shop.define("two", "nome: Two\n")

    answer = call("plan")

    assert answer.code == 2
    assert answer.document["faults"][0]["file"] == "segments/two.yaml"


@pytest.mark.usefixtures("ran")
def test_plan_in_markdown_is_a_table(call: Call, shop: Shop) -> None:
    shop.define("lookers", LOOKERS)

    lines = call("plan", "--markdown", person=True).out.splitlines()

    assert lines[0] == "### headcount plan, as of 2026-05-01 09:15Z"
    assert "| lookers | new | Active | none → 1 | 1 | 0 | none |" in lines
    assert lines[-1] == "1 segment would stay as it is."


@pytest.mark.usefixtures("ran")
@pytest.mark.parametrize(
    ("argv", "pattern"),
    [
        (["check"], r"1 definition sound, 0 faults"),
        (["preview", "segments/buyers.yaml"], r"did `buy` +1\n"),
        (["plan"], r"buyers +unchanged +Active"),
    ],
)
def test_page_fits_a_narrow_terminal(
    call: Call,
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    *,
    argv: list[str],
    pattern: str,
) -> None:
    monkeypatch.setenv("COLUMNS", "64")

    answer = call(*argv, person=True)

    assert re.search(pattern, answer.out)
    assert max(map(len, answer.out.splitlines())) <= 64


def _kept(shop: Shop) -> list[Path]:
    names = ("snapshots", "exports", "landing", "segments")
    files = [path for name in names for path in (shop.folder / name).rglob("*")]
    return [shop.project.analytics_path, shop.project.store_path, *files]
