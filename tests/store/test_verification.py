"""Each book is spoilt once, and the check that reads it says so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.shop import NOW, TICK, Shop, opened

from headcount import pipeline
from headcount.store.verification import (
    Check,
    verify_books,
    verify_publication,
    verify_snapshots,
)
from headcount.store.warehouse import Warehouse

SPOILT = {
    "file_balance": "UPDATE source_files SET duplicates = 1",
    "accepted_rows": "DELETE FROM events WHERE position = 1",
    "rejected_rows": "INSERT INTO rejected_rows VALUES (0, 9, 'why', 'raw')",
    "positions": "UPDATE events SET position = 99 WHERE position = 1",
    "shared_rows": "INSERT INTO shared_rows VALUES (0, 1, 1)",
    "unnamed_rows": "UPDATE events SET user_code = 7",
    "codes": "UPDATE users SET user_code = 7 WHERE user_id = 'bob'",
    "user_dates": "UPDATE users SET first_event_at = TIMESTAMPTZ '2000-01-01'",
    "seen_events": "DELETE FROM seen_events",
    "seen_properties": "UPDATE seen_properties SET events = 9",
    "seen_attributes": "UPDATE seen_attributes SET records = 9",
    "stays": "INSERT INTO membership SELECT * FROM membership",
    "sizes": "UPDATE segment_sizes SET members = 9",
    "standings": "UPDATE segments SET members = 9",
    "runs": "UPDATE runs SET position = 99",
    "snapshot_sizes": "UPDATE snapshots SET rows = 9",
    "sync_batches": "INSERT INTO sync_batches BY NAME SELECT 'b' AS batch_id, "
    "'d' AS destination, 's' AS segment_id, 1 AS generation, 0 AS ordinal, "
    "'add' AS action, ['u'] AS user_ids, 'done' AS outcome, now() AS planned_at",
    "synced_members": "INSERT INTO syncs BY NAME SELECT 'd' AS destination, "
    "'buyers' AS segment_id, false AS may_hold_others, 'synced' AS status, "
    '1 AS generation, "at" AS snapshot_at, sha256 AS snapshot_sha256 FROM snapshots',
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop after a tick, with a property and an attribute in its log."""
    shop = opened(tmp_path_factory.mktemp("told") / "shop")
    at = (TICK - timedelta(hours=2)).isoformat()
    shop.land_text(
        "more",
        f'{{"user_id":"ann","event":"buy","timestamp":"{at}","properties":{{"n":1}}}}',
        f'{{"type":"attributes","user_id":"ann","timestamp":"{at}",'
        '"attributes":{"plan":"trial"}}',
    )
    pipeline.run_tick(shop.project, at=TICK, now=NOW)
    return shop


@pytest.fixture
def shop(told: Shop, tmp_path: Path) -> Shop:
    """A copy to spoil, its analysts' database published where it is."""
    shutil.copytree(told.folder, tmp_path / "shop")
    shop = Shop(tmp_path / "shop")
    pipeline.publish(shop.project, now=NOW)
    return shop


@pytest.fixture
def store(shop: Shop) -> Iterator[Warehouse]:
    with Warehouse.open(shop.project.store_path) as warehouse:
        yield warehouse


@pytest.fixture(scope="module")
def sound(told: Shop) -> Iterator[Warehouse]:
    with Warehouse.open(told.project.store_path) as warehouse:
        yield warehouse


def failed(checks: list[Check]) -> set[str]:
    return {check.name for check in checks if check.count}


def shown(shop: Shop, store: Warehouse) -> Check:
    project = shop.project
    (check,) = verify_publication(
        store,
        project.analytics_path,
        events_folder=project.events_folder,
        systems=project.settings.systems,
    )
    return check


def test_nothing_is_found_in_a_sound_project(shop: Shop, store: Warehouse) -> None:
    assert not failed(verify_books(store))
    assert not failed(verify_snapshots(store, shop.project.snapshots_folder))
    assert shown(shop, store) == Check("publication")


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_book_is_told_of(name: str, sound: Warehouse) -> None:
    sound.con.execute("BEGIN")
    sound.con.execute(SPOILT[name])

    assert name in failed(verify_books(sound))
    sound.con.execute("ROLLBACK")


def test_a_missing_and_a_changed_snapshot_are_named(
    shop: Shop, store: Warehouse
) -> None:
    folder = shop.project.snapshots_folder
    (path,) = folder.glob("buyers/*.parquet")
    for spoil in (lambda: path.write_bytes(b"PAR1"), path.unlink):
        spoil()
        checks = verify_snapshots(store, folder)
        assert failed(checks) == {"snapshot_files"}
        assert path.name in checks[1].differences[0].subject


def test_a_manifest_that_names_other_files_is_told_of(
    shop: Shop, store: Warehouse
) -> None:
    folder = shop.project.snapshots_folder
    (folder / "buyers" / "manifest.json").write_text('{"snapshots": []}')

    assert failed(verify_snapshots(store, folder)) == {"manifests"}


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        ("DELETE FROM membership", "in the snapshot"),
        (
            "INSERT INTO membership BY NAME "
            "SELECT * REPLACE (1 AS user_code, NULL AS left_at) FROM membership",
            "in the stays",
        ),
        ("UPDATE membership SET entered_at = entered_at - INTERVAL 1 HOUR", "in the"),
    ],
)
def test_stays_and_snapshots_are_held_against_each_other(
    spoil: str, found: str, shop: Shop, store: Warehouse
) -> None:
    store.con.execute(spoil)

    check = verify_snapshots(store, shop.project.snapshots_folder)[2]

    assert check.name == "snapshot_members"
    assert check.differences[0].found.startswith(found)


def test_a_changed_publication_is_told_of(shop: Shop, store: Warehouse) -> None:
    path = shop.project.analytics_path
    path.chmod(0o644)
    store.con.execute(f"ATTACH '{path}' AS spoilt")
    store.con.execute("UPDATE spoilt.users SET user_id = 'eve' WHERE user_id = 'ann'")
    store.con.execute("DETACH spoilt")

    (difference,) = shown(shop, store).differences

    assert (difference.subject, difference.wanted) == ("users", "2 rows, others")


def test_events_that_are_not_those_of_the_store_are_told_of(
    shop: Shop, store: Warehouse
) -> None:
    store.con.execute("UPDATE events SET properties = '{\"n\":2}' WHERE position = 1")

    assert [one.subject for one in shown(shop, store).differences] == ["events"]


def test_an_old_publication_is_no_difference(shop: Shop, store: Warehouse) -> None:
    store.con.execute("DELETE FROM runs")

    check = shown(shop, store)

    assert check.count == 0
    assert check.note
    assert "before the store changed" in check.note


def test_a_publication_that_cannot_be_opened_is_a_difference(
    shop: Shop, store: Warehouse
) -> None:
    path = shop.project.analytics_path
    path.unlink()
    assert shown(shop, store).note == "nothing was published yet"
    path.write_bytes(b"no database")

    assert shown(shop, store).count == 1
