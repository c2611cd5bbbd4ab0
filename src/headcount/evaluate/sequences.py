"""Who did the steps of a sequence in order: segments.md §2, "sequence".

For every event that can be the first step, the chain takes for each next step the
earliest event that is not before the last one taken. That is exact unless one event
could serve as two steps at one instant; then the chain only narrows the users, and
`can_follow` decides for each of them with distinct events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from headcount.evaluate.chains import chains_of, instants_of
from headcount.evaluate.comparisons import INT64_MAX
from headcount.evaluate.measures import pairs_of, text_numbers, users_of_pairs
from headcount.evaluate.predicates import Moment
from headcount.rules import ranges
from headcount.rules.compile import Ordered
from headcount.rules.micros import from_micros, to_micros
from headcount.store.columns.arrays import I64, U32
from headcount.store.columns.distinct import distinct, numbered
from headcount.store.columns.rows import Coded, Rows

SECOND_US = 1_000_000

STEP = {"user": pl.UInt32, "same": pl.String, "at": pl.Int64, "position": pl.Int64}
"""One row an event that matches a step: `user` its row in the crowd, `same` the linking
text, '' without one, `position` a number of the event's own."""

Instant = tuple[int, list[set[int]]]
"""An instant and, for each event at it, the steps that event matches."""


@dataclass(frozen=True)
class Step:
    """The events that match a step, with their linking property, if there is one."""

    rows: Rows
    same: Coded | None

    def frame(self) -> pl.DataFrame:
        """A STEP frame; what is missing never links."""
        rows = self.rows
        same = (
            pl.repeat("", len(rows), eager=True) if not self.same else self.same.texts()
        )
        columns = {
            "user": rows.who,
            "same": same,
            "at": rows.at,
            "position": rows.ids,
        }
        return pl.DataFrame(columns, schema_overrides=STEP).drop_nulls("same")


def users_in_order(
    leaf: Ordered, steps: Sequence[Step], size: int, moment: Moment
) -> U32:
    """The users with the steps in order, each once, of a crowd of `size`."""
    keys, whose = _keys(steps, size)
    found = chains_of([instants_of(*one, len(whose)) for one in keys])
    began = pl.Series(found.began)
    in_time = found.at <= deadlines(began, leaf, moment).to_numpy()
    users = distinct(whose[found.keys[in_time]])
    if not _share_events(steps):
        return users
    return _verified(users, [step.frame() for step in steps], leaf, moment)


def _keys(steps: Sequence[Step], size: int) -> tuple[list[tuple[U32, I64]], U32]:
    """For each step the key and the instant of its events, and the user of each key.

    Keys are users, or users with a linking text; events without one are left out.
    """
    if steps[0].same is None:
        users = np.arange(size, dtype=np.uint32)
        return [(step.rows.who, step.rows.at) for step in steps], users
    texts = text_numbers([step.same for step in steps if step.same])
    linked = [numbers > 0 for numbers in texts]
    pairs = [
        pairs_of(step.rows.who[link], numbers[link])
        for step, numbers, link in zip(steps, texts, linked, strict=True)
    ]
    found, places = numbered(np.concatenate(pairs))
    edges = np.cumsum([len(one) for one in pairs])[:-1]
    keys = np.split(places, edges)
    at = [step.rows.at[link] for step, link in zip(steps, linked, strict=True)]
    return [*zip(keys, at, strict=True)], users_of_pairs(found)


def deadlines(starts: pl.Series, leaf: Ordered, moment: Moment) -> pl.Series:
    """The last instant at which a sequence begun at each of `starts` may end."""
    if leaf.within is None:
        return pl.repeat(INT64_MAX, len(starts), dtype=pl.Int64, eager=True)
    exact = leaf.within.exact_seconds
    if exact is not None:
        length_us = min(exact * SECOND_US, to_micros(ranges.FOREVER))
        latest = to_micros(ranges.FOREVER) - length_us
        return starts.clip(upper_bound=latest) + length_us
    distinct = starts.unique()
    ends = [
        to_micros(ranges.after(from_micros(start), leaf.within, moment.tz))
        for start in distinct
    ]
    return starts.replace_strict(
        distinct, pl.Series(ends, dtype=pl.Int64), return_dtype=pl.Int64
    )


