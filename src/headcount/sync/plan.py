"""What to send so that a destination holds what the snapshot says. Pure: data to data.

Everything sent is an absolute statement about sorted ids, so equal inputs give equal
batches, and a batch that may or may not have been applied is made good by saying the
same again, or the opposite, whichever is true now (faults.md §1 rules 3 and 4).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, cast
from zlib import crc32

import polars as pl

from headcount.destinations.base import Abilities

Action = Literal[
    "create", "rename", "add", "remove", "replace", "delete", "look", "notify"
]

MEMBERS = pl.Schema({"user_id": pl.String(), "state": pl.String()})
REJECTS = pl.Schema(
    {"user_id": pl.String(), "reason": pl.String(), "is_due": pl.Boolean()}
)
NO_REJECTS = pl.DataFrame(schema=REJECTS)


@dataclass(frozen=True, slots=True)
class Held:
    """What the ledger says of one destination and segment.

    members   MEMBERS: one row a user; `state` is held, or unknown: perhaps there
    rejects   REJECTS: one row a user whom it refused, those tried longest ago first;
              `is_due`: it is time to tell it of them again
    may_hold_others   the remote existed before us: it may hold users nobody here knows
    is_misnamed       it is called something else there
    was_filled        a push has once made it what it should be
    """

    remote_id: str | None
    members: pl.DataFrame
    may_hold_others: bool = False
    is_misnamed: bool = False
    was_filled: bool = True
    rejects: pl.DataFrame = field(default_factory=NO_REJECTS.clone)


@dataclass(frozen=True, slots=True)
class Batch:
    """One request to be: what is said of which users, sorted and unique.

    With `is_retry` they are some whom the destination refused before, in the order in
    which they were tried last.
    """

    action: Action
    user_ids: tuple[str, ...] = ()
    is_retry: bool = False


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
    longer than needed. Whom it refused before come last and among themselves, when it
    is time for them again.
    """
    sorted_out = sort_out(wanted, held, abilities)
    batches = (
        *_batches(sorted_out.taken, sorted_out.held, abilities),
        *_retries(sorted_out, abilities),
    )
    return SyncPlan(batches, sorted_out.rejects)


@dataclass(frozen=True, slots=True)
class Retelling:
    """Everything is said again that may have gone wrong unseen, or one part of it.

    told    everybody who was ever spoken of to the destination, unique
    turn    which of the `turns` parts it is, each of other users; all are the whole
    """

    told: pl.Series
    turn: int = 0
    turns: int = 1

    def of(self, users: pl.DataFrame) -> pl.DataFrame:
        """Those of the users who are in the part: always the same ones."""
        if self.turns == 1:
            return users
        parts = [crc32(each.encode()) % self.turns for each in users["user_id"]]
        return users.filter(pl.Series(parts, dtype=pl.Int64) == self.turn)


def plan_retelling(
    wanted: pl.Series, held: Held, abilities: Abilities, retelling: Retelling
) -> SyncPlan:
    """The requests that say again who is there and who is not; then it is `wanted`.

    Where one request can put them all in the place of whoever is there, that is one.
    Users whom nobody here knows go in no other way: then a large segment is incomplete
    for a moment.
    """
    if held.remote_id is None:
        return plan_sync(wanted, held, abilities)
    sorted_out = sort_out(wanted, held, abilities)
    taken = sorted_out.taken
    fits = taken.height <= abilities.max_batch
    if (
        abilities.can_replace
        and retelling.turns == 1
        and taken.height
        and (fits or held.may_hold_others)
    ):
        first, rest = taken.head(abilities.max_batch), taken.slice(abilities.max_batch)
        batches = (
            Batch("replace", tuple(first["user_id"])),
            *_cut("add", rest, abilities),
        )
    else:
        batches = tuple(_told_again(sorted_out, abilities, retelling))
    return SyncPlan(batches, sorted_out.rejects)


def _told_again(
    sorted_out: SortedOut, abilities: Abilities, retelling: Retelling
) -> Iterator[Batch]:
    there = sorted_out.held.members["user_id"]
    known = pl.concat([there, retelling.told.cast(pl.String)]).unique()
    refused = [reject.user_id for reject in sorted_out.rejects]
    gone = known.filter(~known.is_in(refused)).alias("user_id").to_frame()
    gone = gone.join(sorted_out.taken, on="user_id", how="anti")
    yield from _cut("remove", retelling.of(gone), abilities)
    yield from _cut("add", retelling.of(sorted_out.taken), abilities)


@dataclass(frozen=True, slots=True)
class SortedOut:
    """Who can be told of, and who cannot.

    taken     those wanted there, less rejects: a column `user_id`
    held      what is held, less rejects
    retried   rejects to be tried again, and whether they are wanted there
    rejects   all rejects that matter
    """

    taken: pl.DataFrame
    held: Held
    retried: pl.DataFrame
    rejects: tuple[Reject, ...]


def sort_out(wanted: pl.Series, held: Held, abilities: Abilities) -> SortedOut:
    """Those wanted and held, parted from those the destination cannot take."""
    unique = wanted.cast(pl.String).unique().sort().alias("user_id")
    is_too_long = unique.str.len_chars() > (abilities.max_id_chars or float("inf"))
    too_long = tuple(
        Reject(user_id, f"its id is longer than {abilities.max_id_chars} characters")
        for user_id in unique.filter(is_too_long)
    )
    taken = unique.filter(~is_too_long).to_frame()
    is_wanted = pl.col("user_id").is_in(taken["user_id"].implode())
    is_there = pl.col("user_id").is_in(held.members["user_id"].implode())
    refused = held.rejects.filter(is_wanted | is_there).with_columns(
        is_wanted=is_wanted
    )
    return SortedOut(
        taken.join(refused, on="user_id", how="anti"),
        replace(held, members=held.members.join(refused, on="user_id", how="anti")),
        refused.filter("is_due").select("user_id", "is_wanted"),
        (
            *too_long,
            *(Reject(*row) for row in refused.select("user_id", "reason").rows()),
        ),
    )


def _retries(sorted_out: SortedOut, abilities: Abilities) -> Iterator[Batch]:
    for action, is_wanted in (("remove", False), ("add", True)):
        users = sorted_out.retried.filter(pl.col("is_wanted") == is_wanted)
        for start, end in _spans(users["user_id"], abilities):
            user_ids = tuple(users["user_id"][start:end])
            yield Batch(cast("Action", action), user_ids, is_retry=True)


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
