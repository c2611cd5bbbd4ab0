"""What a small chart of sizes shows, and where it is drawn."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from rich.console import Console

from headcount.cli.chart import Column, SizeChart, bars, spread
from headcount.store.catalog import Size

START = datetime(2026, 5, 1, tzinfo=UTC)


def sizes(*members: int, hours: Sequence[int] | None = None) -> list[Size]:
    """One size an hour; who came is what is more than before."""
    found, before = [], 0
    for hour, count in zip(hours or range(len(members)), members, strict=True):
        gain = count - before
        at = START + timedelta(hours=hour)
        found.append(Size(at, count, max(gain, 0), max(-gain, 0)))
        before = count
    return found


def drawn(chart: SizeChart, *, width: int = 60, on_terminal: bool = True) -> list[str]:
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=on_terminal, color_system=None
    )
    console.print(chart)
    return out.getvalue().splitlines()


def test_size_goes_on_until_the_next_evaluation() -> None:
    found = spread(sizes(2, 5, 3, hours=[0, 1, 4]), 4)

    assert found == [
        Column(2, 2, 0),
        Column(5, 3, 0),
        Column(5, 0, 0),
        Column(3, 0, 2),
    ]


def test_column_of_many_ticks_sums_their_changes() -> None:
    assert spread(sizes(2, 5, 3, 9), 1) == [Column(9, 11, 2)]


def test_bars_stand_on_zero_and_none_vanishes() -> None:
    assert bars([0, 1, 50, 100], 2) == ["   █", " ▁██"]
    assert bars([0, 0], 1) == ["  "]


def test_chart_is_as_wide_as_the_terminal() -> None:
    for width in (60, 100, 200):
        lines = drawn(SizeChart(sizes(1, 12_345, 700)), width=width)

        assert len(lines) == 10
        assert max(map(len, lines)) == min(width, 100)
        assert lines[0].startswith("    12,345 ")
        assert lines[6].startswith("   +12,344 ")
        assert lines[7].startswith("   -11,645 ")
        assert lines[8].split() == [
            "2026-05-01",
            "00:00Z",
            "2026-05-01",
            "02:00Z",
        ]


def test_chart_fits_where_next_to_nothing_does() -> None:
    assert drawn(SizeChart(sizes(1, 2)), width=5)


def test_chart_is_drawn_on_terminals_only() -> None:
    assert drawn(SizeChart(sizes(1, 2)), on_terminal=False) == []


def test_one_size_makes_no_chart() -> None:
    assert drawn(SizeChart(sizes(1))) == []
