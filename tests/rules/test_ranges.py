"""What ranges mean at an instant: worked out by hand, and as properties."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from headcount.definitions.model import Active, Definition
from headcount.definitions.spans import Range
from headcount.definitions.times import (
    Ago,
    AllTime,
    Between,
    Calendar,
    CalendarUnit,
    DateRange,
    Duration,
    Last,
    Unit,
)
from headcount.rules.ranges import (
    BEGINNING,
    FOREVER,
    Bounds,
    active_periods,
    after,
    before,
    end_of,
    expiry,
    instant_of,
    local_midnight,
    resolve,
)

NEW_YORK = ZoneInfo("America/New_York")
APIA = ZoneInfo("Pacific/Apia")
ZONES = [
    NEW_YORK,
    APIA,
    ZoneInfo("UTC"),
    ZoneInfo("America/Sao_Paulo"),
    ZoneInfo("America/Havana"),
    ZoneInfo("Atlantic/Azores"),
    ZoneInfo("Asia/Beirut"),
    ZoneInfo("Africa/Cairo"),
    ZoneInfo("Asia/Kathmandu"),
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("Antarctica/Troll"),
]
CASES = yaml.load(  # BaseLoader: every scalar is text
    Path(__file__).with_name("cases").joinpath("ranges.yaml").read_text("utf-8"),
    yaml.BaseLoader,
)
FOUR_MONTHS = {"periods": {"gte": Decimal(1)}, "of": Decimal(4), "every": "1 month"}
RANGE = TypeAdapter[DateRange](Range)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "at", "written", "start", "end"),
    [
        pytest.param(case["zone"], case["at"], *row, id=f"{row[0]} at {case['at']}")
        for case in CASES
        for row in case["ranges"]
    ],
)
def test_resolve_as_worked_out_by_hand(
    zone: str, at: str, written: Any, start: str, end: str
) -> None:
    bounds = resolve(RANGE.validate_python(written), instant(at), ZoneInfo(zone))

    begins = None if start == "~" else instant(start)
    assert bounds == Bounds(begins, instant(end))


def test_resolve_answers_in_utc_whatever_the_zone_of_the_instant() -> None:
    at = instant("2026-05-20T16:07:00+02:00")

    bounds = resolve(Last(Duration(1, "hour")), at, NEW_YORK)

    assert bounds.start is not None
    assert bounds.start.tzinfo is bounds.end.tzinfo is UTC
    assert bounds.end == at


@pytest.mark.parametrize("start", ["2026-05-10T12:00Z", "2026-05-10T13:00Z"])
def test_bounds_are_empty_when_they_begin_at_their_end_or_later(start: str) -> None:
    assert Bounds(instant(start), instant("2026-05-10T12:00Z")).is_empty


def test_bounds_without_a_start_are_never_empty() -> None:
    assert not Bounds(None, BEGINNING).is_empty


@pytest.mark.parametrize("unit", get_args(Unit))
def test_a_length_beyond_the_calendar_ends_at_its_edge(unit: Unit) -> None:
    at = instant("2026-05-20T14:00:00Z")
    aeons = Duration(10**30, unit)

    assert before(at, aeons, NEW_YORK) == BEGINNING
    assert after(at, aeons, NEW_YORK) == FOREVER
    assert resolve(Last(aeons), at, NEW_YORK) == Bounds(None, at)
    assert resolve(Between(None, Ago(aeons)), at, NEW_YORK) == Bounds(None, BEGINNING)


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_the_first_and_last_days_of_the_calendar_do_not_raise(zone: ZoneInfo) -> None:
    day = timedelta(days=2)

    assert BEGINNING <= local_midnight(date.min, zone) <= BEGINNING + day
    assert FOREVER - day <= local_midnight(date.max, zone) <= FOREVER
    assert end_of(date.max, zone) == FOREVER
    for edge in (BEGINNING, FOREVER):
        for unit in get_args(CalendarUnit):
            assert resolve(Calendar(unit, previous=True), edge, zone).end <= edge
            assert resolve(Calendar(unit, previous=False), edge, zone).end == edge


def test_instants_outside_the_calendar_are_its_edges() -> None:
    early = datetime.fromisoformat("0001-01-01T00:00:00+14:00")
    late = datetime.fromisoformat("9999-12-31T23:59:59-12:00")

    assert instant_of(early, NEW_YORK) == BEGINNING
    assert instant_of(late, NEW_YORK) == FOREVER


@pytest.mark.parametrize(
    ("value", "begins", "ends"),
    [
        (date(2026, 3, 8), "2026-03-08T05:00Z", "2026-03-09T04:00Z"),
        (date(2026, 11, 1), "2026-11-01T04:00Z", "2026-11-02T05:00Z"),
        (instant("2026-05-01T09:00"), "2026-05-01T13:00Z", "2026-05-01T13:00Z"),
        (instant("2026-05-01T09:00+02:00"), "2026-05-01T07:00Z", "2026-05-01T07:00Z"),
    ],
)
def test_a_date_begins_and_ends_a_local_day_and_an_instant_is_itself(
    value: date | datetime, begins: str, ends: str
) -> None:
    assert instant_of(value, NEW_YORK) == instant(begins)
    assert end_of(value, NEW_YORK) == instant(ends)


@pytest.mark.parametrize(
    ("at", "length", "expected"),
    [
        ("2026-01-31T12:00Z", Duration(1, "month"), "2026-02-28T12:00Z"),
        ("2028-01-31T12:00Z", Duration(1, "month"), "2028-02-29T12:00Z"),
        ("2028-02-29T12:00Z", Duration(1, "year"), "2029-02-28T12:00Z"),
        ("2026-11-30T12:00Z", Duration(3, "month"), "2027-02-28T12:00Z"),
        ("2026-02-08T07:30Z", Duration(1, "month"), "2026-03-08T07:00Z"),
        ("2026-10-01T05:30Z", Duration(1, "month"), "2026-11-01T05:30Z"),
        ("2026-03-08T06:30Z", Duration(1, "day"), "2026-03-09T06:30Z"),
        ("2026-03-08T06:30Z", Duration(1, "week"), "2026-03-15T06:30Z"),
    ],
)
def test_after_goes_forward_by_the_same_rules(
    at: str, length: Duration, expected: str
) -> None:
    assert after(instant(at), length, NEW_YORK) == instant(expected)


def test_active_periods_are_counted_from_the_instant_newest_first() -> None:
    active = Active.model_validate(FOUR_MONTHS)

    periods = active_periods(active, instant("2026-05-31T12:00Z"), NEW_YORK)

    edges = ["2026-05-31T12", "2026-04-30T12", "2026-03-31T12", "2026-02-28T13"]
    ends = [instant(f"{edge}:00Z") for edge in edges]
    starts = [*ends[1:], instant("2026-01-31T13:00Z")]
    assert periods == tuple(map(Bounds, starts, ends))


def test_active_periods_end_at_the_second_of_two_equal_wall_times() -> None:
    active = Active.model_validate(FOUR_MONTHS | {"of": Decimal(1)})
    at = instant("2026-11-01T06:30:00Z")

    assert active_periods(active, at, NEW_YORK) == (
        Bounds(instant("2026-10-01T05:30:00Z"), at),
    )


FIXED = {"from": "2026-05-01", "to": "2026-05-14"}
LATER = {"from": "2026-05-01", "to": "2026-05-20T12:00:00Z"}
FIXED_END = "2026-05-15T04:00Z"
LATER_END = "2026-05-20T12:00Z"
STEPS = [{"event": "a"}, {"event": "b"}]
ACTIVE = {"event": "a", "active": FOUR_MONTHS}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param({}, FIXED_END, id="the segment's range"),
        pytest.param({"date_range": "last 7 days"}, None, id="a rolling range"),
        pytest.param({"date_range": {"from": "2026-05-01"}}, None, id="an open end"),
        pytest.param({"date_range": {"to": "7 days ago"}}, None, id="a rolling end"),
        pytest.param({"date_range": {"to": "2026-05-14"}}, FIXED_END, id="no start"),
        pytest.param(
            {"rules": [{"event": "a", "date_range": LATER}]}, LATER_END, id="own range"
        ),
        pytest.param(
            {"rules": [{"event": "a"}, {"event": "b", "date_range": LATER}]},
            LATER_END,
            id="the latest of several",
        ),
        pytest.param(
            {"rules": [{"event": "a"}, {"event": "b", "date_range": "today"}]},
            None,
            id="one of several rolls",
        ),
        pytest.param(
            {"rules": [{"not": {"any": [{"event": "a"}, {"all": [{"event": "b"}]}]}}]},
            FIXED_END,
            id="at any depth",
        ),
        pytest.param(
            {"rules": [{"event": "a"}, {"not": {"any": [{"everyone": True}]}}]},
            None,
            id="everyone at some depth",
        ),
        pytest.param(
            {"rules": [{"event": "a", "first": True}]}, FIXED_END, id="a first event"
        ),
        pytest.param({"rules": [ACTIVE]}, None, id="active periods"),
        pytest.param(
            {"rules": [{"event": "a"}, {"attribute": "plan", "is": "trial"}]},
            None,
            id="an attribute",
        ),
        pytest.param({"rules": [{"segment": "other"}]}, None, id="a reference"),
        pytest.param(
            {"rules": [{"sequence": STEPS, "within": "3 days"}]},
            "2026-05-18T04:00Z",
            id="a sequence ends within",
        ),
        pytest.param({"rules": [{"sequence": STEPS}]}, None, id="an open sequence"),
        pytest.param(
            {"evaluation_end": "2026-05-09"}, "2026-05-10T04:00Z", id="an earlier end"
        ),
        pytest.param({"evaluation_end": "2026-06-01"}, FIXED_END, id="a later end"),
        pytest.param(
            {"evaluation_end": "2026-06-01T09:00", "date_range": "all time"},
            "2026-06-01T13:00Z",
            id="only an end, an instant",
        ),
        pytest.param({"classic": True}, None, id="classic"),
    ],
)
def test_expiry_is_the_first_instant_that_cannot_change_members(
    written: dict[str, Any], expected: str | None
) -> None:
    base = {"id": "s", "name": "S", "system": "shop", "date_range": FIXED}
    definition = Definition.model_validate(base | {"rules": [{"event": "a"}]} | written)

    expires = expiry(definition, NEW_YORK)

    assert expires == (None if expected is None else instant(expected))


UNITS = get_args(Unit)
EXACT_UNITS = ["second", "minute", "hour", "day", "week"]
instants = st.datetimes(
    instant("1990-01-01"), instant("2045-01-01"), timezones=st.just(UTC)
)
local_instants = st.datetimes(instant("1970-01-01"), instant("2045-01-01"))
zones = st.sampled_from(ZONES)
calendar_units = st.sampled_from(get_args(CalendarUnit))


def lengths(*units: Unit) -> st.SearchStrategy[Duration]:
    return st.builds(Duration, st.integers(1, 1000), st.sampled_from(units))


days = st.dates(date(1970, 1, 1), date(2045, 1, 1))
moments = st.one_of(days, local_instants, instants)
edges = st.one_of(st.none(), moments, st.builds(Ago, lengths(*UNITS)))
steady_ranges = st.one_of(
    st.builds(Last, lengths(*EXACT_UNITS)),
    st.builds(Calendar, calendar_units, st.booleans()),
    st.builds(Between, moments, moments),
    st.just(AllTime()),
)
ranges = st.one_of(
    steady_ranges,
    st.builds(Last, lengths("month", "year")),
    st.builds(Between, edges, edges),
)


@given(ranges, instants, zones)
def test_no_range_ends_after_the_instant(
    date_range: DateRange, at: datetime, zone: ZoneInfo
) -> None:
    bounds = resolve(date_range, at, zone)

    assert bounds.end <= at


@given(calendar_units, instants, zones)
def test_calendar_units_follow_each_other_without_gap_or_overlap(
    unit: CalendarUnit, at: datetime, zone: ZoneInfo
) -> None:
    this = resolve(Calendar(unit, previous=False), at, zone)
    last = resolve(Calendar(unit, previous=True), at, zone)
    assert last.start is not None
    one_before = resolve(Calendar(unit, previous=True), last.start, zone)

    assert one_before.end == last.start <= last.end == this.start <= this.end == at


@given(steady_ranges, instants, instants, zones)
def test_bounds_never_go_back_while_time_goes_on(
    date_range: DateRange, one: datetime, other: datetime, zone: ZoneInfo
) -> None:
    """Months and years do, for an hour, when the clocks they are told by go back."""
    early = resolve(date_range, min(one, other), zone)
    late = resolve(date_range, max(one, other), zone)

    assert early.end <= late.end
    assert (early.start or BEGINNING) <= (late.start or BEGINNING)


@given(instants, lengths(*EXACT_UNITS), zones)
def test_exact_lengths_go_back_and_forth(
    at: datetime, length: Duration, zone: ZoneInfo
) -> None:
    assert after(before(at, length, zone), length, zone) == at


@given(days, zones)
def test_local_midnight_is_the_first_instant_of_the_day_or_of_the_next_there_is(
    day: date, zone: ZoneInfo
) -> None:
    midnight = local_midnight(day, zone)

    just_before = (midnight - timedelta(microseconds=1)).astimezone(zone)
    assert just_before.date() < day <= midnight.astimezone(zone).date()
    assert end_of(day - timedelta(days=1), zone) == midnight


@given(local_instants, zones)
def test_a_local_instant_is_shown_by_the_clocks_or_jumped_over(
    wall: datetime, zone: ZoneInfo
) -> None:
    shown = instant_of(wall, zone).astimezone(zone)

    if shown.replace(tzinfo=None) != wall:
        just_before = instant_of(wall, zone) - timedelta(microseconds=1)
        clocks = just_before.astimezone(zone).replace(tzinfo=None)
        assert clocks < wall < shown.replace(tzinfo=None)
    assert shown.fold == 0


@given(instants, lengths(*UNITS), st.integers(1, 20), zones)
def test_active_periods_follow_each_other_without_gap_or_overlap(
    at: datetime, every: Duration, of: int, zone: ZoneInfo
) -> None:
    active = Active.model_validate(FOUR_MONTHS | {"of": Decimal(of), "every": every})

    periods = active_periods(active, at, zone)

    assert len(periods) == of
    assert periods[0].end == at
    for newer, older in pairwise(periods):
        assert (newer.start or BEGINNING) == older.end
