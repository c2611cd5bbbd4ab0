"""Which events a condition sees now and did not see before, and the other way round.

Source: architecture.md, "Evaluating fast": what a tick reads follows the events that
came and went. Ranges may move either way: a local time that exists twice moves the
start of a month's range back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from headcount.evaluate.leaves import Scene
from headcount.evaluate.matching import tests_of
from headcount.evaluate.predicates import Moment
from headcount.rules.compile import Where
from headcount.store.columns.arrays import U32
from headcount.store.columns.crowd import Crowd, Listed
from headcount.store.columns.distinct import distinct
from headcount.store.columns.reader import EVER, Ingested, Span
from headcount.store.columns.rows import Rows

NO_ROWS = np.empty(0, dtype=np.uint32)


@dataclass(frozen=True)
class Sight:
    """Events of some names, with the properties at some paths, and their instants."""

    names: Sequence[str]
    where: Where
    paths: Sequence[str] = ()
    at: bool = False


@dataclass(frozen=True)
class Reach:
    """What is read at a tick: the scene; when the last one was, and how far ingest."""

    scene: Scene
    was: Moment
    position: int

    @cached_property
    def _listed(self) -> dict[str, Listed]:
        return {}

    def listed(self, attribute: str) -> Listed:
        """The users whose attribute may differ from the one at the last tick."""
        if attribute not in self._listed:
            found = self.scene.history.users_with_new_attributes(
                attribute, self.position, self.was.at, self.scene.moment.at
            )
            self._listed[attribute] = Listed(found)
        return self._listed[attribute]

    def came(self, sight: Sight, before: Span, now: Span) -> list[Rows]:
        """The events that are inside `now` and were not known inside `before`.

        `who` counts users by their codes: the scene's crowd is everybody.
        """
        new = self._read(sight, now, Ingested(after=self.position))
        return [new, *self._old(sight, now, before)]

    def went(self, sight: Sight, before: Span, now: Span) -> list[Rows]:
        """The events that were known inside `before` and are not inside `now`."""
        return self._old(sight, before, now)

    def crossed(self, sight: Sight, before: Span, now: Span) -> list[Rows]:
        """The events that were known before and are in one of the spans only."""
        return [*self._old(sight, now, before), *self._old(sight, before, now)]

    def read_now(self, sight: Sight, span: Span, crowd: Crowd) -> Rows:
        """The crowd's events inside the span; `who` are its rows."""
        return self._read(sight, span, EVER, crowd)

    def read_before(self, sight: Sight, span: Span, crowd: Crowd) -> Rows:
        """Those of them that were known before."""
        return self._read(sight, span, Ingested(upto=self.position), crowd)

    def _old(self, sight: Sight, inside: Span, outside: Span) -> list[Rows]:
        return [
            self._read(sight, span, Ingested(upto=self.position))
            for span in without(inside, outside)
        ]

    def _read(
        self,
        sight: Sight,
        span: Span,
        ingested: Ingested,
        crowd: Crowd | None = None,
    ) -> Rows:
        history = self.scene.history
        return history.columns.read(
            history.codes_of(sight.names),
            span,
            self.scene.crowd if crowd is None else crowd,
            tests=tests_of(sight.where, self.scene.answers),
            paths=sorted({*sight.paths}),
            at=sight.at,
            ingested=ingested,
        )


def without(inside: Span, outside: Span) -> Iterator[Span]:
    """The parts of `inside` that are not in `outside`, empty ones left out."""
    if outside.low >= outside.high:
        parts = [inside]
    else:
        parts = [
            Span(inside.low, min(inside.high, outside.low)),
            Span(max(inside.low, outside.high), inside.high),
        ]
    return (part for part in parts if part.low < part.high)


def users_of(rows: Sequence[Rows]) -> U32:
    """The users of the rows, ascending, each once."""
    who = np.concatenate([NO_ROWS, *(one.who for one in rows)])
    return distinct(who).astype(np.uint32)
