"""The catalogue against the rows themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.ingest.landing import AT, Landing, event, lines, record

from headcount.store import sightings
from headcount.store.sightings import SeenSystem, read_seen, see_anew
from headcount.store.warehouse import Warehouse


@pytest.fixture
def landing(tmp_path: Path) -> Iterator[Landing]:
    with Warehouse.in_memory() as warehouse:
        yield Landing(tmp_path, warehouse)


def seen(landing: Landing) -> SeenSystem:
    (system,) = read_seen(landing.warehouse)
    return system


def counts(landing: Landing) -> dict[str, int]:
    return {one.event: one.count for one in seen(landing).events}


def test_names_are_counted_over_files_and_duplicates_are_not(landing: Landing) -> None:
    landing.load(lines(event(name="play"), event(name="stop"), event(name="play")))
    landing.load(lines(event(name="play"), event("u2", "play", "2026-05-03")), "b")

    play, stop = seen(landing).events
    assert (play.event, play.count, stop.event, stop.count) == ("play", 2, "stop", 1)
    assert play.first_at.isoformat() == "2026-05-01T09:00:00+00:00"
    assert play.last_at.isoformat() == "2026-05-03T00:00:00+00:00"


def test_properties_are_counted_an_event_name_with_their_first_values(
    landing: Landing,
) -> None:
    landing.load(
        lines(event(properties={"n": 1, "of": "x"}), event(properties={"n": 2}))
    )
    landing.load(lines(event(properties={"n": [1.50]}), event(name="stop")), "b")

    play, stop = seen(landing).events
    assert [(p.name, p.count, p.examples) for p in play.properties] == [
        ("n", 3, ("1", "2", "[1.5]")),
        ("of", 1, ('"x"',)),
    ]
    assert stop.properties == ()


@pytest.mark.parametrize("key", ["", "*", "a/b", "a~1", 'say "x"', "a.b", "$", "0"])
def test_any_key_has_examples(landing: Landing, key: str) -> None:
    landing.load(lines(event(properties={key: "x"}), record("u1", **{key: 7})))

    found = seen(landing)
    (property_,) = found.events[0].properties
    (attribute,) = found.attributes
    assert (property_.name, property_.examples) == (key, ('"x"',))
    assert (attribute.name, attribute.count, attribute.examples) == (key, 1, ("7",))


def test_examples_are_the_first_and_short(landing: Landing) -> None:
    values = ["x" * 500, *range(50)]
    landing.load(lines(*(event(at=f"2026-05-{1 + i % 28:02}T{i % 24:02}:00:00Z",
        properties={"n": value}) for i, value in enumerate(values))))  # fmt: skip

    (n,) = seen(landing).events[0].properties
    assert n.count == 51
    assert n.examples[0] == '"' + "x" * (sightings.CHARACTERS - 1)
    assert n.examples[1:] == tuple(map(str, range(sightings.EXAMPLES - 1)))


def test_properties_of_one_event_are_bounded(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sightings, "MOST_PROPERTIES", 3)
    landing.load(lines(event(properties={"b": 1, "a": 1}), event(properties={"z": 1})))
    landing.load(lines(event("u2", properties={"a": 2, "c": 2, "d": 2})), "b")

    found = {one.name: one.count for one in seen(landing).events[0].properties}
    assert found == {"a": 2, "b": 1, "z": 1}


def test_counting_anew_gives_the_same(landing: Landing) -> None:
    for file in range(3):
        landing.load(
            lines(
                *(
                    event(f"u{i}", f"e{i % 3}", AT, properties={f"p{i % 5}": i * file})
                    for i in range(40)
                ),
                *(record(f"u{i}", AT, plan=i * file, **{f"k{i}": 1}) for i in range(9)),
            ),
            str(file),
        )
    kept = seen(landing)

    see_anew(landing.warehouse, system_code=0)

    assert seen(landing) == kept
    assert sum(one.count for one in kept.events) == len(landing.events())


def test_systems_are_apart(landing: Landing) -> None:
    landing.load(lines(event(name="play")))
    landing.set(name="other", system="beta")
    landing.put("b", lines(event(name="stop"), json.dumps({"bad": 1})))
    landing.ingest()

    assert [(s.system, *counts_of(s)) for s in read_seen(landing.warehouse)] == [
        ("acme", ("play", 1)),
        ("beta", ("play", 1), ("stop", 1)),
    ]


def counts_of(system: SeenSystem) -> list[tuple[str, int]]:
    return [(one.event, one.count) for one in system.events]
