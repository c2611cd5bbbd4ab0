"""A peer at work, in a process of its own: the same segments round after round."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl

from headcount.definitions.load import load_definitions
from headcount.project import open_project
from headcount.rules.compile import Plan, compile_definition
from tests.benchmarks.generator import Columns, tick_at
from tests.benchmarks.peers.base import Peer

PEERS = {"duckdb": "DuckDB", "clickhouse": "ClickHouse", "polars": "Polars"}
PACKAGES = {"duckdb": "duckdb", "clickhouse": "chdb-core", "polars": "polars"}
Digests = dict[str, tuple[int, str]]
"""By segment: how many members, and a digest of their codes."""


def peer_of(name: str) -> type[Peer]:
    """The class of a peer; what it needs is imported only now."""
    module = import_module(f"tests.benchmarks.peers.{name}")
    return getattr(module, PEERS[name])


def load(name: str, folder: str, columns: str) -> None:
    """The peer holds the rows of the columns."""
    Path(folder).mkdir(parents=True)
    peer_of(name).load(Path(folder), Columns(Path(columns)))


def evaluate(
    name: str, folder: str, columns: str, project: str, runs: str
) -> dict[str, Any]:
    """Every segment of the project at the newest instant, so often.

    A first round, which is not timed, brings the data into memory.
    """
    peer = peer_of(name)(Path(folder), Columns(Path(columns)).read_names())
    plans = plans_of(Path(project))
    _, digests = round_of(peer, plans, tick_at(0))
    rounds = [round_of(peer, plans, tick_at(0)) for _ in range(int(runs))]
    return {"seconds": [seconds for seconds, _ in rounds], "digests": digests}


def follow(
    name: str, folder: str, columns: str, project: str, *arrivals: str
) -> dict[str, Any]:
    """Every segment at each tick after an arrival, with its rows added."""
    peer = peer_of(name)(Path(folder), Columns(Path(columns)).read_names())
    plans = plans_of(Path(project))
    round_of(peer, plans, tick_at(0))
    rounds = []
    for tick, arrival in enumerate(arrivals, start=1):
        peer.add(Columns(Path(arrival)))
        rounds.append(round_of(peer, plans, tick_at(tick)))
    seconds, digests = zip(*rounds, strict=True)
    return {"seconds": seconds, "digests": digests}


def plans_of(project: Path) -> list[Plan]:
    """The compiled segments of a project, by id."""
    opened = open_project(project)
    loaded = load_definitions(opened.segments_folder, opened.settings)
    return [compile_definition(one.definition) for one in loaded.definitions]


def round_of(peer: Peer, plans: Iterable[Plan], at: datetime) -> tuple[float, Digests]:
    """The seconds of all queries, one after the other, and what they answered."""
    queries = {plan.segment_id: peer.translate(plan, at) for plan in plans}
    started = time.perf_counter()
    members = {one: peer.members(query) for one, query in queries.items()}
    seconds = time.perf_counter() - started
    return seconds, {one: digest(codes) for one, codes in members.items()}


def digest(codes: pl.Series) -> tuple[int, str]:
    """How many codes, and one number for all of them in any order."""
    ordered = codes.cast(pl.UInt32).sort().to_arrow()
    held = ordered.buffers()[1].to_pybytes()[: 4 * len(codes)] if len(codes) else b""
    return len(codes), hashlib.blake2b(held, digest_size=8).hexdigest()
