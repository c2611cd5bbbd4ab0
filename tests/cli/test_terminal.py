import io
from datetime import UTC, datetime

import pytest

from headcount.cli.encoding import to_json
from headcount.cli.terminal import (
    change,
    plural,
    printable,
    table,
    terminal,
    to_words,
)


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        (None, "never"),
        (datetime(2026, 5, 1, 9, 15, tzinfo=UTC), "2026-05-01 09:15Z"),
        (datetime(2026, 5, 1, 9, 15, 7, tzinfo=UTC), "2026-05-01 09:15:07Z"),
        (datetime(2026, 5, 1, 9, 15, 7, 5, tzinfo=UTC), "2026-05-01 09:15:07.000005Z"),
    ],
)
def test_instant_is_said_as_short_as_exact(
    instant: datetime | None, words: str
) -> None:
    assert to_words(instant) == words


def test_control_characters_are_spelled_out() -> None:
    assert printable("a\x1b[31mb") == "a\\x1b[31mb"


def test_counts_read_as_words() -> None:
    assert plural(1, "member") == "1 member"
    assert plural(1234, "member") == "1,234 members"
    assert [change(n, "+").plain for n in (None, 0, 1234)] == ["—", "0", "+1,234"]


def test_markup_in_names_stays_text() -> None:
    out = io.StringIO()

    terminal(out).print(table(["name"], [["[red]x[/red] :smile:"]]))

    assert "[red]x[/red] :smile:" in out.getvalue()


def test_json_keeps_letters_and_instants() -> None:
    at = datetime(2026, 5, 1, 9, 15, tzinfo=UTC)

    assert (
        to_json({"at": at, "name": "Zoë"})
        == '{"at": "2026-05-01T09:15:00Z", "name": "Zoë"}'
    )
