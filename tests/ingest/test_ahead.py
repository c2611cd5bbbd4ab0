from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from headcount.ingest.ahead import ITEMS, map_ahead, read_ahead


def test_items_come_in_their_order() -> None:
    assert list(read_ahead(iter(range(100)))) == list(range(100))
    assert list(read_ahead(iter(()))) == []


def test_error_comes_in_its_turn() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise FileNotFoundError

    ahead = read_ahead(items())

    assert next(ahead) == 1
    with pytest.raises(FileNotFoundError):
        next(ahead)


def test_few_items_are_made_before_they_are_asked_for() -> None:
    made: list[int] = []
    ahead = read_ahead(iter(lambda: made.append(1) or len(made), -1))

    next(ahead)
    ahead.close()

    assert len(made) <= 1 + ITEMS


def test_no_thread_is_left_when_nobody_asks_any_more() -> None:
    before = threading.active_count()
    ahead = read_ahead(iter(range(100)))
    next(ahead)

    ahead.close()

    assert threading.active_count() == before


def test_what_is_made_of_items_comes_in_their_order() -> None:
    assert list(map_ahead(str, range(100))) == [*map(str, range(100))]
    assert list(map_ahead(str, ())) == []


def test_error_of_what_is_made_comes_in_its_turn() -> None:
    ahead = map_ahead(lambda item: 1 // item, [1, 0, 1])

    assert next(ahead) == 1
    with pytest.raises(ZeroDivisionError):
        next(ahead)
