"""Classic segments: their list is imported, and then like any other membership."""

from __future__ import annotations

from pathlib import Path

import pytest

from headcount.errors import DataError
from headcount.evaluate.classic import ImportReport, NotClassicError, import_members
from tests.evaluate.world import World, event, utc


def import_list(
    world: World, text: str, at: str, segment_id: str = "vips"
) -> ImportReport:
    path = world.folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    loaded = {one.definition.id: one for one in world.load().definitions}
    return import_members(
        world.warehouse,
        loaded[segment_id].definition,
        path,
        file=loaded[segment_id].file,
        folder=world.snapshots,
        at=utc(at),
        now=utc(at),
    )


@pytest.fixture
def classic(world: World) -> World:
    world.define("vips", "", classic="true")
    return world


def test_list_becomes_the_membership(classic: World) -> None:
    report = import_list(
        classic, "user_id,entered_at\nann,2024-01-01T00:00:00Z\nbob,\n", "2024-05-02"
    )

    assert (report.members, report.entered, report.exited) == (2, 2, 0)
    assert classic.members("vips", "2024-05-02") == {
        "ann": utc("2024-01-01"),
        "bob": utc("2024-05-02"),
    }


def test_second_list_replaces_the_first(classic: World) -> None:
    import_list(classic, "user_id\nann\nbob\n", "2024-05-02")

    report = import_list(classic, "user_id\nbob\ncy\n", "2024-05-03")

    assert (report.entered, report.exited) == (1, 1)
    assert classic.members("vips", "2024-05-03") == {
        "bob": utc("2024-05-02"),
        "cy": utc("2024-05-03"),
    }


def test_same_list_twice_changes_nothing(classic: World) -> None:
    import_list(classic, "user_id\nann\n", "2024-05-02")
    before = classic.snapshot_files()

    report = import_list(classic, "user_id\nann\n", "2024-05-03")

    assert (report.entered, report.exited) == (0, 0)
    assert classic.snapshot_files() == before


def test_classic_is_active_and_never_evaluated(classic: World) -> None:
    import_list(classic, "user_id\nann\n", "2024-05-02")

    report = classic.report("2024-05-03", "vips")

    assert (report.status, report.mode, report.members) == ("Active", "kept", 1)


def test_imported_user_without_events_is_not_known(classic: World) -> None:
    classic.log(event("bob", "buy", "2024-05-01"))
    import_list(classic, "user_id\nann\nbob\n", "2024-05-02")
    classic.define("vips-too", "  - segment: vips")

    assert classic.report("2024-05-02", "vips-too").members == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("user\nann\n", "line 1: found 'user'; wanted user_id[,entered_at]"),
        ("user_id\nann\nann\n", "line 3: user 'ann' is on line 2 too"),
        ("user_id,entered_at\nann\n", "line 2: found 1 cells; wanted 2"),
        ("user_id,entered_at\nann,soon\n", "line 2: 'soon' is not an ISO 8601 instant"),
        ("user_id,entered_at\nann,2030-01-01\n", "is after the import's instant"),
        ('user_id\n"ann\x07"\n', "line 2: found user id 'ann\\x07'"),
    ],
)
def test_faulty_list_changes_nothing(classic: World, text: str, message: str) -> None:
    with pytest.raises(DataError) as caught:
        import_list(classic, text, "2024-05-02")

    assert message in str(caught.value)
    assert classic.members("vips", "2024-05-02") == {}


def test_segment_with_rules_takes_no_list(world: World) -> None:
    world.define("buyers", "  - event: buy")

    with pytest.raises(NotClassicError, match="classic: true"):
        import_list(world, "user_id\nann\n", "2024-05-02", "buyers")


def test_list_file_is_named_in_the_error(classic: World) -> None:
    with pytest.raises(DataError, match=str(Path("list.csv"))):
        import_list(classic, "", "2024-05-02")
