from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcount.ingest.batch import canonical_properties
from headcount.ingest.parse import parse_json, read_row
from headcount.ingest.rejects import RejectedRowError
from headcount.rules.canonical import canonical_json

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


@given(VALUES)
def test_canonical_text_is_that_of_the_exact_reader(text: str) -> None:
    text = f'{{"x":{text}}}'

    canonical, _ = read_row(text, canonical_properties)

    assert canonical == canonical_json(exact(text))


@given(VALUES)
def test_row_is_wide_when_a_number_would_be_rounded(text: str) -> None:
    text = f'{{"x":{text}}}'

    _, is_wide = read_row(text, canonical_properties)

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
        ('{"x": 0.10}', '{"x":0.1}', False),
        ('{"x": -0.0}', '{"x":0}', False),
        ('{"x": 9007199254740993}', '{"x":9007199254740993}', True),
        ('{"x": 1000000000000000000}', '{"x":1000000000000000000}', False),
        ('{"x": 1e19}', '{"x":10000000000000000000}', False),
        ('{"x": 1e20}', '{"x":100000000000000000000}', True),
        ('{"x": 0.0001}', '{"x":0.0001}', False),
        ('{"x": 0.00009}', '{"x":0.00009}', True),
        ('{"x": 0.1234567890123456}', '{"x":0.1234567890123456}', True),
        ('{"x": "1234567890123456"}', '{"x":"1234567890123456"}', False),
        ('{"x": true, "é": "\\u00e9/\\n"}', '{"x":true,"é":"é/\\n"}', False),
        ("{}", "{}", False),
    ],
)
def test_number_has_one_form(text: str, canonical: str, *, is_wide: bool) -> None:
    assert read_row(text, canonical_properties) == (canonical, is_wide)


def test_escaped_pair_of_surrogates_is_one_character() -> None:
    assert parse_json(r'"\ud83d\ude00"') == "\U0001f600"


@given(st.text())
def test_any_text_is_read_or_rejected(text: str) -> None:
    try:
        value = parse_json(text)
    except RejectedRowError:
        return

    canonical_json(value).encode()
