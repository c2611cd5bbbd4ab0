"""Work that goes on while its results are used: unpacking, parsing, staging."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

ITEMS = 2  # made before they are asked for: memory stays bounded


def read_ahead(items: Iterator[T]) -> Generator[T, None, None]:
    """The same items in the same order; a thread makes the next ones meanwhile.

    What `items` raises is raised here, in its turn.
    """
    end = object()
    with ThreadPoolExecutor(1, "read-ahead") as thread:
        coming = deque(thread.submit(next, items, end) for _ in range(ITEMS))
        while (item := coming.popleft().result()) is not end:
            coming.append(thread.submit(next, items, end))
            yield item  # type: ignore[misc]  # only `end` is no T
