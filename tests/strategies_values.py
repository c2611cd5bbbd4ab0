"""Values that are nearly each other, and the paths at which they are found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

MICROSECOND = timedelta(microseconds=1)

COMMON_PATHS = ["p", "n", "o.k", "t"]
PATHS = ["p", "n", "t", "o.k", "o", "o.k.l"]
ODD_PATHS = ["a b", 'q"', "it's", "*", "$.p", "[0]", "x/~1", "x\\y", ".."]

NUMBERS = [
    0,
    1,
    2,
    10,
    -1,
    Decimal("1.0"),
    Decimal("-0.0"),
    Decimal("1.5"),
    Decimal("0.1"),
    Decimal("1E+2"),
    Decimal("0.00001"),
    2**53,
    2**53 + 1,
    2**63,
    -(2**63) - 1,
    10**20 + 1,
    Decimal("0.1000000000000000000001"),
    Decimal("12345678901234567890.123456789"),
]
NUMERIC_TEXTS = ["1", "1.0", "10", "-0", "1e0", "0.1", "9007199254740993"]
ALMOST_NUMERIC_TEXTS = [
    "01",
    "+1",
    " 1",
    "1 ",
    "1.",
    ".5",
    "0x1",
    "1,5",
    "NaN",
    "\u0661",
]
TEXTS = ["", "a", "A", "abc", "ABC", "b", "É", "é", "İ", "i", "ß", "a.b", "null"]
ODD_TEXTS = [
    '"',
    "\\",
    "\\n",
    "a\tb",
    "it's",
    "\U0001f600",
    "[1]",
    "{}",
    "\u2028",
    "1e400",
]
TRUTHS = [True, False, "true", "TRUE", "True", "false", "yes"]
NOTHINGS = [None, [], [1], ["a"], {}, {"k": 1}]

SCALARS: list[Any] = [
    *NUMBERS[:10],
    *NUMERIC_TEXTS,
    *ALMOST_NUMERIC_TEXTS,
    *TEXTS,
    *ODD_TEXTS,
    *TRUTHS,
]

COMMON: list[Any] = [1, "a", True, "1", Decimal("1.0"), None]


def values() -> st.SearchStrategy[Any]:
    """Any JSON value, the common ones more often."""
    return often(COMMON, [*SCALARS, *NOTHINGS])


def often(common: Sequence[Any], rare: Sequence[Any]) -> st.SearchStrategy[Any]:
    """One of the common things, or, one time in three, of the rare ones."""
    picked = st.sampled_from(common)
    return st.one_of(picked, picked, st.sampled_from(rare))


def amounts() -> st.SearchStrategy[Any]:
    """What a property that should be a number holds."""
    texts = [*NUMERIC_TEXTS, *ALMOST_NUMERIC_TEXTS]
    return often([0, 1, 2, "1"], [*NUMBERS, *texts, True, None])


@st.composite
def instants_as_values(
    draw: st.DrawFn, pool: Sequence[datetime], zone: ZoneInfo
) -> Any:
    """An instant as logs write it: ISO 8601, epoch seconds or milliseconds; or junk."""
    at = draw(st.sampled_from(pool))
    micros = (at - datetime(1970, 1, 1, tzinfo=UTC)) // MICROSECOND
    return draw(
        st.sampled_from(
            [
                at.isoformat(),
                at.isoformat(" ").replace("+00:00", "Z"),
                at.astimezone(zone).isoformat(),
                at.astimezone(zone).replace(tzinfo=None).isoformat(),
                at.astimezone(zone).date().isoformat(),
                Decimal(micros).scaleb(-6),
                Decimal(micros).scaleb(-3),
                micros // 10**6,
                str(micros // 10**3),
                "2026-02-30",
                f" {at.isoformat()}",
                10**18,
                "soon",
                True,
            ]
        )
    )


EXACT_NUMBERS = st.one_of(
    st.decimals(
        allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6
    ),
    st.integers(-(2**70), 2**70).map(Decimal),
    st.sampled_from(["0.1", "0.10000000000000000001", "9007199254740993", "1e300"]).map(
        Decimal
    ),
)
"""Numbers that a float may get wrong."""

SHORT_NUMBERS = st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-9999, max_value=9999, places=3
)
"""Numbers as prices are."""
