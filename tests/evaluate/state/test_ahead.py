"""Answers are the same, whether they were found ahead or are found when asked for."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcount.evaluate.state.ahead import Ahead


def square(number: int) -> int:
    if number < 0:
        raise ValueError(number)
    return number * number


@given(announced=st.lists(st.integers(0, 9)), asked=st.lists(st.integers(0, 9)))
def test_answers_do_not_depend_on_the_order(
    announced: list[int], asked: list[int]
) -> None:
    ahead = Ahead(square)
    ahead.announce(announced)

    assert [ahead.ask(number) for number in asked] == [square(one) for one in asked]
    ahead.end()


def test_error_is_raised_where_its_answer_is_asked_for() -> None:
    ahead = Ahead(square)
    ahead.announce([2, -3, 4])

    assert ahead.ask(2) == 4
    with pytest.raises(ValueError, match="-3"):
        ahead.ask(-3)
    assert ahead.ask(4) == 16
    ahead.end()


def test_next_answers_are_found_meanwhile() -> None:
    found = threading.Event()

    def find(number: int) -> int:
        if number == 2:
            found.set()
        elif not found.wait(timeout=30):
            raise TimeoutError
        return number

    ahead = Ahead(find)
    ahead.announce([1, 2])

    assert ahead.ask(1) == 1
    ahead.end()
