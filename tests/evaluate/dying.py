"""A process that dies at a statement, without a process."""

from __future__ import annotations

from typing import Any

from headcount.store.warehouse import Warehouse


class KilledError(BaseException):
    """The process is gone; nothing of ours catches it."""


class DyingWarehouse(Warehouse):
    """A store whose process dies at a statement of its choice."""

    calls_left = 2**31

    def _count(self) -> None:
        self.calls_left -= 1
        if self.calls_left < 0:
            raise KilledError

    def execute(self, *asked: Any) -> None:
        self._count()
        super().execute(*asked)

    def rows(self, *asked: Any) -> Any:
        self._count()
        return super().rows(*asked)

    def frame(self, *asked: Any) -> Any:
        self._count()
        return super().frame(*asked)