# ── distinct events at one instant ────────────────────────────────────────────


def _share_events(steps: Sequence[Step]) -> bool:
    """Whether one event matches two steps; they have ids only when it might."""
    ids = np.concatenate([step.rows.ids for step in steps])
    return len(distinct(ids)) < len(ids)


def _verified(
    users: U32, steps: Sequence[pl.DataFrame], leaf: Ordered, moment: Moment
) -> U32:
    """Those of the users who have the steps with distinct events."""
    groups = _instants(steps).filter(pl.col("user").is_in(pl.Series(users).implode()))
    found = {
        user
        for user, instants in _each_group(groups)
        if can_follow(instants, len(steps), _deadline_of(leaf, moment))
    }
    return np.array(sorted(found), dtype=np.uint32)


def furthest_step(steps: Sequence[Step], leaf: Ordered, moment: Moment) -> int:
    """How many steps, from the first, one user's events follow at best."""
    deadline = _deadline_of(leaf, moment)
    groups = list(_each_group(_instants([step.frame() for step in steps])))
    for reached in range(len(steps), 0, -1):
        if any(can_follow(instants, reached, deadline) for _, instants in groups):
            return reached
    return 0


def _instants(steps: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """One row a `user` and `same`: the instants, ascending, with the events at each."""
    numbered = (
        step.with_columns(step=pl.lit(i, dtype=pl.Int64))
        for i, step in enumerate(steps)
    )
    return (
        pl.concat(numbered)
        .group_by("user", "same", "at", "position")
        .agg("step")
        .group_by("user", "same", "at")
        .agg("step")
        .sort("at")
        .group_by("user", "same", maintain_order=True)
        .agg("at", "step")
    )


def _each_group(groups: pl.DataFrame) -> Iterator[tuple[int, list[Instant]]]:
    for user, ats, matched in groups.select("user", "at", "step").iter_rows():
        yield (
            user,
            [
                (at, [set(steps) for steps in events])
                for at, events in zip(ats, matched, strict=True)
            ],
        )


def _deadline_of(leaf: Ordered, moment: Moment) -> Callable[[int], int]:
    return lambda start: deadlines(pl.Series([start]), leaf, moment)[0]


def can_follow(
    instants: Sequence[Instant], n_steps: int, deadline: Callable[[int], int]
) -> bool:
    """Whether distinct events match steps 0 … n-1 in an order that never goes back.

    `instants` are ascending; each has one set an event: the steps that it matches.
    """
    return any(
        _ends_from(instants[i:], n_steps, deadline(at))
        for i, (at, events) in enumerate(instants)
        if any(0 in steps for steps in events)
    )


def _ends_from(instants: Sequence[Instant], n_steps: int, last: int) -> bool:
    """Whether the steps end by `last` when the first is at the first instant."""
    done = 0
    for at, events in instants:
        if at > last:
            return False
        done = _extended(done, events, n_steps)
        if done == n_steps:
            return True
    return False


def _extended(done: int, events: Sequence[set[int]], n_steps: int) -> int:
    """How many steps are done when this instant's events serve, one step each.

    At one instant there is no order, so the next steps only need distinct events: a
    matching, made longer by augmenting paths.
    """
    server: dict[int, int] = {}

    def serve(step: int, tried: set[int]) -> bool:
        for event, steps in enumerate(events):
            if step not in steps or event in tried:
                continue
            tried.add(event)
            if event not in server or serve(server[event], tried):
                server[event] = step
                return True
        return False

    while done < n_steps and serve(done, set()):
        done += 1
    return done
