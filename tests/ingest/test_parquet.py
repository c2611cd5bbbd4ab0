from __future__ import annotations

import gzip
import io
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headcount.definitions.settings import Columns
from tests.ingest.landing import Landing

NINE = datetime(2026, 5, 1, 9, tzinfo=UTC)
COLUMNS = Columns("uid", "ts", event="action", properties=("value",))


@pytest.fixture(autouse=True)
def _format(landing: Landing) -> None:
    landing.set(format="parquet", columns=COLUMNS)


def written(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def table(values: Any, kind: pa.DataType, **columns: Any) -> pa.Table:
    rows = len(values)
    whole = {"uid": ["u1"] * rows, "ts": [NINE] * rows, "action": ["buy"] * rows}
    return pa.table({**whole, **columns, "value": pa.array(values, kind)})


VALUES: list[tuple[Any, pa.DataType, str]] = [
    (0.1, pa.float64(), "0.1"),
    (0.1, pa.float32(), "0.1"),
    (1e22, pa.float64(), "10000000000000000000000"),
    (-0.0, pa.float64(), "0"),
    (5, pa.int8(), "5"),
    (2**64 - 1, pa.uint64(), "18446744073709551615"),
    (Decimal("1.50"), pa.decimal128(10, 4), "1.5"),
    (True, pa.bool_(), "true"),
    ("é", pa.large_string(), '"é"'),
    (date(2026, 5, 1), pa.date32(), '"2026-05-01"'),
    (NINE, pa.timestamp("ns", "UTC"), '"2026-05-01T09:00:00+00:00"'),
    (NINE.replace(tzinfo=None), pa.timestamp("s"), '"2026-05-01T09:00:00"'),
    ([1, None], pa.list_(pa.int64()), "[1,null]"),
    ({"a": 0.5}, pa.struct({"a": pa.float64()}), '{"a":0.5}'),
    ([("k", 1)], pa.map_(pa.string(), pa.int64()), '[["k",1]]'),
    ("x", pa.dictionary(pa.int32(), pa.string()), '"x"'),
]


@pytest.mark.parametrize(("value", "kind", "text"), VALUES)
def test_value_keeps_its_meaning(
    value: Any, kind: pa.DataType, text: str, landing: Landing
) -> None:
    landing.load(written(table([value, None], kind)))

    assert landing.events() == [
        ("u1", "buy", f'{{"value":{text}}}'),
        ("u1", "buy", "{}"),
    ]


@pytest.mark.parametrize(
    ("value", "kind", "reason"),
    [
        (float("nan"), pa.float64(), "row: found nan; wanted a JSON number"),
        (float("-inf"), pa.float32(), "row: found -inf; wanted a JSON number"),
        (b"\x00", pa.binary(), r"row: found bytes b'\x00'; wanted a JSON value"),
    ],
)
def test_value_that_json_cannot_hold_rejects_its_row(
    value: Any, kind: pa.DataType, reason: str, landing: Landing
) -> None:
    report = landing.load(written(table([value, None], kind)))

    assert (report.accepted, report.rejected) == (1, 1)
    assert landing.rejects() == [(1, reason)]


@pytest.mark.parametrize(
    "instants",
    [
        pa.array([NINE], pa.timestamp("ns", "America/New_York")),
        pa.array(
            [NINE.astimezone(timezone(timedelta(hours=2)))], pa.timestamp("ms", "UTC")
        ),
        pa.array([NINE.replace(tzinfo=None)], pa.timestamp("us")),
        pa.array(["2026-05-01T11:00:00+02:00"]),
        pa.array([1777626000]),
        pa.array([1777626000000.0]),
    ],
)
def test_instant_is_read_from_any_type(instants: pa.Array, landing: Landing) -> None:
    landing.load(written(table([1], pa.int64(), ts=instants)))

    assert landing.instants() == [NINE]


def test_integer_ids_are_exact_text(landing: Landing) -> None:
    ids = pa.array([9007199254740993, 0, -1])

    landing.load(written(table([1, 2, 3], pa.int64(), uid=ids)))

    assert [user for user, _, _ in landing.events()] == ["9007199254740993", "0", "-1"]


def test_packed_file_is_read(landing: Landing) -> None:
    content = gzip.compress(written(table([1, 2], pa.int64())))

    assert landing.load(content, "a.parquet.gz").accepted == 2


def test_rows_are_numbered_through_all_pieces(landing: Landing) -> None:
    rows = 45_000
    content = written(table([*range(rows)], pa.int64()))

    assert landing.load(content).accepted == rows
    assert landing.ask("SELECT min(position), max(position) FROM events") == [(1, rows)]


@pytest.mark.parametrize("end", [100, -1])
def test_torn_file_is_refused(end: int, landing: Landing) -> None:
    report = landing.load(written(table([1], pa.int64()))[:end])

    assert report.status == "refused"
    assert report.reason.startswith("not a whole Parquet file (")


def test_text_of_other_bytes_refuses_the_file(landing: Landing) -> None:
    text = pa.array([b"caf\xe9"]).view(pa.string())

    report = landing.load(written(table(text, pa.string())))

    assert report.status == "refused"
    assert report.reason == (
        "values cannot be read ('utf-8' codec can't decode byte 0xe9 in position 3: "
        "unexpected end of data)"
    )


def test_damaged_page_is_refused(landing: Landing) -> None:
    content = bytearray(written(table([*range(1000)], pa.int64())))
    content[50:150] = bytes(100)

    report = landing.load(bytes(content))

    assert report.status == "refused"
    assert landing.events() == []


def test_run_of_equal_rows_is_refused_as_a_bomb(landing: Landing) -> None:
    rows = pa.nulls(2_000_000, pa.string()).dictionary_encode()
    content = written(pa.table(dict.fromkeys(("uid", "ts", "action", "value"), rows)))

    report = landing.load(content)

    assert report.status == "refused"
    assert report.reason == (
        f"it holds 2000000 rows in {len(content)} bytes, like a decompression bomb; "
        "if it is real, send it in parts"
    )
