"""What is read many lines at a time is what the strict reader would have read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcount.definitions.settings import Source
from headcount.ingest import plain
from headcount.ingest.batch import EVENTS, latest_of
from headcount.ingest.formats import native
from headcount.ingest.lines import Chunk
from headcount.ingest.plain import PlainReader
from tests.ingest.landing import NOW, event, record

SOURCE = Source("app", "acme", "app/*", "native", id_namespace="app")
STRICT = replace(SOURCE, attributes=("nobody has this",))  # keeps off the quick way


def read(source: Source, text: str) -> dict[str, Any]:
    """Everything that the file of `text` is read as."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        batches = list(native.read_batches(path, "rows", source, NOW))
    frames = [frame for batch in batches for frame in batch.frames()]
    told: dict[str, Any] = {
        kind: sorted(
            row for name, frame in frames if name == kind for row in frame.iter_rows()
        )
        for kind in ("events", "attributes", "rejects")
    }
    for name in ("skips", "notes"):
        told[name] = sum((getattr(batch, name) for batch in batches), Counter())
    told["rows"] = sum(batch.rows for batch in batches)
    told["bad"] = sum(batch.bad for batch in batches)
    told["last_line"] = max(batch.last_line for batch in batches)
    return told


@pytest.fixture(autouse=True, scope="module")
def few() -> Iterator[None]:
    """One line is enough to look at its shape."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "FEW_LINES", 0)
        yield


def skim(rows: list[str], first: int = 1) -> tuple[pl.DataFrame, list[int]]:
    """The events of the plain rows in file order, and the numbers of the others."""
    return skim_block("".join(f"{row}\n" for row in rows).encode(), first)


def skim_block(block: bytes, first: int = 1) -> tuple[pl.DataFrame, list[int]]:
    reader = PlainReader("app", latest_of(SOURCE, NOW))
    _, events, others = reader.skim(Chunk.starting(first, block))
    return pl.concat(events).sort("line"), [number for number, _ in others]


def is_plain(line: str) -> bool:
    _, others = skim([line])
    return not others


NUMBERS = st.sampled_from(
    [
        *(
            "0",
            "-0",
            "1",
            "-7",
            "1.0",
            "13.44",
            "0.1",
            "-0.0",
            "1e2",
            "1E-5",
            "0.00001",
        ),
        *("0.0001", "123456789012345", "1234567890123456", "12345678901234567890"),
        *("1e400", "2.50000000000000000001", "0.30000000000000004", "01", "1.", ".5"),
        *("-9223372036854775809", "+1", "NaN", "Infinity"),
    ]
)
TEXTS = st.sampled_from(
    [
        *('""', '"a"', '"é"', '"\x7f"', '"\x85"', '"\\u0041"', '"\\ud800"', '"\\n"'),
        *('"a\tb"', '":1234567890123456"', '"[["', '":"', '" : "', '"{}"'),
    ]
)
TIMES = st.sampled_from(
    [f'"2026-05-01T09:00:00{end}"' for end in ("Z", "+00:00", "+02:00", "", ".5Z")]
    + [f'"2026-05-01T09:00:00{end}Z"' for end in (".123456", ".1234567", ".", ",5")]
    + ['"2026-02-30T09:00:00Z"', '"2026-05-01T24:00:00Z"', '"2026-05-01T09:00:60Z"']
    + ['"2026-05-01"', '"2026-05-01 09:00:00Z"', "1777626000", '"9999-01-01T00:00:00Z"']
    + ['"2026-06-02T12:00:00Z"', '"2026-06-02T12:00:00.000001Z"', '"0999-01-01T00:00Z"']
)
SCALARS = st.one_of(NUMBERS, TEXTS, st.sampled_from(["true", "false", "null"]))
ARRAYS = st.lists(SCALARS, max_size=2).map(lambda values: f"[{','.join(values)}]")
KEYS = st.sampled_from(['"a"', '"b"', '""', '"é"', '"a:"', '"\\u0061"', '"\x7f.*"'])


def objects(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Objects: keys in any order, some twice, with spaces where they may be."""
    pair = st.builds(
        "{}{}{}".format, KEYS, st.sampled_from([":", ": ", " :", "\t:"]), values
    )
    pairs = st.lists(pair, max_size=3)
    return st.builds(
        lambda pairs, comma: "{" + comma.join(pairs) + "}",
        pairs,
        st.sampled_from([",", ", "]),
    )


