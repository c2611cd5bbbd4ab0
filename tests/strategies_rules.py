"""Definitions over the whole grammar: every condition, predicate, range and nesting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.oracle_time import midnight, moved
from tests.strategies_values import (
    COMMON,
    COMMON_PATHS,
    MICROSECOND,
    NUMBERS,
    NUMERIC_TEXTS,
    ODD_PATHS,
    PATHS,
    SCALARS,
    often,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant of evaluation, and the zone it is seen from."""

    at: datetime
    zone: ZoneInfo

    def ago(self, span: str, times: int = 1) -> datetime:
        """The instant `times` spans before."""
        return moved(self.at, span, self.zone, -times)


# Places and days on which clocks or calendars do something

PLACES = [
    ("America/New_York", date(2026, 3, 8)),  # 02:00 is skipped
    ("America/New_York", date(2026, 11, 1)),  # 01:00 comes twice
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour only
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight is skipped
    ("America/Sao_Paulo", date(2018, 2, 18)),  # 23:00 comes twice
    ("America/Havana", date(2026, 11, 1)),  # midnight comes twice
    ("America/St_Johns", date(2010, 11, 7)),  # one minute past midnight, back to 23:01
    ("Pacific/Apia", date(2011, 12, 31)),  # the 30th did not happen
    ("Asia/Kathmandu", date(2026, 1, 1)),  # +05:45
    ("UTC", date(2024, 2, 29)),
    ("UTC", date(2026, 3, 31)),
]

SPANS = ["1 second", "90 minutes", "12 hours", "1 day", "2 days", "7 days", "2 weeks"]
CALENDAR_SPANS = ["1 month", "3 months", "1 year"]


@st.composite
def moments(draw: st.DrawFn) -> Moment:
    """A tick near such a day: mostly a quarter hour, at times a local midnight."""
    zone_name, day = draw(st.sampled_from(PLACES))
    zone = ZoneInfo(zone_name)
    base = midnight(day, zone)
    quarters = draw(st.sampled_from([0, 1, 4, 8, 11, 12, 50, 95, 96, 100, 3 * 96]))
    nudge = draw(st.sampled_from([0, 0, 0, 1, -1]))
    return Moment(base + quarters * timedelta(minutes=15) + nudge * MICROSECOND, zone)


# Ranges

WORDS = [
    "all time",
    "today",
    "yesterday",
    "this week",
    "this month",
    "this quarter",
    "this year",
    "last week",
    "last month",
    "last quarter",
    "last year",
]
AGO = [
    {"from": "14 days ago", "to": "7 days ago"},
    {"from": "2 months ago", "to": "1 month ago"},
    {"from": "36 hours ago", "to": "90 minutes ago"},
    {"from": "1 year ago", "to": "10 days ago"},
    {"from": "2 days ago"},
    {"to": "1 day ago"},
    {"to": "1 month ago"},
    {"from": "1 month ago", "to": "30 days ago"},  # at times empty
]


def ranges(moment: Moment) -> st.SearchStrategy[Any]:
    """Every row of the table of ranges, the long ones more often."""
    spans = [f"last {span}" for span in SPANS + CALENDAR_SPANS]
    return st.one_of(
        often(["all time", "last 7 days", "this year"], [*WORDS, *spans]),
        st.sampled_from(AGO),
        fixed_ranges(moment),
    )


