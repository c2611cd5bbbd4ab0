from datetime import timedelta
from pathlib import Path

import pytest
from tests.cli.conftest import Call
from tests.shop import BUYERS, TICK, Shop

from headcount.clock import to_text


def test_run_tells_the_tick_and_all_stages(call: Call) -> None:
    answer = call("run")

    document = answer.document
    assert answer.code == 0
    assert document["at"] == "2026-05-01T09:15:00Z"
    assert document["segments"] == [
        {
            "segment_id": "buyers",
            "system": "shop",
            "status": "Active",
            "reason": None,
            "version": 1,
            "mode": "full",
            "members": 1,
            "entered": 1,
            "exited": 0,
        }
    ]
    assert document["ingest"]["accepted"] == 2
    assert document["push"]["pushes"] == []
    assert document["exports"] == {"exports": [], "failures": []}
    assert document["faults"] == []


@pytest.mark.usefixtures("ran")
def test_run_twice_changes_nothing(call: Call, shop: Shop) -> None:
    before = _snapshots(shop)

    again = call("run").document

    assert _snapshots(shop) == before
    assert again["segments"][0]["members"] == 1
    assert again["ingest"]["files"] == []


def test_run_without_push_says_so(call: Call) -> None:
    assert call("run", "--no-push").document["push"] is None


@pytest.mark.usefixtures("ran")
def test_run_publishes_for_analysts(call: Call, shop: Shop) -> None:
    assert shop.project.analytics_path.is_file()


def test_evaluate_takes_any_instant(call: Call) -> None:
    call("ingest")

    document = call("evaluate", "--at", "2026-05-01T09:01:02.5Z", "--full").document

    assert document["at"] == "2026-05-01T09:01:02.500000Z"
    assert document["segments"][0]["members"] == 1


@pytest.mark.usefixtures("ran")
def test_evaluate_refuses_tick_before_the_newest(call: Call) -> None:
    answer = call("evaluate", "--at", to_text(TICK - timedelta(minutes=15)))

    assert answer.code == 2
    assert answer.error["kind"] == "older_tick"


def test_refused_file_exits_1(call: Call, shop: Shop) -> None:
    (shop.folder / "landing" / "torn.ndjson").write_bytes(b"\x1f\x8b\x08torn\n")

    answer = call("ingest")

    assert answer.code == 1
    assert answer.document["refused"] == 1


def test_failed_segment_exits_1(call: Call, shop: Shop) -> None:
    limits = "  crowd: {timezone: UTC, limits: {users: 0}}\n"
    text = (shop.folder / "headcount.yaml").read_text(encoding="utf-8")
    text = text.replace("sources:", limits + "sources:").replace(
        "system: shop, path", "system: crowd, path"
    )
    (shop.folder / "headcount.yaml").write_text(text, encoding="utf-8")
    shop.define("buyers", BUYERS.replace("system: shop", "system: crowd"))

    answer = call("run")

    assert answer.code == 1
    assert answer.document["segments"][0]["status"] == "Failed"
    assert "limit of 0" in answer.document["segments"][0]["reason"]


def test_faulty_definition_exits_2_and_others_go_on(call: Call, shop: Shop) -> None:
    shop.define("lookers", "name: Lookers\nsystem: shop\nrules: [{evnt: look}]\n")

    answer = call("run")

    assert answer.code == 2
    assert [s["members"] for s in answer.document["segments"]] == [1]
    assert answer.document["faults"][0]["file"] == "segments/lookers.yaml"


@pytest.mark.usefixtures("ran")
def test_registered_segment_with_faulty_file_is_failed(call: Call, shop: Shop) -> None:
    shop.define("buyers", BUYERS.replace("event", "evnt"))

    answer = call("evaluate")

    (segment,) = answer.document["segments"]
    assert answer.code == 2
    assert (segment["status"], segment["members"]) == ("Failed", 1)
    assert "segments/buyers.yaml:3" in segment["reason"]


@pytest.mark.usefixtures("ran")
def test_export_writes_file_and_copy(call: Call, shop: Shop, tmp_path: Path) -> None:
    output = tmp_path / "buyers.csv"

    answer = call("export", "buyers", "--format", "csv", "--output", str(output))

    made = Path(answer.document["file"])
    assert made.parent == shop.project.exports_folder
    assert output.read_bytes() == made.read_bytes()
    assert answer.document["rows"] == 1
    assert call("export", "buyers", "--format", "csv").document["shared"] is True


def test_export_before_first_evaluation_is_refused(call: Call) -> None:
    answer = call("export", "buyers", "--format", "csv")

    assert answer.code == 1
    assert answer.error["kind"] == "not_evaluated"


def test_push_knows_its_destinations(call: Call) -> None:
    answer = call("push", "--destination", "walkmi")

    assert answer.code == 2
    assert answer.error["kind"] == "unknown_destination"


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["ingest"], "2 new rows, 0 duplicates, 0 rejected rows"),
        (["evaluate"], "1 segment at 2026-05-01 09:15Z"),
        (["push"], "nothing was sent"),
        (["run"], "buyers    Active"),
    ],
)
def test_stage_says_what_it_did_to_a_person(
    call: Call, argv: list[str], words: str
) -> None:
    answer = call(*argv, person=True)

    assert words in answer.out
    assert max(map(len, answer.out.splitlines())) <= 80
    assert "\x1b" not in answer.out


def _snapshots(shop: Shop) -> dict[str, bytes]:
    folder = shop.project.snapshots_folder
    return {path.name: path.read_bytes() for path in folder.rglob("*.*")}
