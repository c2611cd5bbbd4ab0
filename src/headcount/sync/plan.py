"""What to send so that a destination holds what the snapshot says. Pure: data to data.

Everything sent is an absolute statement about sorted ids, so equal inputs give equal
batches, and a batch that may or may not have been applied is made good by saying the
same again, or the opposite, whichever is true now (faults.md §1 rules 3 and 4).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import polars as pl

from headcount.destinations.base import Abilities

Action = Literal["create", "rename", "add", "remove", "replace", "delete", "notify"]

MEMBERS = pl.Schema({"user_id": pl.String(), "state": pl.String()})


@dataclass(frozen=True, slots=True)
class Held:
    """What the ledger says of one destination and segment.

    members   MEMBERS: one row a user; `state` is held, or unknown: perhaps there
    may_hold_others   the remote existed before us: it may hold users nobody here knows
    is_misnamed       it is called something else there
    was_filled        a push has once made it what it should be
    """

    remote_id: str | None
    members: pl.DataFrame
    may_hold_others: bool = False
    is_misnamed: bool = False
    was_filled: bool = True


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
class Hold:
    """Why a plan waits for a person, and what it would do if it did not."""

    reasons: tuple[str, ...]
    adds: int
    removes: int
    requests: int
    side_effects: str | None = None


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """Batches in the order in which they are sent, and who is left out.

    With a `hold` none of them is sent.
    """

    batches: tuple[Batch, ...]
    rejects: tuple[Reject, ...] = ()
    hold: Hold | None = None


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


def plan_deletion(held: Held, abilities: Abilities, *, may_exist: bool) -> SyncPlan:
    """The request that takes the remote segment away; none when there never was one.

    Where the vendor has no such call, those that take out everybody we know in it.
    """
    if abilities.can_delete:
        return SyncPlan((Batch("delete"),) if may_exist else ())
    return SyncPlan(tuple(_cut("remove", held.members, abilities)))


def leaving(wanted: pl.DataFrame, held: Held) -> pl.DataFrame:
    """Those who are there, or may be, and are not wanted there: a column `user_id`."""
    return held.members.select("user_id").join(wanted, on="user_id", how="anti")


def entering(wanted: pl.DataFrame, held: Held) -> pl.DataFrame:
    """Those who are wanted there and are not surely there: a column `user_id`."""
    sure = held.members.filter(pl.col("state") == "held")
    return wanted.select("user_id").join(sure, on="user_id", how="anti")


def _batches(wanted: pl.DataFrame, held: Held, abilities: Abilities) -> Iterator[Batch]:
    if held.remote_id is None:
        yield from _first_push(wanted, abilities)
        return
    if held.is_misnamed and abilities.can_rename:
        yield Batch("rename")
    if _is_replaceable(wanted, held, abilities):
        yield Batch("replace", tuple(wanted["user_id"]))
    else:
        yield from _cut("remove", leaving(wanted, held), abilities)
        yield from _cut("add", entering(wanted, held), abilities)


def _first_push(wanted: pl.DataFrame, abilities: Abilities) -> Iterator[Batch]:
    if wanted.is_empty() and not abilities.creates_empty:
        return
    batches = _cut("add", wanted, abilities)
    with_create = next(batches, None) if abilities.creates_with_users else None
    yield Batch("create", with_create.user_ids if with_create else ())
    yield from batches


def _is_replaceable(wanted: pl.DataFrame, held: Held, abilities: Abilities) -> bool:
    """Whether one request can put `wanted` in the place of users we cannot see.

    An empty set is not put there: what others filled is not emptied by a first push.
    """
    fits = 0 < wanted.height <= abilities.max_batch
    return held.may_hold_others and abilities.can_replace and fits


def _cut(action: Action, users: pl.DataFrame, abilities: Abilities) -> Iterator[Batch]:
    ids = users["user_id"].sort()
    for start, end in _spans(ids, abilities):
        yield Batch(action, tuple(ids[start:end]))


def _spans(ids: pl.Series, abilities: Abilities) -> Iterator[tuple[int, int]]:
    """From where to where each batch goes: as many ids as one request can hold."""
    if abilities.max_bytes is None:
        for start in range(0, len(ids), abilities.max_batch):
            yield start, start + abilities.max_batch
        return
    start = size = 0
    for end, user_id in enumerate(ids):
        cost = len(json.dumps(user_id, ensure_ascii=False).encode()) + len(",")
        is_too_long = size + cost > abilities.max_bytes
        if end > start and (is_too_long or end - start == abilities.max_batch):
            yield start, end
            start, size = end, 0
        size += cost
    if start < len(ids):
        yield start, len(ids)
