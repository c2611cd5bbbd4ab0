from io import StringIO

import pytest
from tests.cli.conftest import Call

SIZES = "SELECT segment_id, members FROM segments"


def test_sql_answers_from_the_newest_publication(call: Call) -> None:
    call("run")

    found = call("sql", SIZES)

    assert found.code == 0
    assert found.document["columns"] == ["segment_id", "members"]
    assert [row["members"] for row in found.document["rows"]] == [1]


def test_sql_shows_a_person_a_table(call: Call) -> None:
    call("run")

    found = call("sql", SIZES, person=True)

    assert "segment_id" in found.out
    assert "1 row" in found.out


def test_every_type_of_duckdb_is_said_in_json(call: Call) -> None:
    call("run")

    found = call(
        "sql",
        "SELECT DATE '2024-05-01' AS d, TIME '09:00' AS t, 1.50::DECIMAL(4, 2) AS n, "
        "INTERVAL 1 DAY AS i, '\\xAB'::BLOB AS b, [1, 2] AS l, NULL AS nothing",
    )

    assert found.document["rows"] == [
        {
            "d": "2024-05-01",
            "t": "09:00:00",
            "n": "1.50",
            "i": "1 day, 0:00:00",
            "b": "ab",
            "l": [1, 2],
            "nothing": None,
        }
    ]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("SELECT nothing FROM segments", "query"),
        ("DELETE FROM segments", "not_one_query"),
        ("SELECT 1; SELECT 2", "not_one_query"),
        ("COPY segments TO 'out.csv'", "not_one_query"),
        ("SELECT * FROM read_text('/etc/hostname')", "query"),
    ],
)
def test_sql_that_does_not_only_read_is_refused(
    call: Call, query: str, kind: str
) -> None:
    call("run")

    found = call("sql", query)

    assert (found.code, found.error["kind"]) == (2, kind)


def test_sql_before_the_first_publication_says_what_to_do(call: Call) -> None:
    found = call("sql", SIZES)

    assert found.code == 1
    assert "headcount run" in found.error["message"]


def test_shell_answers_each_question_and_survives_a_wrong_one(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("run")
    asked = "SELECT 1\n AS one;\nSELECT wrong;\nSELECT 2 AS two"
    monkeypatch.setattr("sys.stdin", StringIO(asked))

    found = call("shell", person=True)

    assert found.code == 0
    assert "one" in found.out
    assert "two" in found.out
    assert "the query was not run" in found.err


def test_ready_answer_is_asked_by_its_name(call: Call) -> None:
    call("run")

    found = call("sql", "--answer", "churn")

    assert [row["segment"] for row in found.document["rows"]] == ["Buyers"]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ([], "usage"),
        ([SIZES, "--answer", "churn"], "usage"),
        (["--answer", "../schema/0001_store"], "unknown_answer"),
    ],
)
def test_question_is_asked_in_one_way(call: Call, words: list[str], kind: str) -> None:
    found = call("sql", *words)

    assert (found.code, found.error["kind"]) == (2, kind)
