"""Deletion: stays end, history stays, the id is retired."""

from __future__ import annotations

import pytest

from headcount.errors import UnknownSegmentError
from headcount.evaluate.deletion import delete_segment
from tests.evaluate.world import World, event, utc


@pytest.fixture
def deleted(world: World) -> World:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("buyers", "  - event: buy")
    world.tick("2024-05-02")
    (world.segments / "buyers.yaml").unlink()
    delete_segment(world.warehouse, "buyers", at=utc("2024-05-03"))
    return world


def test_members_leave_and_history_stays(deleted: World) -> None:
    assert deleted.members("buyers", "2024-05-03") == {}
    assert deleted.members("buyers", "2024-05-02T23:59") == {"ann": utc("2024-05-02")}


def test_deleted_segment_is_not_evaluated_again(deleted: World) -> None:
    assert deleted.tick("2024-05-04").segments == ()


def test_id_is_never_used_again(deleted: World) -> None:
    deleted.define("buyers", "  - event: buy")

    report = deleted.tick("2024-05-04")

    assert report.segments == ()
    assert "buyers" in str(report.faults[0])


def test_deleting_twice_is_unknown(deleted: World) -> None:
    with pytest.raises(UnknownSegmentError, match="'buyers'"):
        delete_segment(deleted.warehouse, "buyers", at=utc("2024-05-03"))


def test_reference_to_a_deleted_segment_fails(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("buyers", "  - event: buy")
    world.define("others", "  - not: {segment: buyers}")
    world.tick("2024-05-02")
    (world.segments / "buyers.yaml").unlink()
    delete_segment(world.warehouse, "buyers", at=utc("2024-05-03"))

    report = world.report("2024-05-03", "others")

    assert report.status == "Failed"
    assert "buyers" in (report.reason or "")
