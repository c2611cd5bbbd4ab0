"""What `diff` and `overlap` tell: a segment at two instants, segments at one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from headcount.errors import (
    NotEvaluatedError,
    NotEvaluatedThenError,
    OtherSystemError,
    ReversedInstantsError,
    TooFewSegmentsError,
)
from headcount.pipeline.survey import survey
from headcount.project import Project
from headcount.store.comparison import (
    Combination,
    Difference,
    read_combinations,
    read_difference,
    read_told_at,
)
from headcount.store.registry import Registered, read_registered
from headcount.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class SegmentDiff:
    """One segment at two instants; `…_evaluated_at` are the ticks that told them."""

    segment_id: str
    start: datetime
    end: datetime
    start_evaluated_at: datetime
    end_evaluated_at: datetime
    difference: Difference

    def to_json(self) -> dict[str, Any]:
        """The counts, and every user who changed."""
        found = self.difference
        return {
            "segment_id": self.segment_id,
            "from": self.start,
            "to": self.end,
            "from_evaluated_at": self.start_evaluated_at,
            "to_evaluated_at": self.end_evaluated_at,
            "members_from": found.members_before,
            "members_to": found.members_after,
            "stayed": found.stayed,
            "entered": found.entered.to_dicts(),
            "exited": found.exited.to_dicts(),
        }


@dataclass(frozen=True, slots=True)
class Share:
    """One segment among several: its members, and those in none of the others."""

    segment_id: str
    members: int
    only: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two segments: who is in both, and which part of each that is.

    `likeness` is both / either. The shares are None where there is nobody.
    """

    segment_ids: tuple[str, str]
    both: int
    share_of_first: float | None
    share_of_second: float | None
    likeness: float | None


@dataclass(frozen=True, slots=True)
class Overlap:
    """Segments of one system at one instant."""

    system: str
    at: datetime
    segment_ids: tuple[str, ...]
    combinations: tuple[Combination, ...]

    def within(self, *segment_ids: str) -> int:
        """How many users are in each of these, whatever else they are in."""
        wanted = set(segment_ids)
        return sum(
            one.members for one in self.combinations if wanted <= set(one.segment_ids)
        )

    @property
    def in_any(self) -> int:
        """How many users are in at least one."""
        return sum(one.members for one in self.combinations)

    @property
    def shares(self) -> tuple[Share, ...]:
        """Each segment among the others, as they were named."""
        alone = {one.segment_ids: one.members for one in self.combinations}
        return tuple(
            Share(one, self.within(one), alone.get((one,), 0))
            for one in self.segment_ids
        )

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Every two of them."""
        return tuple(self._pair(*two) for two in combinations(self.segment_ids, 2))

    def to_json(self) -> dict[str, Any]:
        """Sizes, pairs, and how many are in exactly which."""
        return {
            "system": self.system,
            "at": self.at,
            "segments": [asdict(one) for one in self.shares],
            "pairs": [asdict(one) for one in self.pairs],
            "combinations": [asdict(one) for one in self.combinations],
            "any": self.in_any,
            "all": self.within(*self.segment_ids),
        }

    def _pair(self, first: str, second: str) -> Pair:
        both = self.within(first, second)
        ours, theirs = self.within(first), self.within(second)
        return Pair(
            (first, second),
            both,
            _share(both, ours),
            _share(both, theirs),
            _share(both, ours + theirs - both),
        )


def diff(
    project: Project,
    warehouse: Warehouse,
    segment_id: str,
    *,
    start: datetime,
    end: datetime | None,
) -> SegmentDiff:
    """The segment at `start` and at `end` (None: where it was told last).

    Raises UnknownSegmentError, NotEvaluatedError, NotEvaluatedThenError before its
    first evaluation, ReversedInstantsError. A deleted segment keeps its history.
    """
    registered = _require_told(project, warehouse, segment_id)
    end = end or max(start, registered.last_evaluated_at or start)
    if end < start:
        raise ReversedInstantsError(start, end)
    return SegmentDiff(
        segment_id,
        start,
        end,
        _require_told_at(warehouse, segment_id, start),
        _require_told_at(warehouse, segment_id, end),
        read_difference(warehouse, segment_id, start=start, end=end),
    )


def overlap(
    project: Project,
    warehouse: Warehouse,
    segment_ids: Sequence[str],
    *,
    at: datetime | None,
) -> Overlap:
    """Who is in which of the segments at `at`, None: where one was told last.

    Raises as `diff` does, TooFewSegmentsError, and OtherSystemError: the ids of users
    are per system.
    """
    named = tuple(dict.fromkeys(segment_ids))
    if len(named) < 2:  # noqa: PLR2004 - what can overlap
        raise TooFewSegmentsError(len(named))
    segments = [_require_told(project, warehouse, one) for one in named]
    for one in segments:
        if one.system != segments[0].system:
            raise OtherSystemError(
                segments[0].segment_id,
                one.segment_id,
                systems=(segments[0].system, one.system),
            )
    at = at or max(one.last_evaluated_at for one in segments if one.last_evaluated_at)
    for name in named:
        _require_told_at(warehouse, name, at)
    found = read_combinations(warehouse, named, at)
    return Overlap(segments[0].system, at, named, tuple(found))


def _require_told(
    project: Project, warehouse: Warehouse, segment_id: str
) -> Registered:
    """The registered segment, which has a membership."""
    registered = read_registered(warehouse).get(segment_id)
    if registered is None:
        survey(project, warehouse).require(segment_id)
    if registered is None or registered.last_evaluated_at is None:
        raise NotEvaluatedError(segment_id)
    return registered


def _require_told_at(warehouse: Warehouse, segment_id: str, at: datetime) -> datetime:
    """The tick that told the membership of `at`."""
    first_at, told_at = read_told_at(warehouse, segment_id, at)
    if told_at is None:
        raise NotEvaluatedThenError(segment_id, at, first_at=first_at)
    return told_at


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
