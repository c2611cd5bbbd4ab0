"""Who did the steps of a sequence in order: segments.md §2, "sequence".

For every event that can be the first step, the chain takes for each next step the
earliest event that is not before the last one taken. That is exact unless one event
could serve as two steps at one instant; then the chain only narrows the users, and
`can_follow` decides for each of them with distinct events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import polars as pl

from headcount.evaluate.comparisons import INT64_MAX
from headcount.evaluate.predicates import Moment
from headcount.rules import ranges
from headcount.rules.compile import Ordered
from headcount.rules.micros import from_micros, to_micros
from headcount.store.columns.rows import Rows

SECOND_US = 1_000_000

STEP = {"user": pl.UInt32, "same": pl.String, "at": pl.Int64, "position": pl.Int64}
"""One row an event that matches a step: `user` its row in the crowd, `same` the linking
text, '' without one, `position` a number of the event's own."""

Instant = tuple[int, list[set[int]]]
"""An instant and, for each event at it, the steps that event matches."""


def step_frame(rows: Rows, same: pl.Series | None) -> pl.DataFrame:
    """A STEP frame of events that match a step; `same` their linking texts, if any."""
    frame = pl.DataFrame(
        {
            "user": rows.who.astype(np.int64),
            "same": pl.repeat("", len(rows), eager=True) if same is None else same,
            "at": rows.at,
            "position": rows.ids,
        },
        schema_overrides=STEP,
    )
    return frame.drop_nulls("same")  # missing never links


def users_in_order(
    leaf: Ordered, steps: Sequence[pl.DataFrame], moment: Moment
) -> pl.Series:
    """The users with the steps in order, each once; `steps` are STEP frames."""
    if any(step.is_empty() for step in steps):
        return pl.Series(dtype=pl.UInt32)
    chained = _chains(steps, leaf, moment)
    users = chained.get_column("user").unique()
    if not _share_events(steps):
        return users
    return _verified(chained, steps, leaf, moment)


# ── the chain ─────────────────────────────────────────────────────────────────


def _chains(
    steps: Sequence[pl.DataFrame], leaf: Ordered, moment: Moment
) -> pl.DataFrame:
    """One row a user, and `same`, whose earliest possible last step is in time."""
    by = _whose(leaf)
    chain = steps[0].select(*by, "at", start="at")
    for step in steps[1:]:
        chain = _earliest_next(_latest_starts(chain, by), step, by)
    if leaf.within is not None:
        limit = deadlines(chain.get_column("start"), leaf, moment)
        chain = chain.filter(pl.col("at") <= limit)
    return chain.select(by).unique()


def _whose(leaf: Ordered) -> list[str]:
    """What all steps have in common: a join by the text '' of everybody takes long."""
    return ["user"] if leaf.same is None else ["user", "same"]


def _latest_starts(chain: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Of chains that stand at one instant, the one with the most time left."""
    return chain.group_by(*by, "at").agg(pl.col("start").max())


def _earliest_next(
    chain: pl.DataFrame, step: pl.DataFrame, by: list[str]
) -> pl.DataFrame:
    """Each chain moved to the earliest event of `step` that is not before it."""
    following = step.select(*by, "at", next="at").sort("at")
    moved = chain.sort("at").join_asof(
        following, on="at", by=by, strategy="forward", check_sortedness=False
    )
    return moved.drop_nulls("next").select(*by, "start", at="next")


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


def _share_events(steps: Sequence[pl.DataFrame]) -> bool:
    """Whether one event matches two steps."""
    positions = pl.concat(step.get_column("position") for step in steps)
    return positions.n_unique() < len(positions)


def _verified(
    chained: pl.DataFrame, steps: Sequence[pl.DataFrame], leaf: Ordered, moment: Moment
) -> pl.Series:
    """The users of `chained` who have the steps with distinct events."""
    groups = _instants(steps).join(chained, on=_whose(leaf), how="semi")
    users = [
        user
        for user, instants in _each_group(groups)
        if can_follow(instants, len(steps), _deadline_of(leaf, moment))
    ]
    return pl.Series(users, dtype=pl.UInt32).unique()


def furthest_step(steps: Sequence[pl.DataFrame], leaf: Ordered, moment: Moment) -> int:
    """How many steps, from the first, one user's events follow at best."""
    deadline = _deadline_of(leaf, moment)
    groups = list(_each_group(_instants(steps)))
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
