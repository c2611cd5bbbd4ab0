from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcount.canonical import canonical_json
from headcount.ingest.batch import canonical_text
from headcount.ingest.parse import NotShortError, parse_exactly, parse_quickly
from headcount.ingest.rejects import RejectedRowError

WRITTEN_NUMBERS = st.one_of(
    st.integers().map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.decimals(allow_nan=False, allow_infinity=False, places=4).map(str),
    st.from_regex(
        r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?", fullmatch=True
    ),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.one_of(
    WRITTEN_NUMBERS, TEXTS.map(json.dumps), st.sampled_from(["true", "false", "null"])
)


def written_list(items: list[str]) -> str:
    return "[" + ",".join(items) + "]"


def written_object(items: dict[str, str]) -> str:
    return "{" + ",".join(f"{json.dumps(k)}:{v}" for k, v in items.items()) + "}"


VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(written_list),
        st.dictionaries(TEXTS, inner, max_size=4).map(written_object),
    ),
    max_leaves=8,
)


def exact(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def longest(number: Decimal | int) -> int:
    return len(f"{Decimal(number):f}".replace(".", "").strip("-0"))


def numbers(value: Any) -> list[Decimal | int]:
    match value:
        case bool():
            return []
        case int() | Decimal():
            return [value]
        case list():
            return [n for inner in value for n in numbers(inner)]
        case dict():
            return [n for inner in value.values() for n in numbers(inner)]
        case _:
            return []


def read(text: str) -> tuple[str, bool]:
    """The canonical text of a value as ingest reads it, and whether it is wide."""
    try:
        return canonical_text(parse_quickly(text), is_quick=True)
    except NotShortError:
        return canonical_text(parse_exactly(text), is_quick=False)


@given(VALUES)
def test_canonical_text_is_that_of_the_exact_reader(text: str) -> None:
    canonical, _ = read(text)

    assert canonical == canonical_json(exact(text))


@given(VALUES)
def test_row_is_wide_when_a_number_would_be_rounded(text: str) -> None:
    _, is_wide = read(text)

    found = numbers(exact(text))
    assert is_wide == any(
        longest(n) > 15
        or (n == int(n) and not -(2**63) <= n < 2**64)
        or (n != int(n) and abs(n) < Decimal("0.0001"))
        for n in found
    )


@pytest.mark.parametrize(
    ("text", "canonical", "is_wide"),
    [
        ('{"b": 1.0, "a": 1e2}', '{"a":100,"b":1}', False),
        ('{"b": {"d": 2.50, "c": -7.0}}', '{"b":{"c":-7,"d":2.5}}', False),
        ("0.10", "0.1", False),
        ("-0.0", "0", False),
        ("-0", "0", False),
        ("999999999999999", "999999999999999", False),
        ("9007199254740993", "9007199254740993", True),
        ("1000000000000000000", "1000000000000000000", False),
        ("1e19", "10000000000000000000", False),
        ("1e20", "100000000000000000000", True),
        ("0.0001", "0.0001", False),
        ("0.00009", "0.00009", True),
        ("12345678901234.5", "12345678901234.5", False),
        ("0.1234567890123456", "0.1234567890123456", True),
        ('"1234567890123456"', '"1234567890123456"', False),
        (
            '{"x": true, "é": "\\u00e9/\\n\\u007f\\u001f"}',
            '{"x":true,"é":"é/\\n\x7f\\u001f"}',
            False,
        ),
        ("{}", "{}", False),
    ],
)
def test_value_has_one_form(text: str, canonical: str, *, is_wide: bool) -> None:
    assert read(text) == (canonical, is_wide)


def test_escaped_pair_of_surrogates_is_one_character() -> None:
    assert parse_exactly(r'"\ud83d\ude00"') == "\U0001f600"


@given(st.text())
def test_any_text_is_read_or_rejected(text: str) -> None:
    try:
        value = parse_exactly(text)
    except RejectedRowError:
        return

    canonical_json(value).encode()
