"""Whether a push waits for a person: it would change more than is to be expected.

An input that fails must not empty an audience (faults.md §1 rule 8). What a person let
go is the difference to one snapshot: whatever goes beyond it is measured anew. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from headcount.definitions.settings import Guard
from headcount.destinations.base import Abilities
from headcount.errors import HeldError
from headcount.sync.plan import Held, Hold, SyncPlan, entering, leaving


class PushHeldError(HeldError):
    """A push waits for a person; nothing was sent."""

    kind = "push_held"

    def __init__(self, segment_id: str, hold: Hold) -> None:
        self.segment_id = segment_id
        self.hold = hold
        super().__init__(
            f"held: {'; '.join(hold.reasons)}. {hold_in_words(hold)}. "
            f"`headcount approve {segment_id}` lets it go"
        )


@dataclass(frozen=True, slots=True)
class Watch:
    """What one push is measured with.

    is_after_empty_ingest   no row has come in since the tick before its snapshot's
    approved   the members of the snapshot whose difference a person let go, if one did
    """

    guard: Guard
    is_after_empty_ingest: bool = False
    approved: pl.Series | None = None


def guarded(
    planned: SyncPlan,
    *,
    wanted: pl.Series,
    held: Held,
    watch: Watch,
    abilities: Abilities,
) -> SyncPlan:
    """The plan, with a hold when it must wait; `wanted` are all who should be there."""
    members = wanted.rename("user_id").to_frame()
    enter, leave = entering(members, held), leaving(members, held)
    reasons = tuple(_reasons(members, held, watch, enter=enter, leave=leave))
    if not reasons or not planned.batches:
        return planned
    hold = Hold(
        reasons,
        adds=enter.height,
        removes=leave.height,
        requests=len(planned.batches),
        side_effects=abilities.side_effects,
    )
    return replace(planned, hold=hold)


def hold_in_words(hold: Hold) -> str:
    """What the push would do, and what that costs."""
    does = f"It would add {hold.adds:,} and remove {hold.removes:,} users"
    needs = f"in at least {hold.requests:,} request{'s' * (hold.requests != 1)}"
    return f"{does} {needs}" + (f". {hold.side_effects}" if hold.side_effects else "")


def _reasons(
    wanted: pl.DataFrame,
    held: Held,
    watch: Watch,
    *,
    enter: pl.DataFrame,
    leave: pl.DataFrame,
) -> Iterator[str]:
    guard, there = watch.guard, held.members.height
    removes = _beyond(watch, leave, was_member=True)
    adds = _beyond(watch, enter, was_member=False)
    if guard.emptied and removes and wanted.is_empty():
        yield f"it would take out everybody (users there: {there:,})"
    elif _is_over(removes, there, guard.removed, guard):
        yield _share_in_words(removes, there, guard.removed)
    elif watch.is_after_empty_ingest and _is_over(
        removes, there, guard.after_empty_ingest, guard
    ):
        limit = _share_in_words(removes, there, guard.after_empty_ingest)
        yield f"{limit} while no row has come in since the tick before"
    is_first = held.remote_id is None or not held.was_filled
    if is_first and guard.first_push is not None and adds > guard.first_push:
        yield f"a first push of {adds:,} users, more than {guard.first_push:,}"


def _beyond(watch: Watch, users: pl.DataFrame, *, was_member: bool) -> int:
    """How many of the users nobody has approved yet.

    Approved are those whom the approved snapshot already had, or had not, as they are
    wanted now.
    """
    if watch.approved is None:
        return users.height
    had = users.get_column("user_id").is_in(watch.approved.implode())
    return int((had if was_member else ~had).sum())


def _is_over(removes: int, there: int, share: float | None, guard: Guard) -> bool:
    return share is not None and there >= guard.min_members and removes > share * there


def _share_in_words(removes: int, there: int, share: float | None) -> str:
    part = f"{removes / there:.0%}, over {share:.0%}"
    return f"it would take out {removes:,} of {there:,} users ({part})"
