"""Work that goes on while its results are used: unpacking, parsing, staging."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

ITEMS = 2  # made before they are asked for: memory stays bounded
THREADS = min(os.cpu_count() or 1, 4)  # more would wait for the unpacking


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


def map_ahead(act: Callable[[T], R], items: Iterable[T]) -> Generator[R, None, None]:
    """What `act` makes of each item, in their order; THREADS threads do it meanwhile.

    What `act` or `items` raises is raised here, in its turn.
    """
    with ThreadPoolExecutor(THREADS, "map-ahead") as threads:
        coming: deque[Future[R]] = deque()
        for item in items:
            coming.append(threads.submit(act, item))
            if len(coming) > THREADS:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
