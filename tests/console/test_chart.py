from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from headcount.console.chart import MOST_POINTS, draw

START = datetime(2026, 5, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def sizes(*members: int) -> list[dict[str, object]]:
    return [{"at": START + i * QUARTER, "members": m} for i, m in enumerate(members)]


@pytest.mark.parametrize("members", [(), (5,)])
def test_one_tick_is_no_line(members: tuple[int, ...]) -> None:
    assert draw(sizes(*members)) is None


def test_size_holds_until_the_next_tick() -> None:
    chart = draw(sizes(0, 0, 100))

    assert chart is not None
    assert chart.line == "M56 192H382H708V12"
    assert chart.last == (708.0, 12.0)
    assert chart.summary.startswith("0 members on 2026-05-01 00:00, 100 on")


@pytest.mark.parametrize(
    ("most", "top"), [(0, 4), (3, 4), (7, 8), (9, 20), (100, 100), (50_001, 80_000)]
)
def test_axis_ends_at_a_round_number(most: int, top: int) -> None:
    chart = draw(sizes(0, most))

    assert chart is not None
    assert chart.rows[-1].text == f"{top:,}"
    assert len(chart.rows) == 5


def test_long_history_is_thinned_and_keeps_its_end() -> None:
    chart = draw(sizes(*range(2_000)))

    assert chart is not None
    assert chart.line.count("H") < MOST_POINTS
    assert chart.summary.endswith("1,999 on 2026-05-21 19:45 UTC")


@pytest.mark.parametrize(
    ("ticks", "labels"),
    [(2, ["00:00", "00:15"]), (4, ["00:00", "00:15", "00:30", "00:45"])],
)
def test_labels_are_of_ticks_each_once(ticks: int, labels: list[str]) -> None:
    chart = draw(sizes(*range(ticks)))

    assert chart is not None
    assert [one.text for one in chart.dates] == labels
