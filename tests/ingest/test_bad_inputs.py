"""The bad inputs of faults.md §5 that concern files, each with its exact answer."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from headcount.definitions.settings import Columns
from tests.ingest.landing import AT, Landing, event, lines

GOOD = lines(*(event(f"u{n}", properties={"n": n}) for n in range(1000)))
SOME = lines(event("u1"), event("u2"), event("u3"))


def zstd(content: bytes, *, checksum: bool = True) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=checksum).compress(content)


def with_wrong_crc(packed: bytes) -> bytes:
    return packed[:-8] + bytes([packed[-8] ^ 1]) + packed[-7:]


GZ = gzip.compress(GOOD)
ZST = zstd(GOOD)

REFUSED = {
    "1: gzip cut in half": (
        GZ[: len(GZ) // 2],
        "truncated gzip: its end is missing; send it again",
    ),
    "2: gzip without its last 12 bytes": (
        GZ[:-12],
        "truncated gzip: its end is missing; send it again",
    ),
    "2: gzip without its trailer": (
        GZ[:-8],
        "truncated gzip: its end is missing; send it again",
    ),
    "3: gzip with a wrong checksum": (
        with_wrong_crc(GZ),
        "its gzip checksum is wrong (Error -3 while decompressing data: incorrect "
        "data check); send the file again",
    ),
    "4: zstd cut in half": (
        ZST[: len(ZST) // 2],
        "truncated zstd: its end is missing; send it again",
    ),
    "4: zstd without its checksum": (
        ZST[:-4],
        "truncated zstd: its end is missing; send it again",
    ),
    "4: zstd with a wrong checksum": (
        ZST[:-1] + bytes([ZST[-1] ^ 1]),
        "its zstd checksum is wrong (zstd decompressor error: Restored data doesn't "
        "match checksum); send the file again",
    ),
    "13: garbage after gzip": (
        GZ + b"garbage",
        "garbage after the gzip stream; send the file again",
    ),
    "13: garbage after zstd": (
        ZST + b"garbage",
        "garbage after the zstd stream; send the file again",
    ),
    "13: one byte after zstd": (
        ZST + b"x",
        "garbage after the zstd stream; send the file again",
    ),
    "15: UTF-16 with its mark": (
        GOOD.decode().encode("utf-16"),
        "looks like UTF-16; send it as UTF-8",
    ),
    "15: UTF-16 without a mark": (
        GOOD.decode().encode("utf-16-be"),
        "looks like UTF-16; send it as UTF-8",
    ),
    "15: UTF-16 inside gzip": (
        gzip.compress(GOOD.decode().encode("utf-16-le")),
        "looks like UTF-16; send it as UTF-8",
    ),
    "21: a JSON array on one line": (
        f"[{event()}, {event()}]\n".encode(),
        "not newline-delimited: it is one JSON array, or an object over many lines; "
        "write one JSON object a line (`jq -c '.[]'` does)",
    ),
    "21: a JSON array, not ended by a newline": (
        json.dumps([json.loads(event())], indent=1).encode(),
        "not newline-delimited: it is one JSON array, or an object over many lines; "
        "write one JSON object a line (`jq -c '.[]'` does)",
    ),
    "21: a pretty-printed object": (
        json.dumps(json.loads(event()), indent=2).encode() + b"\n",
        "not newline-delimited: it is one JSON array, or an object over many lines; "
        "write one JSON object a line (`jq -c '.[]'` does)",
    ),
    "packed with zip": (
        b"PK\x03\x04" + GOOD,
        "packed with zip; send it plain, .gz or .zst",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_file_is_refused_whole_when(case: str, landing: Landing) -> None:
    content, reason = REFUSED[case]

    report = landing.load(content)

    assert (report.status, report.reason) == ("refused", reason)
    assert report.rows == 0
    assert landing.events() == landing.rejects() == []
    assert landing.ask("SELECT status, reason, rows FROM source_files") == [
        ("refused", reason, 0)
    ]


ACCEPTED = {
    "5: several gzip members": (gzip.compress(SOME) + gzip.compress(GOOD), 1003),
    "5: several zstd frames": (zstd(SOME) + zstd(GOOD, checksum=False), 1003),
    "5: a member that ends inside a line": (
        gzip.compress(GOOD[:100]) + gzip.compress(GOOD[100:]),
        1000,
    ),
    "5: an empty gzip member": (gzip.compress(b"") + GZ, 1000),
    "5: a skippable zstd frame": (
        b"\x50\x2a\x4d\x18" + struct.pack("<I", 3) + b"abc" + ZST,
        1000,
    ),
    "6: cut at a member's edge, which cannot be seen": (gzip.compress(SOME), 3),
    "gzip padded with zeros, as gzip itself accepts": (GZ + bytes(512), 1000),
    "8: 0 bytes": (b"", 0),
    "14: a byte order mark": (b"\xef\xbb\xbf" + SOME, 3),
    "14: a byte order mark inside gzip": (gzip.compress(b"\xef\xbb\xbf" + SOME), 3),
    "line ends of Windows, blank lines between": (
        SOME.replace(b"\n", b"\r\n") + b"\r\n \n" + lines(event("u4")),
        4,
    ),
    "a packed file whose last line has no end": (gzip.compress(SOME[:-1]), 3),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_file_is_loaded_whole_when(case: str, landing: Landing) -> None:
    content, rows = ACCEPTED[case]

    report = landing.load(content)

    assert (report.status, report.rows, report.accepted) == ("loaded", rows, rows)


def test_7_plain_file_cut_inside_a_line_is_left_for_the_next_run(
    landing: Landing,
) -> None:
    report = landing.load(SOME[:-5])

    assert report.status == "growing"
    assert report.reason == (
        "its last line has no line end, so it is still being written; "
        "it is loaded once it ends with a newline"
    )
    assert landing.ask("FROM source_files") == []


def test_8_empty_file_is_loaded_with_a_note(landing: Landing) -> None:
    assert landing.load(b"").reason == "it holds no rows"


@pytest.mark.parametrize("name", ["a.gz", "a.ndjson.zst", "a.parquet"])
def test_9_empty_file_is_refused_when_its_name_is_of_a_packed_one(
    name: str, landing: Landing
) -> None:
    report = landing.load(b"", name)

    assert report.status == "refused"
    assert report.reason == "0 bytes, which no packed file has; send it again"


def test_10_endless_line_is_refused(landing: Landing) -> None:
    report = landing.load(gzip.compress(b"x" * (32 << 20), compresslevel=1))

    assert report.status == "refused"
    assert report.reason == (
        "a line is longer than 1 MiB; rows are that long by mistake only"
    )


def bomb() -> Iterator[bytes]:
    block = lines(event(properties={"text": "x" * 500_000}))
    yield from [block] * 150


def test_11_bomb_is_refused_by_its_ratio(landing: Landing) -> None:
    packed = io.BytesIO()
    with zstandard.ZstdCompressor().stream_writer(packed, closefd=False) as writer:
        for block in bomb():
            writer.write(block)
    size = len(packed.getvalue())

    report = landing.load(packed.getvalue())

    assert report.status == "refused"
    assert report.reason == (
        f"it expands to more than 200 times its {size} bytes, like a decompression "
        "bomb; if it is real, send it unpacked or in parts"
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plain.gz", SOME),
        ("gzip.ndjson", gzip.compress(SOME, mtime=0)),
        ("zstd.gz", zstd(SOME)),
        ("gzip.zst", gzip.compress(SOME, mtime=0)),
    ],
)
def test_12_first_bytes_decide_when_the_name_says_otherwise(
    name: str, content: bytes, landing: Landing
) -> None:
    assert landing.load(content, name).accepted == 3


NUMBERS_WANTED = "wanted numbers that a double can hold"

TIMES_WANTED = (
    "wanted ISO 8601 or epoch seconds / milliseconds, between the years 1 and 9999"
)

REJECTED = {
    "16: an id that is not UTF-8": (
        b'{"user_id":"a\xff","event":"play","timestamp":0}',
        "row: found byte 0xff at 14; wanted UTF-8",
    ),
    "17: half a surrogate pair in an id": (
        rb'{"user_id":"\ud800","event":"play","timestamp":0}',
        "row: found half a surrogate pair; wanted whole Unicode characters",
    ),
    "18: NUL in an id": (
        rb'{"user_id":"a\u0000","event":"play","timestamp":0}',
        r"user_id: found 'a\x00'; wanted text without control characters",
    ),
    "18: a line end in an event id": (
        rb'{"user_id":"a","event":"play","timestamp":0,"event_id":"a\nb"}',
        r"event_id: found 'a\nb'; wanted text without control characters",
    ),
    "18: a raw control character": (
        b'{"user_id":"a\x01","event":"play","timestamp":0}',
        "row: found Invalid control character at at character 14; "
        "wanted one JSON object",
    ),
    "19: a duplicate key": (
        b'{"user_id":"a","user_id":"b","event":"play","timestamp":0}',
        "row: found the key 'user_id' twice; wanted each key once",
    ),
    "19: a duplicate key deep inside": (
        b'{"user_id":"a","event":"play","timestamp":0,"properties":{"x":{"k":1,"k":1}}}',
        "row: found the key 'k' twice; wanted each key once",
    ),
    "20: NaN": (
        b'{"user_id":"a","event":"play","timestamp":0,"properties":{"x":NaN}}',
        "row: found NaN; wanted a JSON number",
    ),
    "20: Infinity": (
        b'{"user_id":"a","event":"play","timestamp":0,"properties":{"x":-Infinity}}',
        "row: found -Infinity; wanted a JSON number",
    ),
    "20: 1e400": (
        b'{"user_id":"a","event":"play","timestamp":0,"properties":{"x":1e400}}',
        f"row: found a number beyond 1.8e308; {NUMBERS_WANTED}",
    ),
    "20: 400 digits": (
        b'{"user_id":"a","event":"play","timestamp":0,"properties":{"x":%s}}'
        % (b"9" * 400),
        f"row: found a number beyond 1.8e308; {NUMBERS_WANTED}",
    ),
    "20: 5000 digits": (
        b'{"user_id":"a","event":"play","timestamp":0,"properties":{"x":%s}}'
        % (b"9" * 5000),
        f"row: found a number beyond 1.8e308; {NUMBERS_WANTED}",
    ),
    "20: a huge exponent": (
        b'{"user_id":"a","event":"play","timestamp":0,"properties":{"x":1e-999999999}}',
        f"row: found a number with a huge exponent; {NUMBERS_WANTED}",
    ),
    "22: 5,000 nested brackets": (
        b'{"user_id":"a","event":"play","timestamp":0,"properties":{"x":%s}}'
        % (b"[" * 5000 + b"]" * 5000),
        "row: found more than 100 nested brackets; wanted a flatter object",
    ),
    "22: 101 nested brackets": (
        b'{"user_id":"a","event":"play","timestamp":0,"properties":{"x":%s}}'
        % (b"[" * 99 + b"]" * 99),
        "row: found more than 100 nested brackets; wanted a flatter object",
    ),
    "22: nothing but brackets": (
        b"[" * 50 + b"]" * 50,
        "row: found " + "[" * 50 + "]" * 50 + "; wanted a JSON object",
    ),
    "23: an id with leading zeros that is no text": (
        b'{"user_id":00123,"event":"play","timestamp":0}',
        "row: found Expecting ',' delimiter at character 13; wanted one JSON object",
    ),
    "24: a day that no year has": (
        b'{"user_id":"a","event":"play","timestamp":"2024-02-30"}',
        f"timestamp: found '2024-02-30'; {TIMES_WANTED}",
    ),
    "24: second 60": (
        b'{"user_id":"a","event":"play","timestamp":"2026-05-01T09:00:60Z"}',
        f"timestamp: found '2026-05-01T09:00:60Z'; {TIMES_WANTED}",
    ),
    "24: the year 10000": (
        b'{"user_id":"a","event":"play","timestamp":"10000-01-01"}',
        f"timestamp: found '10000-01-01'; {TIMES_WANTED}",
    ),
    "24: microseconds, which would be the year 56300": (
        b'{"user_id":"a","event":"play","timestamp":1777626000000000}',
        f"timestamp: found 1777626000000000; {TIMES_WANTED}",
    ),
    "two objects on a line": (
        b'{"user_id":"a","event":"play","timestamp":0} {}',
        "row: found more after the value, at character 45; wanted one JSON object",
    ),
    "a torn line": (
        b'{"user_id":"a","event":"pl',
        "row: found Unterminated string starting at at character 24; "
        "wanted one JSON object",
    ),
    "no user": (
        b'{"event":"play","timestamp":0}',
        "user_id: found nothing; wanted text or a number",
    ),
    "an empty user": (
        b'{"user_id":"","event":"play","timestamp":0}',
        "user_id: found ''; wanted text",
    ),
    "a user that is true": (
        b'{"user_id":true,"event":"play","timestamp":0}',
        "user_id: found True; wanted text or a number",
    ),
    "no event": (
        b'{"user_id":"a","timestamp":0}',
        "event: found nothing; wanted text",
    ),
    "properties that are a list": (
        b'{"user_id":"a","event":"play","timestamp":0,"properties":[1]}',
        "properties: found [1]; wanted an object",
    ),
}


@pytest.mark.parametrize("case", REJECTED)
def test_row_is_rejected_with_its_line_when(case: str, landing: Landing) -> None:
    bad, reason = REJECTED[case]

    report = landing.load(lines(event("before")) + bad + b"\n" + lines(event("after")))

    assert (report.status, report.rows) == ("loaded", 3)
    assert (report.accepted, report.rejected) == (2, 1)
    assert landing.rejects() == [(2, reason)]


def test_22_row_is_loaded_when_its_nesting_is_allowed(landing: Landing) -> None:
    deep = "[" * 98 + "]" * 98

    report = landing.load(
        f'{{"user_id":"a","event":"e","timestamp":0,"properties":{{"x":{deep}}}}}\n'
    )

    assert report.accepted == 1
    assert landing.events() == [("a", "e", f'{{"x":{deep}}}')]


@pytest.mark.parametrize(
    "written",
    ["9007199254740993", "18446744073709551616", "1e5", "1.50", "-0", "0", "-0.0"],
)
def test_23_number_id_becomes_its_exact_text(written: str, landing: Landing) -> None:
    row = f'{{"user_id":{written},"event_id":{written},"event":"e","timestamp":0}}\n'

    landing.load(row)

    assert [user for user, _, _ in landing.events()] == [written]
    assert landing.ask("SELECT event_id FROM events") == [(written,)]


def test_23_text_id_is_kept_as_it_is(landing: Landing) -> None:
    landing.load(lines(event("00123"), event("1e5"), event(" a ")))

    assert [user for user, _, _ in landing.events()] == ["00123", "1e5", " a "]


@pytest.mark.parametrize(
    "written",
    ["2026-05-01T09:00:00", "2026-05-01T14:30:00+05:30", 1777626000, 1777626000000],
)
def test_24_time_without_zone_with_offset_or_as_a_number_is_read(
    written: str | int, landing: Landing
) -> None:
    landing.load(lines(event(at=written)))

    assert landing.instants() == [datetime(2026, 5, 1, 9, tzinfo=UTC)]


def test_25_late_event_is_loaded_and_one_of_next_year_is_rejected(
    landing: Landing,
) -> None:
    report = landing.load(lines(event(at="2026-04-22"), event(at="2027-04-22")))

    assert (report.accepted, report.rejected) == (1, 1)
    assert landing.rejects() == [
        (
            2,
            "timestamp: found 2027-04-22T00:00:00+00:00; "
            "wanted at most 1 day, 0:00:00 after ingest (`max_ahead`)",
        )
    ]


def test_26_same_content_under_another_name_brings_nothing(landing: Landing) -> None:
    landing.load(SOME, "a.ndjson")

    report = landing.load(SOME, "b.ndjson")

    assert (report.status, report.reason) == ("duplicate", "duplicate of app/a.ndjson")
    assert (report.rows, report.accepted, len(landing.events())) == (0, 0, 3)


def test_27_other_content_under_a_loaded_name_waits(landing: Landing) -> None:
    landing.load(SOME)

    report = landing.load(GOOD)

    assert report.status == "changed"
    assert report.reason == (
        "its content changed after it was loaded; the new content is not loaded. "
        "Restore the file, or give the new content a name of its own: events that "
        "were loaded already count once"
    )
    assert len(landing.events()) == 3


def test_28_file_that_grows_while_it_is_read_is_left_for_the_next_run(
    landing: Landing,
) -> None:
    path = landing.put("a", SOME)

    def append(_: str, rows: int) -> None:
        with path.open("ab") as file:
            file.write(lines(event("u4")))

    (growing,) = landing.ingest(progress=append).files
    (loaded,) = landing.ingest().files

    assert (growing.status, growing.reason) == (
        "growing",
        "it changed while it was read; it is loaded once it stands still",
    )
    assert (loaded.status, loaded.accepted) == ("loaded", 4)


HARMLESS_NAMES = [
    "new\nline",
    "quo'te\"",
    "[a]",
    "*",
    "-rf",
    "$(reboot)",
    "é" * 127,
    "a%20b",
]


@pytest.mark.parametrize("name", HARMLESS_NAMES)
def test_29_file_is_loaded_whatever_its_name(name: str, landing: Landing) -> None:
    report = landing.load(SOME, name)

    assert (report.path, report.accepted) == (f"app/{name}", 3)
    assert landing.ask("SELECT path FROM source_files") == [(f"app/{name}",)]


def test_29_name_that_is_not_utf8_is_written_out(landing: Landing) -> None:
    report = landing.load(SOME, "a\udcffb")

    assert (report.path, report.accepted) == (r"app/a\xffb", 3)


def test_29_link_out_of_the_folder_is_refused(landing: Landing, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(SOME)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "a").symlink_to(tmp_path / "secret")
    (tmp_path / "app" / "b").symlink_to("/etc/passwd")

    reports = landing.ingest().files

    assert {(report.status, report.reason) for report in reports} == {
        ("refused", "a symbolic link that leads out of app; put a copy there")
    }
    assert landing.ingest().files == reports
    assert landing.events() == []


COLUMNS = Columns("uid", "ts", event="action", event_id="id", properties=("item",))
HEADER = "uid,ts,action,id,item"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (
            "uid,ts,action,id",
            "columns are missing: 'item'; the file has 'uid', 'ts', 'action', 'id'. "
            "Send them, or change `columns` of source 'app'",
        ),
        (
            "uid,ts,action,id,items",
            "columns are missing: 'item' (did it become 'items'?); the file has 'uid', "
            "'ts', 'action', 'id', 'items'. Send them, or change `columns` of source "
            "'app'",
        ),
        (
            "uid,ts,action,id,item,item",
            "columns are there twice: 'item'; name each once",
        ),
    ],
)
def test_30_csv_is_refused_when_its_columns_are_not(
    header: str, reason: str, landing: Landing
) -> None:
    landing.set(format="csv", columns=COLUMNS)

    report = landing.load(f"{header}\n", "a.csv")

    assert (report.status, report.reason) == ("refused", reason)


def test_30_added_column_is_ignored_with_a_note(landing: Landing) -> None:
    landing.set(format="csv", columns=COLUMNS)

    report = landing.load(f"{HEADER},price\nu1,{AT},buy,1,a,9\n", "a.csv")

    assert (report.accepted, report.reason) == (1, "ignored: 'price'")
    assert landing.events() == [("u1", "buy", '{"item":"a"}')]


def test_30_retyped_parquet_column_is_refused(landing: Landing) -> None:
    landing.set(format="parquet", columns=COLUMNS)
    table = pa.table(
        {"uid": [1.5], "ts": [True], "action": ["a"], "id": [1], "item": ["x"]}
    )
    buffer = io.BytesIO()
    pq.write_table(table, buffer)

    report = landing.load(buffer.getvalue(), "a.parquet")

    assert report.status == "refused"
    assert report.reason == (
        "columns have another type: 'uid' is double, wanted text or integer; "
        "'ts' is bool, wanted timestamp, date, text or number"
    )


def test_gzip_bomb_of_one_member_is_read_in_bounded_steps(landing: Landing) -> None:
    """Output that fills a step exactly while the input is used up is not lost."""
    packer = zlib.compressobj(wbits=31)
    content = SOME * ((1 << 20) // len(SOME) + 1)
    packed = packer.compress(content[: 1 << 20]) + packer.flush()

    report = landing.load(packed)

    assert report.status == "loaded"
