"""Work that takes long, asked for again until it is done.

A page that asks for something long waits a little, then is told to ask again. Another
server process may get the next question: all work here may be begun twice, because what
it calls is repeatable and waits for itself under a lock.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from headcount import clock
from headcount.errors import StateError

SIDE_BY_SIDE = 2
MOST_WAITING = 20
PATIENCE_S = 1.0
KEPT_S = 60.0  # an answer nobody fetched

Found = TypeVar("Found")


class TooMuchToDoError(StateError):
    """So much is asked for already that another wish would wait too long."""

    kind = "too_much_to_do"

    def __init__(self) -> None:
        super().__init__(
            "too many exports and calculations are under way: try again in a minute"
        )


@dataclass(frozen=True, slots=True)
class Answer(Generic[Found]):
    """What the work gave, or since when it is under way."""

    found: Found | None
    seconds: float


@dataclass(slots=True)
class _Job:
    future: Future[object]
    began_s: float


class Jobs:
    """The long work of one process: a few side by side, the others in turn."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="headcount")
        self._jobs: dict[Hashable, _Job] = {}
        self._lock = Lock()

    def ask(
        self,
        key: Hashable,
        work: Callable[[], Found],
        *,
        wait_s: float = PATIENCE_S,
    ) -> Answer[Found]:
        """What `work` gives once it is done; who asks with the same key shares it.

        An error of the work is raised to whoever asks next, and then forgotten.
        """
        job = self._job(key, work)
        try:
            found = job.future.result(wait_s)
        except NotYetError:
            if not job.future.done():
                return Answer(None, clock.elapsed_s() - job.began_s)
            self._forget(key)
            raise
        except BaseException:
            self._forget(key)
            raise
        self._forget(key)
        return Answer(found, clock.elapsed_s() - job.began_s)  # type: ignore[arg-type]

    def _job(self, key: Hashable, work: Callable[[], Found]) -> _Job:
        with self._lock:
            self._drop_unfetched()
            if key not in self._jobs:
                if len(self._jobs) >= MOST_WAITING:
                    raise TooMuchToDoError
                job = _Job(self._pool.submit(work), clock.elapsed_s())
                self._jobs[key] = job
            return self._jobs[key]

    def _forget(self, key: Hashable) -> None:
        with self._lock:
            self._jobs.pop(key, None)

    def _drop_unfetched(self) -> None:
        now_s = clock.elapsed_s()
        for key, job in list(self._jobs.items()):
            if job.future.done() and now_s - job.began_s > KEPT_S:
                del self._jobs[key]
