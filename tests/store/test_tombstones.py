from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from headcount.errors import TombstonesUnreadableError
from headcount.store.tombstones import FILE, NOBODY, Tombstones

AT = datetime(2026, 5, 1, tzinfo=UTC)


def test_nobody_was_erased_where_there_is_no_file(tmp_path: Path) -> None:
    assert Tombstones.read(tmp_path) == NOBODY
    assert not NOBODY
    assert not NOBODY.among(["ann"])
    assert not NOBODY.is_named_in("ann")


def test_a_file_holds_hashes_that_say_nothing_without_its_key(tmp_path: Path) -> None:
    NOBODY.with_users(["ann"], at=AT).write(tmp_path)

    text = (tmp_path / FILE).read_text(encoding="utf-8")
    read = Tombstones.read(tmp_path)
    assert "ann" not in text
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert read.has("ann")
    assert not read.has("Ann")
    assert list(read.finished.values()) == [AT]
    other = NOBODY.with_users(["ann"], at=AT)
    assert other.hash_of("ann") != read.hash_of("ann")


def test_users_may_be_added_finished_and_taken_out(tmp_path: Path) -> None:
    first = NOBODY.with_users(["ann", "bob"], at=None)
    second = first.with_users(["bob"], at=AT)

    assert first.key == second.key
    assert set(second.finished.values()) == {None, AT}
    assert second.without(["ann"]).among(["ann", "bob"]) == ["bob"]
    second.write(tmp_path)
    assert Tombstones.read(tmp_path) == second


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"key": "x", "users": {}}'])
def test_a_broken_file_lets_nobody_in(text: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")

    with pytest.raises(TombstonesUnreadableError):
        Tombstones.read(tmp_path)


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ('{"user_id": "jörg s", "n": 1}', True),
        (r'{"user_id": "j\u00f6rg s"}', True),
        ("2026-05-01,12;x", True),
        ('{"id":12}', True),
        ("jörg", False),
        ("123,112", False),
        ('"12', True),
    ],
)
def test_users_are_found_as_words_of_raw_text(text: str, is_named: bool) -> None:
    erased = NOBODY.with_users(["jörg s", "12"], at=AT)

    assert erased.is_named_in(text) is is_named
