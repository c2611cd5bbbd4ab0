"""Files over time: what is known, what changed, what somebody must look at."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import fsspec
import pytest

from headcount.definitions.settings import Columns, Source
from tests.ingest.landing import AT, NOW, Landing, event, lines

SOME = lines(event("u1"), event("u2"))
BAD = b"\xff\xfea\0"


def contents(landing: Landing) -> list[list[tuple[object, ...]]]:
    tables = ("source_files", "events", "users", "attributes", "rejected_rows")
    return [landing.ask(f"FROM {table} ORDER BY ALL") for table in tables]


def statuses(landing: Landing) -> list[tuple[object, ...]]:
    return landing.ask("SELECT path, status FROM source_files ORDER BY file_code")


def test_second_run_changes_nothing(landing: Landing) -> None:
    for name, content in {"a": SOME, "b": SOME, "c": BAD, "d": b"", "e": b"x"}.items():
        landing.put(name, content)
    first = landing.ingest()
    before = contents(landing)

    second = landing.ingest()

    assert contents(landing) == before
    assert [(f.path, f.status) for f in first.files] == [
        ("app/a", "loaded"),
        ("app/b", "duplicate"),
        ("app/c", "refused"),
        ("app/d", "loaded"),
        ("app/e", "growing"),
    ]
    assert [f for f in first.files if f.status in {"refused", "growing"}] == [
        *second.files
    ]


def test_report_counts_what_happened(landing: Landing) -> None:
    landing.put("a", SOME + b"bad\n")
    landing.put("b", BAD)
    landing.put("c", lines(event("u1"), event("u3")))

    report = landing.ingest().to_json()

    assert report["files"][0] == {
        "path": "app/a",
        "source": "app",
        "status": "loaded",
        "reason": None,
        "rows": 3,
        "accepted": 2,
        "duplicates": 0,
        "conflicts": 0,
        "rejected": 1,
        "skipped": 0,
    }
    assert {key: report[key] for key in report if key != "files"} == {
        "accepted": 3,
        "duplicates": 1,
        "rejected": 1,
        "refused": 1,
    }


def test_file_written_anew_with_equal_content_is_known(landing: Landing) -> None:
    landing.load(SOME)
    before = contents(landing)[1:]
    landing.put("a.ndjson", SOME)

    assert landing.ingest().files == ()
    assert contents(landing)[1:] == before
    assert statuses(landing) == [("app/a.ndjson", "loaded")]


def test_change_is_seen_when_size_and_time_stay(landing: Landing) -> None:
    path = landing.put("a", lines(event("u1")))
    landing.ingest()
    times = path.stat()
    landing.put("a", lines(event("u2")))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    assert [file.status for file in landing.ingest().files] == ["changed"]


def test_changed_file_is_told_of_until_it_is_restored(landing: Landing) -> None:
    landing.load(SOME)
    changed = landing.load(lines(event("u9")))

    assert landing.ingest().files == (changed,)
    landing.put("a.ndjson", SOME)
    assert landing.ingest().files == ()


def test_changed_content_is_loaded_under_a_name_of_its_own(landing: Landing) -> None:
    landing.load(SOME)
    grown = SOME + lines(event("u9"))
    landing.load(grown)
    landing.put("a.ndjson", SOME)

    report = landing.load(grown, "b.ndjson")

    assert (report.accepted, report.duplicates) == (1, 2)


def test_rotated_log_is_a_duplicate_and_no_change(landing: Landing) -> None:
    landing.load(SOME, "log.1")
    landing.load(lines(event("u9")), "log.2")
    (landing.folder / "app/log.2").unlink()

    report = landing.load(lines(event("u9")), "log.1")

    assert (report.status, report.reason) == ("duplicate", "duplicate of app/log.2")


def test_empty_file_may_be_filled_later(landing: Landing) -> None:
    landing.load(b"")

    assert landing.load(SOME).status == "loaded"


def test_growing_file_is_loaded_once_its_line_is_ended(landing: Landing) -> None:
    assert landing.load(SOME[:-3]).status == "growing"

    assert landing.load(SOME).accepted == 2


def test_refused_file_is_loaded_once_its_content_is_mended(landing: Landing) -> None:
    landing.load(BAD)

    assert landing.load(SOME).status == "loaded"
    assert statuses(landing) == [
        ("app/a.ndjson", "refused"),
        ("app/a.ndjson", "loaded"),
    ]


def test_refused_file_is_tried_again_once_its_source_is_mended(
    landing: Landing,
) -> None:
    columns = Columns("user", "ts", event="event", properties=())
    landing.set(format="csv", columns=columns)
    landing.load(f"uid,ts,event\nu1,{AT},play\n")
    landing.set(columns=replace(columns, user_id="uid"))

    assert landing.ingest().accepted == 1
    assert statuses(landing) == [("app/a.ndjson", "loaded")]


def test_loaded_file_is_not_read_again_when_its_source_is_edited(
    landing: Landing,
) -> None:
    landing.load(SOME)
    landing.set(attributes=("plan",))

    assert landing.ingest().files == ()


def test_loaded_file_is_known_when_its_source_is_renamed(landing: Landing) -> None:
    landing.load(SOME)
    landing.set(name="web")

    assert landing.ingest().files == ()


def test_one_file_feeds_two_sources_that_read_it_differently(landing: Landing) -> None:
    columns = Columns("user", "ts", event="event", properties=(), attributes=("plan",))
    landing.sources = (
        Source("clicks", "acme", "app/a", "csv", columns=columns),
        Source("crm", "acme", "app/a", "csv", records="attributes", columns=columns),
        Source("other", "second", "app/a", "csv", columns=columns),
    )
    landing.put("a", f"user,ts,event,plan\nu1,{AT},play,pro\n")

    report = landing.ingest()

    assert [(file.source, file.accepted) for file in report.files] == [
        ("clicks", 1),
        ("crm", 1),
        ("other", 1),
    ]


def test_bad_file_does_not_stop_the_others(landing: Landing) -> None:
    landing.put("a", BAD)
    landing.put("b", SOME)

    assert landing.ingest().accepted == 2


def test_unreadable_file_is_told_of_until_it_can_be_read(landing: Landing) -> None:
    (landing.folder / "app").mkdir()
    (landing.folder / "app" / "a").symlink_to("b")

    (report,) = landing.ingest().files

    assert (report.status, report.reason) == ("refused", "not a regular file")
    before = contents(landing)
    assert landing.ingest().files == (report,)
    assert contents(landing) == before
    landing.put("b", SOME)
    assert landing.ingest().accepted == 2


def test_files_are_taken_by_source_then_name(landing: Landing) -> None:
    landing.sources = (
        Source("z", "acme", "z/**/*.ndjson", "native"),
        Source("a", "acme", "a/*", "native"),
    )
    for name in ("a/2", "a/10", "z/b.ndjson", "z/a/c.ndjson", "z/.hidden.ndjson"):
        path = landing.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(lines(event(name)))

    assert [file.path for file in landing.ingest().files] == [
        "z/a/c.ndjson",
        "z/b.ndjson",
        "a/10",
        "a/2",
    ]


def test_absolute_path_and_folders_are_no_trouble(
    landing: Landing, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere" / "folder").mkdir(parents=True)
    (tmp_path / "elsewhere" / "a").write_bytes(SOME)
    landing.set(path=f"{tmp_path}/elsewhere/*")

    (report,) = landing.ingest().files

    assert (report.path, report.accepted) == (f"{tmp_path}/elsewhere/a", 2)


def test_name_with_wildcards_is_meant_literally_when_it_exists(
    landing: Landing,
) -> None:
    landing.set(path="app/a[1].ndjson")
    landing.put("a1.ndjson", lines(event("wrong")))
    landing.put("a[1].ndjson", lines(event("right")))

    landing.ingest()

    assert [user for user, _, _ in landing.events()] == ["right"]


def test_missing_folder_is_no_fault(landing: Landing) -> None:
    assert landing.ingest().files == ()


@pytest.fixture
def bucket() -> fsspec.AbstractFileSystem:
    files = fsspec.filesystem("memory")
    yield files
    files.rm("/bucket", recursive=True)


def test_files_of_an_object_store_are_loaded_once(
    landing: Landing, bucket: fsspec.AbstractFileSystem
) -> None:
    bucket.pipe("/bucket/a.ndjson", SOME)
    bucket.pipe("/bucket/b.ndjson", lines(event("u3")))
    landing.set(path="memory://bucket/*.ndjson")

    report = landing.ingest()

    assert [(file.path, file.accepted) for file in report.files] == [
        ("memory:///bucket/a.ndjson", 2),
        ("memory:///bucket/b.ndjson", 1),
    ]
    assert landing.ingest().files == ()


def test_url_of_an_unknown_kind_is_refused_and_the_others_go_on(
    landing: Landing,
) -> None:
    landing.sources = (Source("far", "acme", "nope://x/*", "native"), *landing.sources)
    landing.put("a", SOME)

    far, near = landing.ingest().files

    assert (far.path, far.status, near.accepted) == ("nope://x/*", "refused", 2)
    assert far.reason == (
        "cannot be listed: this kind of URL cannot be read: Protocol not known: nope"
    )


def test_changed_object_is_reported(
    landing: Landing, bucket: fsspec.AbstractFileSystem
) -> None:
    landing.set(path="memory://bucket/a.ndjson")
    bucket.pipe("/bucket/a.ndjson", SOME)
    landing.ingest()
    bucket.pipe("/bucket/a.ndjson", lines(event("u3")))

    assert [file.status for file in landing.ingest().files] == ["changed"]


def test_now_is_when_the_file_was_ingested(landing: Landing) -> None:
    landing.load(SOME)

    assert landing.ask("SELECT ingested_at FROM source_files") == [(NOW,)]
