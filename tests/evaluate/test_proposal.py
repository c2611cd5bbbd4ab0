"""Plan: what an edit would do, exactly, without writing."""

from __future__ import annotations

from headcount.evaluate.proposal import SegmentProposal
from tests.evaluate.world import World, event


def proposal_of(world: World, segment_id: str, at: str) -> SegmentProposal:
    found = {one.segment_id: one for one in world.propose(at).segments}
    return found[segment_id]


def test_new_segment_shows_who_would_enter(world: World) -> None:
    world.log(event("bob", "buy", "2024-05-01"), event("ann", "buy", "2024-05-01"))
    world.define("buyers", "  - event: buy")

    found = proposal_of(world, "buyers", "2024-05-02")

    assert (found.edit, found.members, found.would_have) == ("new", None, 2)
    assert found.entered == ("ann", "bob")


def test_changed_segment_shows_who_would_enter_and_leave(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"), event("bob", "look", "2024-05-01"))
    world.define("active", "  - event: buy")
    world.tick("2024-05-02")

    world.define("active", "  - event: look")
    found = proposal_of(world, "active", "2024-05-02")

    assert (found.edit, found.members, found.would_have) == ("changed", 1, 1)
    assert (found.entered, found.exited) == (("bob",), ("ann",))


def test_what_is_proposed_is_what_the_tick_does(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"), event("bob", "look", "2024-05-01"))
    world.define("active", "  - event: buy")
    world.define("rest", "  - not: {segment: active}")
    world.tick("2024-05-02")
    world.define("active", "  - event: look")

    proposed = world.propose("2024-05-02T00:15").segments
    done = world.tick("2024-05-02T00:15").segments

    assert [one.would_have for one in proposed] == [one.members for one in done]
    assert [len(one.entered) for one in proposed] == [one.entered for one in done]
    assert [len(one.exited) for one in proposed] == [one.exited for one in done]


def test_proposing_writes_nothing(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("buyers", "  - event: buy")

    world.propose("2024-05-02")

    tables = ("segments", "segment_versions", "membership", "runs", "snapshots")
    for table in tables:
        assert world.warehouse.con.table(table).shape[0] == 0
    assert not world.snapshots.exists()


def test_edit_of_an_expired_segment_is_shown_as_refused(world: World) -> None:
    world.define("ended", "  - event: buy", evaluation_end="2024-05-02")
    world.tick("2024-05-10")

    world.define("ended", "  - event: look", evaluation_end="2024-05-02")
    found = proposal_of(world, "ended", "2024-05-10")

    assert found.edit == "refused"
    assert "a new segment" in (found.reason or "")


def test_missing_file_is_shown_as_orphaned(world: World) -> None:
    world.define("buyers", "  - event: buy")
    world.tick("2024-05-02")

    (world.segments / "buyers.yaml").unlink()

    assert proposal_of(world, "buyers", "2024-05-02").edit == "orphaned"
