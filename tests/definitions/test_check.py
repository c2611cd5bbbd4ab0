"""Definitions that are sound alone and not beside each other."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from headcount.definitions.load import Loaded, Registry, load_definitions
from headcount.definitions.settings import Limits, Settings, System

UTC = ZoneInfo("UTC")
SETTINGS = Settings(
    systems={
        "crm": System("crm", UTC),
        "shop": System("shop", UTC),
        "small": System("small", UTC, limits=Limits(segments=2)),
    },
    sources=(),
    destinations={},
)


def load(folder: Path, registry: Registry | None = None, **files: str) -> Loaded:
    """What the files come to; each is a name, a system and the rules."""
    segments = folder / "segments"
    segments.mkdir()
    for stem, text in files.items():
        name, system, rules = text.split(" | ")
        (segments / f"{stem}.yaml").write_text(
            f"name: {name}\nsystem: {system}\nrules:\n  - {rules}\n"
        )
    if registry is None:
        return load_definitions(segments, SETTINGS)
    return load_definitions(segments, SETTINGS, registry=registry)


def told(loaded: Loaded) -> list[str]:
    return [str(fault).removeprefix("segments/") for fault in loaded.faults]


def ids(loaded: Loaded) -> list[str]:
    return [each.definition.id for each in loaded.definitions]


def small(*stems: str) -> dict[str, str]:
    """Files of the system that takes two segments."""
    return {stem: f"{stem} | small | event: e" for stem in stems}


def test_an_id_belongs_to_the_first_file(tmp_path: Path) -> None:
    segments = tmp_path / "segments"
    for folder in ("b", "a"):
        (segments / folder).mkdir(parents=True)
        (segments / folder / "same.yaml").write_text(
            f"name: {folder}\nsystem: crm\nrules: [event: e]\n"
        )

    loaded = load_definitions(segments, SETTINGS)

    assert [each.file for each in loaded.definitions] == ["segments/a/same.yaml"]
    assert told(loaded) == [
        "b/same.yaml:1: $.id: found the id 'same', which segments/a/same.yaml has; "
        "wanted an id of its own"
    ]


def test_an_id_is_never_used_again(tmp_path: Path) -> None:
    registry = Registry(retired=frozenset({"a"}))

    loaded = load(tmp_path, registry, a="A | crm | event: e", b="B | crm | event: e")

    assert ids(loaded) == ["b"]
    assert told(loaded) == [
        "a.yaml:1: $.id: found the id 'a' of a deleted segment; "
        "wanted an id never used before"
    ]


def test_a_name_is_unique_in_its_system_whatever_the_case(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        a="Straße | crm | event: e",
        b="STRASSE | crm | event: e",
        c="Straße | shop | event: e",
    )

    assert ids(loaded) == ["a", "c"]
    assert told(loaded) == [
        "b.yaml:1: $.name: found the name 'STRASSE', which segments/a.yaml has; "
        "wanted a name of its own in crm, whatever the case"
    ]


def test_a_name_stays_with_the_registered_segment(tmp_path: Path) -> None:
    registry = Registry(systems={"b": "crm"})

    loaded = load(tmp_path, registry, a="N | crm | event: e", b="n | crm | event: e")

    assert ids(loaded) == ["b"]


def test_a_reference_leads_to_a_segment(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        stuck="Stuck | crm | event: e",
        a="A | crm | {all: [{not: {segment: stukc}}]}",
    )

    assert told(loaded) == [
        "a.yaml:4: $.rules[0].all[0].not.segment: found the unknown segment 'stukc'; "
        "wanted the id of a segment of crm; did you mean 'stuck'?"
    ]


def test_a_reference_stays_in_its_system(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        a="A | crm | segment: b",
        b="B | shop | event: e",
        c="C | crm | segment: a",
    )

    assert ids(loaded) == ["b", "c"]
    assert told(loaded) == [
        "a.yaml:4: $.rules[0].segment: found 'b', a segment of shop; "
        "wanted a segment of the same system, crm"
    ]


def test_a_reference_may_lead_to_a_faulty_file(tmp_path: Path) -> None:
    loaded = load(tmp_path, a="A | crm | segment: b", b="B | crm | evnt: e")

    assert ids(loaded) == ["a"]


@pytest.mark.parametrize(
    "registry",
    [Registry(systems={"gone": "crm"}), Registry(retired=frozenset({"gone"}))],
)
def test_a_reference_may_lead_to_what_is_only_in_the_store(
    tmp_path: Path, registry: Registry
) -> None:
    loaded = load(tmp_path, registry, a="A | crm | segment: gone")

    assert ids(loaded) == ["a"]


def test_a_cycle_is_named_in_full(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        a="A | crm | segment: b",
        b="B | crm | {any: [{event: e}, {segment: c}]}",
        c="C | crm | {not: {segment: a}}",
        outside="Outside | crm | segment: a",
    )

    assert ids(loaded) == ["outside"]
    assert [fault.found for fault in loaded.faults] == [
        "a cycle: a → b → c → a",
        "a cycle: b → c → a → b",
        "a cycle: c → a → b → c",
    ]


def test_a_segment_is_not_made_of_itself(tmp_path: Path) -> None:
    loaded = load(tmp_path, a="A | crm | segment: a")

    assert told(loaded) == [
        "a.yaml:4: $.rules[0].segment: found a cycle: a → a; "
        "wanted references that never lead back"
    ]


def test_the_first_files_fill_the_limit(tmp_path: Path) -> None:
    loaded = load(tmp_path, **small("c", "a", "b"), other="O | crm | event: e")

    assert ids(loaded) == ["a", "b", "other"]
    assert told(loaded) == [
        "c.yaml:2: $.system: found segment 3 of small; "
        "wanted at most 2 (limits of headcount.yaml): delete one, or raise it"
    ]


def test_registered_segments_keep_their_place(tmp_path: Path) -> None:
    registry = Registry(systems={"c": "small", "orphan": "small"})

    loaded = load(tmp_path, registry, **small("a", "c"))

    assert ids(loaded) == ["c"]


def test_more_registered_than_allowed_all_stay(tmp_path: Path) -> None:
    registry = Registry(systems=dict.fromkeys(["a", "b", "c"], "small"))

    assert ids(load(tmp_path, registry, **small("a", "b", "c"))) == ["a", "b", "c"]


def test_a_faulty_file_takes_no_place(tmp_path: Path) -> None:
    loaded = load(tmp_path, **small("b", "c"), a="A | small | evnt: e")

    assert ids(loaded) == ["b", "c"]


def test_all_kinds_of_faults_of_a_file_are_told(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        Registry(retired=frozenset({"b"})),
        a="N | crm | event: e",
        b="N | crm | segment: nowhere",
    )

    assert [fault.path for fault in loaded.faults] == [
        "$.id",
        "$.name",
        "$.rules[0].segment",
    ]
