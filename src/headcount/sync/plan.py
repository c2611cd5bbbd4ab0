"""What to send so that a destination holds what the snapshot says. Pure: data to data.

Everything sent is an absolute statement about sorted ids, so equal inputs give equal
batches, and a batch that may or may not have been applied is made good by saying the
same again, or the opposite, whichever is true now (faults.md §1 rules 3 and 4).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import polars as pl

from headcount.destinations.base import Abilities

Action = Literal["create", "add", "remove", "replace", "delete"]

MEMBERS = pl.Schema({"user_id": pl.String(), "state": pl.String()})


@dataclass(frozen=True, slots=True)
class Held:
    """What the ledger says of one destination and segment.

    members   MEMBERS: one row a user; `state` is held, or unknown: perhaps there
    may_hold_others   the remote existed before us: it may hold users nobody here knows
    """

    remote_id: str | None
    members: pl.DataFrame
    may_hold_others: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """One request to be: what is said of which users, sorted and unique."""

    action: Action
    user_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reject:
    """A user the destination cannot take, and why."""

    user_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """Batches in the order in which they are sent, and who is left out."""

    batches: tuple[Batch, ...]
    rejects: tuple[Reject, ...] = ()


def plan_sync(wanted: pl.Series, held: Held, abilities: Abilities) -> SyncPlan:
    """The requests that make the remote hold `wanted` less rejects; none if it does.

    Users who left go before users who came, so that nobody is shown something for
    longer than needed.
    """
    unique = wanted.cast(pl.String).unique().sort().alias("user_id")
    is_too_long = unique.str.len_chars() > (abilities.max_id_chars or float("inf"))
    rejects = tuple(
        Reject(user_id, f"its id is longer than {abilities.max_id_chars} characters")
        for user_id in unique.filter(is_too_long)
    )
    taken = unique.filter(~is_too_long).to_frame()
    return SyncPlan(tuple(_batches(taken, held, abilities)), rejects)


def plan_deletion(*, may_exist: bool) -> SyncPlan:
    """The request that takes the remote segment away; none when there never was one."""
    return SyncPlan((Batch("delete"),) if may_exist else ())


def _batches(wanted: pl.DataFrame, held: Held, abilities: Abilities) -> Iterator[Batch]:
    if held.remote_id is None:
        yield from _first_push(wanted, abilities)
    elif _is_replaceable(wanted, held, abilities):
        yield Batch("replace", tuple(wanted["user_id"]))
    else:
        sure = held.members.filter(pl.col("state") == "held")
        leave = held.members.join(wanted, on="user_id", how="anti")
        enter = wanted.join(sure, on="user_id", how="anti")
        yield from _cut("remove", leave, abilities)
        yield from _cut("add", enter, abilities)


def _first_push(wanted: pl.DataFrame, abilities: Abilities) -> Iterator[Batch]:
    if wanted.is_empty() and not abilities.creates_empty:
        return
    yield Batch("create", tuple(wanted["user_id"].head(abilities.max_batch)))
    yield from _cut("add", wanted.slice(abilities.max_batch), abilities)


def _is_replaceable(wanted: pl.DataFrame, held: Held, abilities: Abilities) -> bool:
    """Whether one request can put `wanted` in the place of users we cannot see.

    An empty set is not put there: what others filled is not emptied by a first push.
    """
    fits = 0 < wanted.height <= abilities.max_batch
    return held.may_hold_others and abilities.can_replace and fits


def _cut(action: Action, users: pl.DataFrame, abilities: Abilities) -> Iterator[Batch]:
    ids = users["user_id"].sort()
    for start in range(0, len(ids), abilities.max_batch):
        yield Batch(action, tuple(ids.slice(start, abilities.max_batch)))
