"""The engines that the benchmarks compare name the same members: a small run of each.

ClickHouse is only installed where benchmarks are run, and checked there every time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headcount.project import Project, open_project
from headcount.store.warehouse import Warehouse
from tests.benchmarks.definitions import draw_definitions, write_definitions
from tests.benchmarks.generator import SETTINGS, Columns, Log, tick_at
from tests.benchmarks.ours import evaluate, read_digests
from tests.benchmarks.peers.base import Peer
from tests.benchmarks.peers.rounds import Digests, load, peer_of, plans_of, round_of

LOG = Log(seed=3, events=20_000, users=500)
COUNT = "SELECT count(DISTINCT position) FROM events"
SEGMENTS, TICKS, ARRIVING = 60, (0, 1, 2), 1_000


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("bench")
    (folder / "headcount.yaml").write_text(SETTINGS, encoding="utf-8")
    write_definitions(folder / "segments", draw_definitions(LOG.seed, SEGMENTS))
    project = open_project(folder)
    LOG.fill(project.store_path, columns_of(project, 0))
    return project


@pytest.fixture(scope="module")
def ours(project: Project) -> list[Digests]:
    """The members at each tick, with an arrival before every one but the first."""
    found = []
    for tick in TICKS:
        if tick:
            columns = columns_of(project, tick)
            LOG.arrive(project.store_path, columns, tick=tick, events=ARRIVING)
        evaluate(str(project.folder), str(tick), "tick")
        found.append(read_digests(project, tick=tick))
    return found


def columns_of(project: Project, tick: int) -> Columns:
    return Columns(project.folder / f"arrival-{tick}")


def rounds_of(peer: Peer, project: Project) -> Iterator[Digests]:
    plans = plans_of(project.folder)
    for tick in TICKS:
        if tick:
            peer.add(columns_of(project, tick))
        yield round_of(peer, plans, tick_at(tick))[1]


@pytest.mark.parametrize("name", ["duckdb", "polars"])
def test_peer_agrees_tick_by_tick(
    name: str, ours: list[Digests], project: Project, tmp_path: Path
) -> None:
    load(name, str(tmp_path / name), str(columns_of(project, 0).folder))
    peer = peer_of(name)(tmp_path / name, columns_of(project, 0).read_names())

    assert [*rounds_of(peer, project)] == ours


def test_log_is_as_long_as_asked(ours: list[Digests], project: Project) -> None:
    del ours
    with Warehouse.open(project.store_path) as warehouse:
        counts = warehouse.con.execute(COUNT).fetchall()

    assert counts == [(LOG.events + ARRIVING * (len(TICKS) - 1),)]


def test_segments_hold_some_and_not_all(ours: list[Digests]) -> None:
    sizes = [members for members, _ in ours[0].values()]

    assert sum(0 < size < LOG.users / 2 for size in sizes) > SEGMENTS / 2


def test_ticks_move_members(ours: list[Digests]) -> None:
    first, second, third = (set(one.items()) for one in ours)

    assert first != second != third


def test_range_that_two_rules_share_is_written_twice(tmp_path: Path) -> None:
    shared = {"from": "2026-05-01", "to": "2026-05-02"}
    rules = [{"event": name, "date_range": shared} for name in ("a", "b")]

    write_definitions(tmp_path, [{"id": "one", "rules": rules}])

    assert "&" not in (tmp_path / "one.yaml").read_text(encoding="utf-8")
