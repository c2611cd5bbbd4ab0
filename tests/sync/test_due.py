from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from headcount.definitions.model import Target
from headcount.store.warehouse import Warehouse
from headcount.sync.due import Due, pushes_due

T1 = datetime(2026, 5, 1, 9, 15, tzinfo=UTC)
T2 = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
BOTH = {"walkme", "other"}
NAMES = {"trials": "Trials", "pending": "Pending"}
TO_WALKME = {"trials": [Target(name="walkme")]}


@pytest.fixture
def store() -> Iterator[Warehouse]:
    """Two registered segments, one of them with a snapshot."""
    with Warehouse.in_memory() as warehouse:
        for segment_id in ("trials", "pending"):
            warehouse.con.execute(
                "INSERT INTO segments BY NAME SELECT $id AS segment_id,"
                "'crm' AS system, 'f' AS file, 1 AS version, 'Active' AS status,"
                "false AS is_classic, false AS is_orphaned, $at AS registered_at",
                {"id": segment_id, "at": T1},
            )
        add_snapshot(warehouse, at=T1, sha256="one")
        yield warehouse


def due_pushes(
    store: Warehouse,
    targets: dict[str, list[Target]],
    *,
    names: dict[str, str] = NAMES,
    enabled: set[str] = BOTH,
) -> list[Due]:
    return pushes_due(store, targets, names=names, enabled=enabled, now=T2)


def add_snapshot(store: Warehouse, *, at: datetime, sha256: str) -> None:
    store.con.execute(
        "INSERT INTO snapshots VALUES ('trials', $at, 'f', 1, $sha256, 'r')",
        {"at": at, "sha256": sha256},
    )


def add_sync(store: Warehouse, **fields: object) -> None:
    given = {"status": "synced", "sha256": "one", "adopted_as": None, **fields}
    store.con.execute(
        "INSERT INTO syncs BY NAME SELECT 'walkme' AS destination,"
        "'trials' AS segment_id, 'r1' AS remote_id, 'Trials' AS remote_name,"
        "'Trials' AS asked_name, false AS may_hold_others, 1 AS generation,"
        "$status AS status,"
        "$sha256 AS snapshot_sha256, $adopted_as AS adopted_as",
        given,
    )


def test_first_push_is_due(store: Warehouse) -> None:
    due = due_pushes(store, TO_WALKME)

    assert due == [Due("walkme", "trials", "crm", None)]
    assert due[0].to_json() == {
        "destination": "walkme",
        "segment_id": "trials",
        "is_deletion": False,
    }


def test_each_target_is_due_in_order(store: Warehouse) -> None:
    targets = {"trials": [Target(name="walkme"), Target(name="other")]}

    due = due_pushes(store, targets)

    assert [push.destination for push in due] == ["other", "walkme"]


def test_nothing_is_due_without_snapshot_target_or_destination(
    store: Warehouse,
) -> None:
    assert due_pushes(store, {"pending": [Target(name="walkme")]}) == []
    assert due_pushes(store, {"trials": []}) == []
    assert due_pushes(store, TO_WALKME, enabled={"other"}) == []
    assert due_pushes(store, {}, enabled=set()) == []


def test_nothing_is_due_when_the_newest_snapshot_is_there(store: Warehouse) -> None:
    add_sync(store)
    assert due_pushes(store, TO_WALKME) == []

    add_snapshot(store, at=T2, sha256="one")  # another tick, the same members
    assert due_pushes(store, TO_WALKME) == []

    store.con.execute(
        "UPDATE snapshots AS s SET sha256 = 'two' WHERE s.at = $at", {"at": T2}
    )
    assert len(due_pushes(store, TO_WALKME)) == 1


@pytest.mark.parametrize("status", ["pushing", "behind", "failed"])
def test_push_that_did_not_get_there_is_due_again(
    store: Warehouse, status: str
) -> None:
    add_sync(store, status=status)

    assert len(due_pushes(store, TO_WALKME)) == 1


def test_tick_told_again_is_due(store: Warehouse) -> None:
    """Its snapshot has the same instant and other members."""
    add_sync(store, sha256="before it was told again")

    assert len(due_pushes(store, TO_WALKME)) == 1


def test_adoption_is_due_once(store: Warehouse) -> None:
    targets = {"trials": [Target(name="walkme", remote_id="r9")]}
    add_sync(store)
    assert due_pushes(store, targets)[0].adopts == "r9"

    store.con.execute("UPDATE syncs SET adopted_as = 'r9'")
    assert due_pushes(store, targets) == []


def test_new_name_is_due_once(store: Warehouse) -> None:
    add_sync(store)
    names = {"trials": "Renamed"}
    assert len(due_pushes(store, TO_WALKME, names=names)) == 1

    store.con.execute("UPDATE syncs SET asked_name = 'Renamed'")
    assert due_pushes(store, TO_WALKME, names=names) == []


def test_deletion_is_due_until_it_is_done(store: Warehouse) -> None:
    add_sync(store)
    store.con.execute("UPDATE segments SET deleted_at = $at", {"at": T2})

    due = due_pushes(store, TO_WALKME)
    assert due == [Due("walkme", "trials", "crm", "Trials", is_deletion=True)]
    assert due_pushes(store, {}, enabled={"other"}) == []

    store.con.execute("UPDATE syncs SET status = 'deleted'")
    assert due_pushes(store, {}) == []


def test_reject_is_tried_again_after_a_day(store: Warehouse) -> None:
    add_sync(store)
    refused = (
        "INSERT INTO sync_rejects VALUES "
        "('walkme', 'trials', 'u', 'no', $at, $at, $tried_as)"
    )
    for tried_at, tried_as in ((T2, "a"), (T2 - timedelta(days=1), None)):
        store.con.execute(refused, {"at": tried_at, "tried_as": tried_as})
        assert due_pushes(store, TO_WALKME) == []
        store.con.execute("DELETE FROM sync_rejects")

    store.con.execute(refused, {"at": T2 - timedelta(days=1), "tried_as": "a"})
    assert len(due_pushes(store, TO_WALKME)) == 1
