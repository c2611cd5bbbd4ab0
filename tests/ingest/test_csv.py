from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from headcount.definitions.settings import Columns
from tests.ingest.landing import AT, Landing

COLUMNS = Columns("uid", "ts", event="action", event_id="id", properties=("item", "n"))
HEADER = "uid,ts,action,id,item,n\n"


@pytest.fixture(autouse=True)
def _format(landing: Landing) -> None:
    landing.set(format="csv", columns=COLUMNS)


def test_cells_are_text_and_empty_ones_are_missing(landing: Landing) -> None:
    landing.load(f"{HEADER}007,{AT},buy,,,1.50\n007,{AT},buy,e1,a,\n")

    assert landing.events() == [
        ("007", "buy", '{"n":"1.50"}'),
        ("007", "buy", '{"item":"a"}'),
    ]
    assert landing.ask("SELECT id_namespace FROM events ORDER BY position") == [
        (":content",),
        ("",),
    ]


def test_all_other_columns_are_properties_when_none_are_named(landing: Landing) -> None:
    landing.set(columns=replace(COLUMNS, properties=None, event_id=None))

    landing.load(f"{HEADER}u1,{AT},buy,7,a,2\n")

    assert landing.events() == [("u1", "buy", '{"id":"7","item":"a","n":"2"}')]


def test_quoted_cells_hold_commas_quotes_and_line_ends(landing: Landing) -> None:
    content = f'{HEADER}u1,{AT},buy,1,"a ""b"", c","x\r\ny"\nu2,{AT},buy,2,é,\n'

    report = landing.load(content)

    assert report.accepted == 2
    assert landing.events()[0] == (
        "u1",
        "buy",
        '{"item":"a \\"b\\", c","n":"x\\r\\ny"}',
    )
    # The second row begins on the fourth line.
    assert landing.ask("SELECT position FROM events ORDER BY 1") == [(2,), (4,)]


def test_lines_of_windows_and_a_mark_are_read(landing: Landing) -> None:
    content = f"\ufeff{HEADER}u1,{AT},buy,1,a,2\n\n".replace("\n", "\r\n")

    assert landing.load(gzip.compress(content.encode())).accepted == 1
    assert landing.events() == [("u1", "buy", '{"item":"a","n":"2"}')]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("u1,{AT},buy", "row: found 3 cells; wanted 6, as the header"),
        ("u1,{AT},buy,1,a,2,3", "row: found 7 cells; wanted 6, as the header"),
        (
            'u1,{AT},buy,1,"a"b,2',
            """row: found malformed CSV (',' expected after '"'); wanted RFC 4180""",
        ),
        (",{AT},buy,1,a,2", "uid: found nothing; wanted text or a number"),
        ("u1,,buy,1,a,2", "timestamp: found nothing; wanted ISO 8601 or epoch seconds"),
        ("u1,{AT},,1,a,2", "action: found nothing; wanted text"),
        ("u\x011,{AT},buy,1,a,2", r"uid: found 'u\x011'; wanted text without control"),
    ],
)
def test_bad_row_is_rejected_with_its_line(
    row: str, reason: str, landing: Landing
) -> None:
    good = f"u0,{AT},buy,0,a,2\n"

    report = landing.load(HEADER + good + row.replace("{AT}", AT) + "\n" + good)

    ((line, found),) = landing.rejects()
    assert (line, found[: len(reason)]) == (3, reason)
    assert (report.accepted, report.duplicates, report.rejected) == (1, 1, 1)


def test_row_that_is_not_utf8_is_rejected_with_its_line(landing: Landing) -> None:
    rows = f"u1,{AT},buy,1,a,2\nu2,{AT},buy,2,CAF,2\n"

    landing.load((HEADER + rows).encode().replace(b"CAF", b"caf\xe9"))

    assert landing.rejects() == [(3, "row: found byte 0xe9 at 34; wanted UTF-8")]


@pytest.mark.parametrize("tail", ["", f'u2,{AT},buy,2,"b"x,2\n'])
def test_file_is_refused_when_a_quote_is_not_closed(
    tail: str, landing: Landing
) -> None:
    report = landing.load(f'{HEADER}u1,{AT},buy,1,"a,2\n{tail}')

    assert report.status == "refused"
    assert report.reason == (
        "a quote opened on line 2 is not closed in its cell, so the rows after it "
        "cannot be told apart; double the quotes inside cells"
    )


def test_header_alone_is_no_row(landing: Landing) -> None:
    report = landing.load(HEADER)

    assert (report.status, report.rows, report.reason) == (
        "loaded",
        0,
        "it holds no rows",
    )


def test_file_of_blank_lines_has_no_header(landing: Landing) -> None:
    report = landing.load("\n\n")

    assert report.reason == "it has no header line; the first line names the columns"


def test_source_without_a_map_is_refused(landing: Landing) -> None:
    landing.set(columns=None)

    assert landing.load(HEADER).reason == ("source 'app' has no `columns`; add the map")


def test_records_are_attributes(landing: Landing) -> None:
    columns = Columns("email", "updated", attributes=("plan", "seats"))
    landing.set(records="attributes", columns=columns)

    report = landing.load(
        f"email,updated,plan,seats,note\na@x,{AT},pro,5,hi\nb@x,{AT},,,\n"
    )

    assert landing.attributes() == [("a@x", "plan", '"pro"'), ("a@x", "seats", '"5"')]
    assert (report.accepted, report.reason) == (2, "ignored: 'note'")
    assert landing.ask("SELECT user_id FROM users ORDER BY 1") == [("a@x",), ("b@x",)]


def test_all_other_columns_are_attributes_when_none_are_named(landing: Landing) -> None:
    landing.set(records="attributes", columns=Columns("email", "updated"))

    landing.load(f"email,updated,plan,seats\na@x,{AT},pro,5\n")

    assert [key for _, key, _ in landing.attributes()] == ["plan", "seats"]


def test_environment_column_decides_what_is_loaded(landing: Landing) -> None:
    columns = Columns("uid", "ts", event="action", environment="env", properties=())
    landing.set(columns=columns)

    report = landing.load(
        f"uid,ts,action,env\na,{AT},x,Production\nb,{AT},x,\nc,{AT},x,test\n"
    )

    assert (report.accepted, report.skipped) == (2, 1)
    assert report.reason == "skipped: env 'test' is not Production (1)"


def test_name_or_value_that_looks_like_sql_is_only_text(landing: Landing) -> None:
    odd = "x'); DROP TABLE events; --"
    landing.set(columns=replace(COLUMNS, properties=(odd,)))

    landing.load(f'uid,ts,action,id,"{odd}"\n{odd},{AT},{odd},1,{odd}\n')

    assert landing.events() == [(odd, odd, f'{{"{odd}":"{odd}"}}')]