VALUES = st.one_of(SCALARS, ARRAYS, objects(SCALARS), ARRAYS.map("[{}]".format))
USUALLY = {
    "user_id": '"u1"',
    "event": '"play"',
    "timestamp": '"2026-05-01T09:00:00Z"',
}
FIELDS = {
    "user_id": st.one_of(TEXTS, NUMBERS),
    "event": TEXTS,
    "timestamp": TIMES,
    "event_id": st.one_of(TEXTS, NUMBERS, st.just("null")),
    "properties": st.one_of(objects(VALUES), st.sampled_from(["null", "[]", "7"])),
    "environment": st.sampled_from(['"Production"', '"test"', "null", '""', "0"]),
    "type": st.sampled_from(['"event"', '"attributes"', '"x"', "null"]),
    "more": SCALARS,
}


@st.composite
def lines(draw: st.DrawFn) -> str:
    """A native event with one or two things about it that are not usual."""
    odd = draw(st.lists(st.sampled_from([*FIELDS]), max_size=2))
    pairs = [*USUALLY.items()] if draw(st.booleans()) else [*USUALLY.items()][::-1]
    pairs = [pair for pair in pairs if pair[0] not in odd or draw(st.booleans())]
    pairs += [(name, draw(FIELDS[name])) for name in odd]
    colon = draw(st.sampled_from([":", ": ", " :", "\t:"]))
    text = "{" + ",".join(f'"{name}"{colon}{value}' for name, value in pairs) + "}"
    return draw(
        st.sampled_from([text, text, text, f" {text}\t", f"{text}\r", text[:-1]])
    )


@given(st.lists(lines(), min_size=1, max_size=30))
def test_both_ways_read_the_same(rows: list[str]) -> None:
    text = "".join(f"{row}\n" for row in ["{}", *rows])

    assert read(SOURCE, text) == read(STRICT, text)


ANY_SCALAR = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.floats(allow_nan=False)
)
ANY_VALUE = st.recursive(
    ANY_SCALAR,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.lists(st.dictionaries(st.text(), ANY_VALUE, max_size=3), min_size=1))
def test_both_ways_read_the_same_properties(properties: list[dict[str, Any]]) -> None:
    rows = [
        json.dumps(
            json.loads(event(f"u{n}", properties=one)),
            separators=(",", ":"),
            ensure_ascii=False,
        )
        for n, one in enumerate(properties)
    ]
    text = "".join(f"{row}\n" for row in ["{}", *rows])

    assert read(SOURCE, text) == read(STRICT, text)


@pytest.mark.parametrize(
    "line",
    [
        event(),
        event(properties={"b": 1, "a": None, "c": True}, event_id="1"),
        event(properties={"z": {"y": -5.0, "x": ""}, "a": ["x"], "e": {}}),
        event(environment="PRODUCTION", type="event"),
        event(environment="PRODUCTION", at="2026-05-01T09:00:00.123+00:00"),
        json.dumps(json.loads(event("é")), separators=(",", ":"), ensure_ascii=False),
    ],
)
def test_usual_lines_are_plain(line: str) -> None:
    assert is_plain(line)


@pytest.mark.parametrize(
    "line",
    [
        record("u1", plan="x"),
        event(properties={"a": 'say "x"'}),
        event(properties={"a": 0.00001}),
        event(properties={f"a long key {n}": n for n in range(40)}),
        event(properties={"a": [1]}),
        event(properties={"a": ["x", "y"]}),
        event(properties={"a": 2**64}),
        event(properties={"a": [[1]]}),
        event().replace('"event"', '"event": "x", "event"'),
        event(at="2026-05-01T09:00:00+02:00"),
        event(at=(NOW + timedelta(days=2)).isoformat()),
        event(source="web"),
        "",
        "null",
    ],
)
def test_others_are_left_to_the_strict_reader(line: str) -> None:
    assert not is_plain(line)


def test_one_long_number_does_not_spoil_the_others() -> None:
    rows = [event(properties={"n": n}) for n in range(3)]

    events, others = skim([*rows, event(properties={"n": 2**70})])

    assert others == [4]
    assert events.height == 3


def test_shapes_may_be_mixed() -> None:
    shapes = [
        event(properties={"n": 1, "m": "x"}),
        event(properties={"m": "x", "n": 1}),
        json.dumps(json.loads(event(event_id="1")), separators=(",", ":")),
    ]

    events, others = skim([*shapes, "bad", *reversed(shapes)])

    assert others == [4]
    assert events.get_column("line").to_list() == [1, 2, 3, 5, 6, 7]


def test_line_that_is_not_utf8_does_not_spoil_the_others() -> None:
    rows = [event().encode(), b"\xe9", event().encode(), b""]

    events, others = skim_block(b"\n".join(rows))

    assert others == [2]
    assert events.height == 2


def test_plain_rows_are_all_columns_of_an_event() -> None:
    rows = [event(properties={"n": 1}), "", event(event_id="1")]

    events, _ = skim(rows, first=7)

    assert events.get_column("line").to_list() == [7, 9]
    assert events.get_column("id_namespace").to_list() == [":content", "app"]
    assert dict(events.schema) == EVENTS