@st.composite
def fixed_ranges(draw: st.DrawFn, moment: Moment) -> dict[str, str]:
    """`from` before `to`, each a date or an instant; one of them may be left out."""
    first = draw(st.sampled_from([-9, -6, -3, -2, -1, 0, 1]))
    length = draw(st.sampled_from([0, 1, 2, 5, 9]))
    day = moment.at.astimezone(moment.zone).date() + timedelta(days=first)
    after = day + timedelta(days=length + 1)
    start = draw(edges_as_text(day, moment.zone))
    end = draw(edges_as_text(after, moment.zone))
    shape = draw(st.sampled_from(["both", "both", "from", "to", "moving"]))
    if shape == "both" and midnight(day, moment.zone) == midnight(after, moment.zone):
        shape = "from"  # a day that never was has no length, which is refused
    if shape == "moving":  # one edge stays, the other goes with T
        ago = draw(st.sampled_from(["2 days ago", "90 minutes ago"]))
        return draw(
            st.sampled_from([{"from": ago, "to": end}, {"from": start, "to": ago}])
        )
    written = {"from": start, "to": end}
    return written if shape == "both" else {shape: written[shape]}


@st.composite
def edges_as_text(draw: st.DrawFn, day: date, zone: ZoneInfo) -> str:
    """A date, or an instant of that day: with an offset, or local."""
    midday = (midnight(day, zone) + timedelta(hours=2, minutes=30)).replace(second=7)
    return draw(
        st.sampled_from(
            [
                day.isoformat(),
                midday.isoformat().replace("+00:00", "Z"),
                midday.astimezone(zone).isoformat(),
                f"{day.isoformat()}T02:15:00",
            ]
        )
    )


# Predicates

PARTS = ["", "a", "A", "1", "b", ".", "é", "tru"]
PATTERNS = ["^a", "b$", "a.c", "a|b", "[0-9]+", "^$", "(ab)+", "^1", "t?rue", "[A-C]"]


def literals() -> st.SearchStrategy[Any]:
    """A value that a definition may compare with: no null, no list, no object."""
    return often([value for value in COMMON if value is not None], SCALARS)


def numeric_bounds() -> st.SearchStrategy[Any]:
    """A number, or text that is wholly one."""
    return often([0, 1, 2], [*NUMBERS, *NUMERIC_TEXTS])


def text_operators() -> st.SearchStrategy[dict[str, Any]]:
    """Operators that look at text, or may."""
    one, many = literals(), st.lists(literals(), min_size=1, max_size=3)
    part, pattern = st.sampled_from(PARTS), st.sampled_from(PATTERNS)
    return st.one_of(
        single("is", one),
        single("is_not", one),
        single("in", many),
        single("not_in", many),
        single("contains", part),
        single("not_contains", part),
        single("starts_with", part),
        single("ends_with", part),
        single("matches", pattern),
    )


def other_operators(moment: Moment) -> st.SearchStrategy[dict[str, Any]]:
    """Operators on numbers, instants and presence."""
    return st.one_of(
        *(single(name, numeric_bounds()) for name in ("gt", "gte", "lt", "lte")),
        single("between", st.sampled_from([[0, 1], ["1", 1], [-1, "1.5"]])),
        single("set", st.booleans()),
        instant_operators(moment),
    )


def instant_operators(moment: Moment) -> st.SearchStrategy[dict[str, Any]]:
    """Operators on instants."""
    day = moment.at.astimezone(moment.zone).date()
    edges = st.one_of(
        edges_as_text(day, moment.zone),
        edges_as_text(day - timedelta(days=1), moment.zone),
    )
    return st.one_of(
        single("before", edges),
        single("after", edges),
        single("within_last", st.sampled_from(SPANS + CALENDAR_SPANS)),
    )


