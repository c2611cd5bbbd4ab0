"""What asks the store can ask the published data, and gets the same answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from tests.evaluate import product
from tests.evaluate.world import SHOP, World, attributes, event, opened, utc
from tests.strategies import Scenario, scenarios

from headcount.definitions.load import load_definition
from headcount.errors import NotPublishedError, OldPublicationError
from headcount.evaluate.preview import Preview, preview
from headcount.store.mirror import open_mirror, read_published_at
from headcount.store.publish import publish
from headcount.store.registry import read_registered
from headcount.store.warehouse import Warehouse

TICK = "2024-03-01T09:00"
EXAMPLES = settings().max_examples // 5  # each makes and publishes a store


def published(world: World, at: str = TICK) -> Path:
    """The world's analysts' database, as of `at`."""
    path = world.folder / "analytics.duckdb"
    publish(
        world.warehouse,
        path,
        events_folder=world.folder / "events",
        systems=world.settings.systems,
        now=utc(at),
    )
    return path


@contextmanager
def both(scenario: Scenario, folder: Path) -> Iterator[tuple[Warehouse, Warehouse]]:
    """The store of a scenario after its tick, and its mirror."""
    project = product.settings_of({"timezone": scenario.zone})
    loaded = product.load(scenario.definitions, project, folder / "segments")
    zone = project.systems[product.SYSTEM].timezone
    lines = [
        *map(product.event_line, scenario.events),
        *map(product.record_line, scenario.records),
    ]
    with Warehouse.in_memory() as store:
        product.write_log(lines, folder, files=scenario.files)
        product.ingest(store, project, folder)
        for tick in product.ticks_until(scenario.at, loaded, zone):
            product.evaluate(store, loaded, project, folder=folder, at=tick)
        path = folder / "analytics.duckdb"
        publish(
            store,
            path,
            events_folder=folder / "events",
            systems=project.systems,
            now=scenario.at,
        )
        with open_mirror(path, system=product.SYSTEM) as mirror:
            yield store, mirror


@settings(max_examples=EXAMPLES)
@given(scenarios())
def test_size_in_the_mirror_is_that_in_the_store(scenario: Scenario) -> None:
    project = product.settings_of({"timezone": scenario.zone})

    with TemporaryDirectory() as name, both(scenario, Path(name)) as (store, mirror):
        for file in sorted((Path(name) / "segments").iterdir()):
            definition = load_definition(file, project)
            found: list[Preview] = [
                preview(one, definition, project.systems, at=scenario.at)
                for one in (store, mirror)
            ]
            assert found[0].members == found[1].members, file.read_text()
            assert found[0].conditions == found[1].conditions, file.read_text()
            assert found[0].sample == found[1].sample


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened(tmp_path / "project") as world:
        yield world


def test_registered_segments_are_those_of_the_store(world: World) -> None:
    world.define("buyers", "- event: buy", description="Bought something")
    world.define("gone", "- event: look")
    world.log(event("ann", "buy", "2024-03-01T08:55:00"))
    world.tick(TICK)
    (world.segments / "gone.yaml").unlink()
    world.tick("2024-03-01T09:15")

    with open_mirror(published(world)) as mirror:
        assert read_registered(mirror) == read_registered(world.warehouse)
        assert read_published_at(mirror) == utc(TICK)


def test_numbers_are_read_exactly(world: World) -> None:
    world.define("exact", "- {attribute: n, is: 9007199254740993}")
    world.log(
        attributes("ann", "2024-02-01", n=9007199254740993),
        attributes("bob", "2024-02-01", n=9007199254740992),
    )
    definition = world.load().definitions[0].definition

    with open_mirror(published(world), system=SHOP) as mirror:
        found = preview(mirror, definition, world.settings.systems, at=utc(TICK))

    assert found.sample == ("ann",)


def test_older_publication_says_what_to_do(world: World) -> None:
    path = published(world)
    path.chmod(0o644)
    with duckdb.connect(str(path)) as con:
        con.execute("DROP TABLE publication")

    with pytest.raises(OldPublicationError, match="headcount run"):
        open_mirror(path)


def test_nothing_published_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotPublishedError):
        open_mirror(tmp_path / "analytics.duckdb")
