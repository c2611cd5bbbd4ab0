from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from headcount.console import jobs
from headcount.console.jobs import Jobs, TooMuchToDoError
from headcount.errors import MissingFileError


def test_quick_work_is_answered_at_once() -> None:
    answer = Jobs().ask("key", lambda: 7)

    assert answer.found == 7


def test_who_asks_again_gets_the_work_that_was_begun() -> None:
    many, go = Jobs(), Event()

    first = many.ask("key", lambda: go.wait(5), wait_s=0)
    go.set()
    second = many.ask("key", lambda: pytest.fail("begun twice"), wait_s=5)

    assert first.found is None
    assert second.found is True


def test_error_is_told_once_and_forgotten() -> None:
    many = Jobs()

    def fail() -> None:
        raise MissingFileError(Path("x"))

    with pytest.raises(MissingFileError):
        many.ask("key", fail)
    assert many.ask("key", lambda: 1).found == 1


def test_endless_queue_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_WAITING", 1)
    many, go = Jobs(), Event()
    many.ask("first", lambda: go.wait(5), wait_s=0)

    with pytest.raises(TooMuchToDoError, match="in a minute"):
        many.ask("second", lambda: 1)
    go.set()