def single(name: str, wanted: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One operator with its operand."""
    return wanted.map(lambda value: {name: value})


@st.composite
def operator_maps(draw: st.DrawFn, moment: Moment) -> dict[str, Any]:
    """One operator, at times two; `ignore_case` beside text only."""
    if draw(st.booleans()):
        return draw(other_operators(moment))
    written = draw(text_operators())
    operand = next(iter(written.values()))
    texts = operand if isinstance(operand, list) else [operand]
    if any(isinstance(text, str) for text in texts) and draw(st.booleans()):
        written |= {"ignore_case": True}
    if draw(st.integers(0, 3)) == 0:
        written |= draw(other_operators(moment))
    return written


def predicates(path: str, moment: Moment) -> st.SearchStrategy[Any]:
    """A scalar, a list, or a map of operators that suits what stands at the path."""
    if path == "t":
        return st.one_of(instant_operators(moment), operator_maps(moment))
    return st.one_of(
        literals(),
        st.lists(literals(), min_size=1, max_size=3),
        operator_maps(moment),
        operator_maps(moment),
    )


# Conditions

COMMON_PATTERNS = ["a", "b", "*", ["a", "b"]]
PATTERNS_OF_NAMES = ["A", "wt.play", "wt.*", "w*", ["b", "wt.*"], "never", ["a", "a*"]]


@st.composite
def comparisons(draw: st.DrawFn, bounds_of: st.SearchStrategy[Any]) -> dict[str, Any]:
    """A map of one comparison, at times of two."""
    names = ["gt", "gte", "lt", "lte"]
    written: dict[str, Any] = {draw(st.sampled_from(names)): draw(bounds_of)}
    extra = draw(st.sampled_from(["", "", "", "eq", "ne", "between", "lte"]))
    if extra in {"eq", "ne"}:
        number = bounds_of.filter(lambda value: not isinstance(value, str))
        written = {extra: draw(number)}
    if extra == "between":
        low, high = sorted((draw(st.integers(0, 3)), draw(st.integers(0, 3))))
        written = {"between": [low, high]}
    return written | ({"lte": draw(bounds_of)} if extra == "lte" else {})


def count_comparisons() -> st.SearchStrategy[Any]:
    """A bare number, or a map; at times with a bound that no count can be."""
    small = st.integers(0, 3)
    bounds_of = often([0, 1, 2, 3], [-1, Decimal("1.5"), "2", "1.0", 10**20])
    return st.one_of(small, comparisons(bounds_of), comparisons(bounds_of))


@st.composite
def measures(draw: st.DrawFn) -> dict[str, Any]:
    """None, one, or two measures of one condition."""
    names = ["count", "days", "sum", "avg", "min", "max", "distinct"]
    many = draw(st.sampled_from([0, 1, 1, 1, 2]))
    one = st.sampled_from(names)
    chosen = draw(st.lists(one, min_size=many, max_size=many, unique=True))
    written: dict[str, Any] = {}
    for name in chosen:
        if name in {"count", "days"}:
            written[name] = draw(count_comparisons())
        elif name == "distinct":
            of = draw(st.sampled_from(PATHS))
            written[name] = {"of": of, **draw(comparisons(often([0, 1, 2], [3, "1"])))}
        else:
            of = draw(st.sampled_from(["n", "n", "p", "o.k"]))
            written[name] = {"of": of, **draw(comparisons(numeric_bounds()))}
    return written


@st.composite
def steps(draw: st.DrawFn, moment: Moment) -> dict[str, Any]:
    """Names, and at times a `where`."""
    step: dict[str, Any] = {"event": draw(often(COMMON_PATTERNS, PATTERNS_OF_NAMES))}
    if draw(st.sampled_from([False, False, False, True])):
        paths = often(COMMON_PATHS, [*PATHS, *ODD_PATHS])
        size = draw(st.sampled_from([1, 1, 1, 2]))
        chosen = draw(st.lists(paths, min_size=1, max_size=size, unique=True))
        step["where"] = {path: draw(predicates(path, moment)) for path in chosen}
    return step


@st.composite
def event_conditions(draw: st.DrawFn, moment: Moment) -> dict[str, Any]:
    """`event`, with measures, or `first`, or `active`."""
    rule = draw(steps(moment))
    kind = draw(
        st.sampled_from(["measures", "measures", "measures", "first", "active"])
    )
    if kind == "active":
        return rule | {"active": draw(actives())}
    rule |= {"first": True} if kind == "first" else draw(measures())
    return rule | draw(own_range(moment))


@st.composite
def actives(draw: st.DrawFn) -> dict[str, Any]:
    """Enough periods of some, each with such a count."""
    active = {
        "periods": draw(count_comparisons()),
        "of": draw(st.integers(1, 4)),
        "every": draw(st.sampled_from(["90 minutes", "1 day", "7 days", "1 month"])),
    }
    if draw(st.booleans()):
        active["count"] = draw(count_comparisons())
    return active


@st.composite
def sequences(draw: st.DrawFn, moment: Moment) -> dict[str, Any]:
    """Two or three steps, at times within a span, at times linked."""
    rule: dict[str, Any] = {
        "sequence": [
            draw(steps(moment)) for _ in range(draw(st.sampled_from([1, 2, 2, 3])))
        ]
    }
    if draw(st.booleans()):
        rule["within"] = draw(often(["7 days", "1 month"], SPANS))
    if draw(st.sampled_from([False, False, False, True])):
        rule["same"] = draw(st.sampled_from(PATHS))
    return rule | draw(own_range(moment))


def own_range(moment: Moment) -> st.SearchStrategy[dict[str, Any]]:
    """A condition's own range, or none."""
    written = ranges(moment).map(lambda drawn: {"date_range": drawn})
    return st.one_of(st.just({}), written)


@st.composite
def attribute_conditions(draw: st.DrawFn, moment: Moment) -> dict[str, Any]:
    """The operators stand beside the name."""
    path = draw(often(COMMON_PATHS, [*PATHS, *ODD_PATHS]))
    fitting = instant_operators(moment) if path == "t" else operator_maps(moment)
    return {"attribute": path, **draw(st.one_of(fitting, operator_maps(moment)))}


@st.composite
def rules(
    draw: st.DrawFn, moment: Moment, earlier: Sequence[str], depth: int = 2
) -> dict[str, Any]:
    """A condition, or a tree of them; references only to `earlier` segments."""
    kinds = [
        "event",
        "event",
        "event",
        "sequence",
        "sequence",
        "attribute",
        "attribute",
    ]
    kinds += ["segment"] if earlier else ["everyone"]
    kinds += ["not", "all", "any"] if depth else []
    match draw(st.sampled_from(kinds)):
        case "event":
            return draw(event_conditions(moment))
        case "sequence":
            return draw(sequences(moment))
        case "attribute":
            return draw(attribute_conditions(moment))
        case "segment":
            return {"segment": draw(st.sampled_from(earlier))}
        case "everyone":
            return {"everyone": True}
        case "not":
            return {"not": draw(rules(moment, earlier, depth - 1))}
        case together:
            inner = rules(moment, earlier, depth - 1)
            return {together: draw(st.lists(inner, min_size=1, max_size=3))}


@st.composite
def definitions(
    draw: st.DrawFn, moment: Moment, earlier: Sequence[str]
) -> dict[str, Any]:
    """One definition, without what has no say in membership."""
    length = draw(st.sampled_from([1, 1, 1, 2, 3]))
    rule = rules(moment, earlier)
    written: dict[str, Any] = {
        "rules": draw(st.lists(rule, min_size=length, max_size=length))
    }
    if draw(st.booleans()):
        written["match"] = draw(st.sampled_from(["all", "any", "any"]))
    if draw(st.booleans()):
        written["date_range"] = draw(ranges(moment))
    if draw(st.integers(0, 5)) == 0:
        day = moment.at.astimezone(moment.zone).date()
        end = day + timedelta(days=draw(st.integers(-3, 1)))
        written["evaluation_end"] = draw(edges_as_text(end, moment.zone))
    return written


@st.composite
def projects(draw: st.DrawFn, moment: Moment) -> dict[str, Mapping[str, Any]]:
    """Three to five definitions that may refer to each other, in any order."""
    project: dict[str, Mapping[str, Any]] = {}
    for number in range(draw(st.integers(3, 5))):
        project[f"s{number}"] = draw(definitions(moment, list(project)))
    if draw(st.booleans()):
        return dict(reversed(project.items()))
    return project
