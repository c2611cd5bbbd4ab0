"""Taking a file out leaves the store that would be there without it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headcount.definitions.settings import Settings, Source, System
from headcount.errors import (
    NotLoadedFileError,
    RetractionBlockedError,
    UnknownFileError,
)
from headcount.ingest.retract import RetractionReport, retract_file
from headcount.store.warehouse import Warehouse
from tests.ingest.landing import NOW, Landing, event, lines, record

LATER = NOW + timedelta(hours=1)
EXAMPLES = settings().max_examples // 3  # each ingests some ten files
SOURCES = (
    Source("app", "acme", "app/*", "native"),
    Source("web", "acme", "web/*", "native", attributes=("plan",)),
)

# Everything but positions, codes and what is told of the retracted file itself.
CONTENTS = {
    "events": """
        SELECT systems.system, id_namespace, event_id, user_id, event, "at", properties,
            is_wide, path
        FROM events JOIN systems USING (system_code)
        JOIN users USING (system_code, user_code)
        JOIN event_names USING (system_code, event_code)
        JOIN source_files USING (file_code) ORDER BY ALL""",
    "attributes": """
        SELECT user_id, key, "at", value, path FROM attributes
        JOIN users USING (system_code, user_code)
        JOIN source_files USING (file_code) ORDER BY ALL""",
    "order": """
        SELECT path, line FROM (
            SELECT path, position - first_position AS line FROM events
            JOIN source_files USING (file_code) ORDER BY position)""",
    "users": """
        SELECT user_id, first_event_at, last_event_at, first_attribute_at FROM users
        WHERE coalesce(first_event_at, first_attribute_at) IS NOT NULL ORDER BY ALL""",
    "seen_events": """
        SELECT event, e.* EXCLUDE (event_code) FROM seen_events AS e
        JOIN event_names USING (system_code, event_code) ORDER BY ALL""",
    "seen_properties": """
        SELECT event, p.* EXCLUDE (event_code) FROM seen_properties AS p
        JOIN event_names USING (system_code, event_code) ORDER BY ALL""",
    "seen_attributes": "FROM seen_attributes ORDER BY ALL",
    "rejected_rows": """
        SELECT path, line, r.reason, raw FROM rejected_rows AS r
        JOIN source_files USING (file_code) ORDER BY ALL""",
    "source_files": """
        SELECT path, status, reason, rows, accepted, duplicates, conflicts, rejected,
            skipped, first_at, last_at
        FROM source_files WHERE status <> 'retracted' ORDER BY file_code""",
    "shared_rows": """
        SELECT one.path, two.path, shared.rows FROM shared_rows AS shared
        JOIN source_files AS one USING (file_code)
        JOIN source_files AS two ON two.file_code = earlier_code ORDER BY ALL""",
}

Rows = tuple[str, ...]


def contents(landing: Landing) -> dict[str, Any]:
    return {name: landing.ask(query) for name, query in CONTENTS.items()}


def retract(landing: Landing, file: str) -> RetractionReport:
    return retract_file(
        landing.warehouse,
        Settings({"acme": System("acme", ZoneInfo("UTC"))}, landing.sources, {}),
        landing.folder,
        file=file,
        now=LATER,
        progress=lambda path, rows: None,
    )


@contextmanager
def landed(files: dict[str, Rows]) -> Iterator[Landing]:
    """The files, ingested one after the other in their order."""
    with TemporaryDirectory() as folder, Warehouse.in_memory() as warehouse:
        landing = Landing(Path(folder), warehouse, SOURCES)
        for name, rows in files.items():
            path = landing.folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(lines(*rows))
            landing.ingest()
        yield landing


def require_as_without(files: dict[str, Rows], *retracted: str) -> None:
    """Return when a store without the files is one that never saw them.

    A file that is not loaded when its turn comes cannot be taken out, and stays.
    """
    with landed(files) as landing:
        gone = [name for name in retracted if is_retracted(landing, name)]
        kept = {name: rows for name, rows in files.items() if name not in gone}
        with landed(kept) as other:
            require_equal(landing, other)


def is_retracted(landing: Landing, name: str) -> bool:
    try:
        retract(landing, name)
    except NotLoadedFileError:
        return False
    return True


def require_equal(landing: Landing, other: Landing) -> None:
    """Return when the stores are equal, now and after one more run."""
    for _ in range(2):
        assert contents(landing) == contents(other)
        landing.ingest()


ONE = event("a", event_id="1", properties={"plan": "pro"})
OTHER = event("b", event_id="1", properties={"plan": "free"})
PLAN = record("b", plan="free")

STORIES: dict[str, dict[str, Rows]] = {
    "nothing shared": {"app/1": (ONE,), "app/2": (event("c"),)},
    "duplicate comes back": {"app/1": (ONE, event("c")), "app/2": (ONE,)},
    "only the first comes back": {"app/1": (ONE,), "app/2": (ONE,), "app/3": (ONE,)},
    "conflict comes back": {"app/1": (ONE,), "app/2": (OTHER,), "app/3": (ONE,)},
    "equal file comes in": {"app/1": (ONE,), "app/2": (ONE,), "app/3": (ONE, OTHER)},
    "conflict tells its attributes": {
        "app/1": (ONE,),
        "web/2": (OTHER,),
        "app/3": (PLAN,),
        "app/4": (PLAN, record("b", plan="free", seats=1)),
    },
    "duplicate tells its attributes no more": {
        "app/1": (ONE,),
        "app/2": (OTHER,),
        "web/3": (ONE,),
        "app/4": (record("a", plan="pro"),),
    },
    "user was known from an empty record": {
        "app/1": (record("a", "2026-05-01"), record("b", "2026-05-01")),
        "app/2": (record("a", "2026-05-01"), record("a", "2026-05-02")),
    },
    "bad rows": {"app/1": ("bad", ONE), "app/2": ("bad", ONE, "worse")},
    "value of a key is shared": {
        "app/1": (record("a", plan="pro"),),
        "app/2": (record("a", plan="pro", seats=3),),
    },
    "order decides, not arrival of the equal file": {
        "app/1": (ONE,),
        "app/2": (OTHER, event("c")),
        "app/3": (ONE,),
    },
}


@pytest.mark.parametrize("story", STORIES)
def test_store_is_as_without_the_file(story: str) -> None:
    require_as_without(STORIES[story], "app/1")


USERS, IDS, PLANS = st.sampled_from("ab"), st.sampled_from([None, "1", "2"]), "xy"
EVENTS = st.builds(
    lambda user, event_id, plan, at: event(
        user,
        at=f"2026-05-0{at}T00:00:00Z",
        properties={"plan": plan},
        **({"event_id": event_id} if event_id else {}),
    ),
    USERS,
    IDS,
    st.sampled_from(PLANS),
    st.integers(1, 2),
)
RECORDS = st.builds(
    lambda user, at, keys: record(user, f"2026-05-0{at}T00:00:00Z", **keys),
    USERS,
    st.integers(1, 2),
    st.dictionaries(st.sampled_from(["plan", "seats"]), st.sampled_from(PLANS)),
)
CONTENT = st.lists(st.one_of(EVENTS, RECORDS, st.just("bad")), max_size=5).map(tuple)


@st.composite
def stories(draw: st.DrawFn) -> tuple[dict[str, Rows], list[str]]:
    kinds = draw(st.lists(CONTENT, min_size=1, max_size=4))
    count = draw(st.integers(2, 6))
    files = {
        f"{draw(st.sampled_from(['app', 'web']))}/{n}": draw(st.sampled_from(kinds))
        for n in range(count)
    }
    retracted = draw(st.lists(st.sampled_from([*files]), min_size=1, unique=True))
    return files, retracted


@settings(max_examples=EXAMPLES)
@given(story=stories())
def test_store_is_as_without_the_files_whatever_they_share(
    story: tuple[dict[str, Rows], list[str]],
) -> None:
    files, retracted = story
    require_as_without(files, *retracted)


def test_report_tells_what_went_and_what_came_back() -> None:
    with landed({"app/1": (ONE, PLAN), "app/2": (ONE, "bad")}) as landing:
        report = retract(landing, "app/1")

    assert report.to_json() == {
        "path": "app/1",
        "status": "retracted",
        "events": 1,
        "attributes": 1,
        "restored": ({"path": "app/2", "source": "app", "events": 1, "attributes": 0},),
    }


def test_second_retraction_changes_nothing() -> None:
    with landed({"app/1": (ONE,), "app/2": (ONE,)}) as landing:
        retract(landing, "app/1")
        kept = contents(landing)
        report = retract(landing, "app/1")

        assert (report.events, report.restored) == (0, ())
        assert contents(landing) == kept


def test_retracted_file_is_not_loaded_again_until_its_content_changes() -> None:
    with landed({"app/1": (ONE,)}) as landing:
        retract(landing, "app/1")
        again = landing.ingest()
        (landing.folder / "app/1").write_bytes(lines(OTHER))
        changed = landing.ingest()

        assert again.files == ()
        assert [file.status for file in changed.files] == ["loaded"]
        assert landing.events() == [("b", "play", '{"plan":"free"}')]


def test_retracted_content_is_loaded_under_another_name() -> None:
    with landed({"app/1": (ONE,)}) as landing:
        retract(landing, "app/1")
        (landing.folder / "app/1").rename(landing.folder / "app/2")

        assert landing.ingest().accepted == 1


def test_changed_content_is_loaded_once_the_first_is_retracted() -> None:
    with landed({"app/1": (ONE,)}) as landing:
        (landing.folder / "app/1").write_bytes(lines(OTHER))
        (changed,) = landing.ingest().files
        retract(landing, "app/1")
        (loaded,) = landing.ingest().files

        assert (changed.status, loaded.status) == ("changed", "loaded")


@pytest.mark.parametrize("named", ["app/1", "./app/1", "absolute"])
def test_file_may_be_named_from_here(
    named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with landed({"app/1": (ONE,)}) as landing:
        monkeypatch.chdir(landing.folder)
        file = str(landing.folder / "app/1") if named == "absolute" else named

        assert retract(landing, file).path == "app/1"


def test_unknown_file_is_told_with_the_nearest() -> None:
    with (
        landed({"app/first": (ONE,)}) as landing,
        pytest.raises(UnknownFileError) as caught,
    ):
        retract(landing, "app/frist")

    assert caught.value.nearest == "app/first"


def test_file_that_brought_nothing_cannot_be_taken_out() -> None:
    with (
        landed({"app/1": ("[",)}) as landing,
        pytest.raises(NotLoadedFileError, match="it is refused"),
    ):
        retract(landing, "app/1")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda path: path.unlink(), "it is not there any more"),
        (lambda path: path.write_bytes(b"x\n"), "its content is not what was ingested"),
    ],
)
def test_nothing_is_taken_out_when_a_needed_file_cannot_be_read(
    spoil: Any, reason: str
) -> None:
    with landed({"app/1": (ONE,), "app/2": (ONE,), "app/3": (PLAN,)}) as landing:
        kept = contents(landing)
        spoil(landing.folder / "app/2")
        with pytest.raises(RetractionBlockedError, match=reason) as caught:
            retract(landing, "app/1")

        assert caught.value.path == "app/2"
        assert contents(landing) == kept


def test_needed_file_whose_source_was_edited_is_not_read_otherwise() -> None:
    with landed({"app/1": (ONE,), "app/2": (ONE, event("c"))}) as landing:
        landing.set(id_namespace="new")
        with pytest.raises(RetractionBlockedError, match="source 'app' is not what"):
            retract(landing, "app/1")


def test_files_that_share_nothing_need_not_be_there() -> None:
    with landed({"app/1": (ONE,), "app/2": (event("c"),)}) as landing:
        (landing.folder / "app/2").unlink()

        assert retract(landing, "app/1").events == 1


def test_positions_are_never_given_twice() -> None:
    with landed({"app/1": (ONE, OTHER)}) as landing:
        retract(landing, "app/1")
        (landing.folder / "app/2").write_bytes(lines(event("c")))
        landing.ingest()

        assert landing.ask("SELECT position FROM events") == [(3,)]


def test_file_of_two_systems_is_taken_out_of_both() -> None:
    with landed({"app/1": (ONE, json.dumps({"bad": 1}))}) as landing:
        landing.sources = (*SOURCES, Source("beta", "beta", "app/*", "native"))
        landing.ingest()
        report = retract(landing, "app/1")

        assert (report.events, landing.events()) == (2, [])
        assert landing.rejects() == []
