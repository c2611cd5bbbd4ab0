"""One form for equal values."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcount.canonical import canonical_json, shortest_decimal


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("-0.000", "0"),
        ("0E+3", "0"),
        ("0E-7", "0"),
        ("1.0", "1"),
        ("1e2", "100"),
        ("100", "100"),
        ("0.10", "0.1"),
        ("-0.50", "-0.5"),
        ("1E-7", "0.0000001"),
        ("-12.3400E+2", "-1234"),
        ("1.23E+5", "123000"),
        ("12345678901234567890.1230", "12345678901234567890.123"),
    ],
)
def test_shortest_decimal_is_plain_digits(number: str, text: str) -> None:
    assert shortest_decimal(Decimal(number)) == text


def test_shortest_decimal_of_whole_numbers_is_exact() -> None:
    assert shortest_decimal(-(10**30)) == "-" + "1" + "0" * 30


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (1, "1"),
        (Decimal("1.50"), "1.5"),
        ("", '""'),
        ('a"b\\c\n\x00', '"a\\"b\\\\c\\n\\u0000"'),
        ("naïve 漢字", '"naïve 漢字"'),
        ([], "[]"),
        ({}, "{}"),
        (
            {"b": [1, {"d": 1, "c": None}], "a": True},
            '{"a":true,"b":[1,{"c":null,"d":1}]}',
        ),
        ({"é": 1, "z": 2, "Z": 3}, '{"Z":3,"z":2,"é":1}'),
    ],
)
def test_canonical_json_is_sorted_short_and_without_spaces(
    value: Any, text: str
) -> None:
    assert canonical_json(value) == text


@pytest.mark.parametrize("value", [1.5, b"x", (1,), {"a": {1}}], ids=repr)
def test_canonical_json_refuses_what_is_not_json(value: Any) -> None:
    with pytest.raises(TypeError, match="is not a JSON value"):
        canonical_json(value)


finite = st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | finite | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def parsed(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


@given(values)
def test_canonical_json_keeps_the_value_and_is_its_own_canonical_form(
    value: Any,
) -> None:
    text = canonical_json(value)

    assert parsed(text) == value
    assert canonical_json(parsed(text)) == text
