"""Answers that are found before they are asked for, on every core.

What finds an answer reads only, and answers are whole numbers and truths: so they do
not depend on which thread finds them, or when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar

from headcount.evaluate.full import THREADS

Question = TypeVar("Question")
Found = TypeVar("Found")

MOST_AHEAD = 2 * THREADS
"""Answers that wait to be asked for, or are being found."""


@dataclass
class Ahead(Generic[Question, Found]):
    """Finds answers by `find`, and meanwhile those that are likely to be next."""

    find: Callable[[Question], Found]
    _announced: dict[Question, Future[Found] | None] = field(default_factory=dict)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(THREADS, thread_name_prefix="ahead")

    def announce(self, questions: Iterable[Question]) -> None:
        """These will be asked, most likely in this order."""
        self._announced |= dict.fromkeys(questions)

    def ask(self, question: Question) -> Found:
        """The answer; raises what finding it raised."""
        future = self._announced.pop(question, None)
        for other in [*self._announced][:MOST_AHEAD]:
            if self._announced[other] is None:
                self._announced[other] = self._pool.submit(self.find, other)
        return self.find(question) if future is None else future.result()

    def end(self) -> None:
        """Nothing is looked for any more."""
        self._announced = {}
        self._pool.shutdown(cancel_futures=True)
