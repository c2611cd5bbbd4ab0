"""The sample month ends today, and its people go on."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from headcount.samples.live import lines_between, month_until
from headcount.samples.webhook import FLAWED, month_files

NOW = datetime(2026, 11, 22, 8, 13, tzinfo=UTC)


def instants(lines):
    told = [json.loads(line)["created_at"] for line in lines]
    return [datetime.fromtimestamp(at / 1000, UTC) for at in told]


@pytest.fixture(scope="module")
def moved():
    return month_until(NOW)


def test_month_ends_on_the_day_it_is_made(moved):
    sound = [line for line in moved["crm-2024-06-24.ndjson.gz"] if line not in FLAWED]

    assert NOW - timedelta(days=1) < max(instants(sound)) < NOW


def test_nothing_but_time_is_moved(moved):
    for name, lines in month_files().items():
        assert len(moved[name]) == len(lines)
        for before, after in zip(lines, moved[name], strict=True):
            if before not in FLAWED:
                old, new = json.loads(before), json.loads(after)
                shift_ms = new.pop("created_at") - old.pop("created_at")
                assert old == new
                assert shift_ms % (24 * 3_600_000) == 0


def test_lines_that_cannot_be_read_stay(moved):
    broken = FLAWED[0]

    assert sum(lines.count(broken) for lines in moved.values()) == 2


def test_people_go_on():
    since = NOW - timedelta(minutes=5)

    lines = lines_between(since, NOW)

    assert (
        lines == lines_between(since, NOW) != lines_between(since, NOW + (NOW - since))
    )
    assert all(since <= at < NOW for at in instants(lines))
