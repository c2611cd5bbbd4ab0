"""Size over time as figures of an inline SVG: a line that steps from tick to tick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import count, pairwise
from math import ceil
from typing import Any

from headcount.clock import TICK, last_tick

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 12, 28
STEPS = 4  # between the lines across
ROUND = (10, 20, 25, 50)  # tenths of a step, times a power of ten
DATES = 5
MOST_POINTS = 400


@dataclass(frozen=True, slots=True)
class Mark:
    """A line or a label: where it stands and what it says."""

    place: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Chart:
    """What the template draws, in units of the picture."""

    line: str
    area: str
    rows: tuple[Mark, ...]
    dates: tuple[Mark, ...]
    last: tuple[float, float]
    summary: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def draw(sizes: Sequence[Mapping[str, Any]]) -> Chart | None:
    """The chart of `at` and `members`, oldest first; None with fewer than two ticks."""
    if len(sizes) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    points = _thinned([(one["at"], one["members"]) for one in sizes])
    top = _round_above(max(size for _, size in points))
    first, last = points[0][0], points[-1][0]
    placed = [(_x(at, first, last), _y(size, top)) for at, size in points]
    path = _steps(placed)
    ground = HEIGHT - BOTTOM
    return Chart(
        line=path,
        area=f"{path}V{ground}H{placed[0][0]:g}Z",
        rows=_rows(top),
        dates=_dates(first, last),
        last=placed[-1],
        summary=(
            f"{points[0][1]:,} members on {first:%Y-%m-%d %H:%M}, "
            f"{points[-1][1]:,} on {last:%Y-%m-%d %H:%M} UTC"
        ),
    )


def _thinned(points: list[tuple[datetime, int]]) -> list[tuple[datetime, int]]:
    """So many points as can be told apart, the last one among them."""
    every = ceil(len(points) / MOST_POINTS)
    return points[::-every][::-1]


def _steps(placed: Sequence[tuple[float, float]]) -> str:
    """A size holds until the next tick, then it jumps."""
    x, y = placed[0]
    path = f"M{x:g} {y:g}"
    for (_, before), (x, y) in pairwise(placed):
        path += f"H{x:g}" + (f"V{y:g}" if y != before else "")
    return path


def _x(at: datetime, first: datetime, last: datetime) -> float:
    share = (at - first) / (last - first)
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y(size: int, top: int) -> float:
    share = size / top if top else 0
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _round_above(most: int) -> int:
    """A round number not below `most` that divides into even steps."""
    tenths = (
        factor * unit for unit in map(partial(pow, 10), count()) for factor in ROUND
    )
    return next(
        STEPS * step // 10
        for step in tenths
        if step % 10 == 0 and STEPS * step // 10 >= most
    )


def _rows(top: int) -> tuple[Mark, ...]:
    return tuple(
        Mark(_y(size, top), f"{size:,}", "end")
        for size in range(0, top + 1, top // STEPS)
    )


def _dates(first: datetime, last: datetime) -> tuple[Mark, ...]:
    """Labels under the picture, of whole ticks, and of days where there are many."""
    days = (last - first).days
    words = "%H:%M" if days < 1 else "%b %d %H:%M" if days < DATES else "%b %d"
    parts = (first + (last - first) * step / (DATES - 1) for step in range(DATES))
    instants = dict.fromkeys(
        min(max(last_tick(at + TICK / 2), first), last) for at in parts
    )
    anchors = {first: "start", last: "end"}
    return tuple(
        Mark(_x(at, first, last), f"{at:{words}}", anchors.get(at, "middle"))
        for at in instants
    )
