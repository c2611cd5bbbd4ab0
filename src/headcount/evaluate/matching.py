"""The rows of events that a condition looks at."""

from __future__ import annotations

from functools import reduce
from operator import and_

import polars as pl

from headcount.evaluate.predicates import Moment, satisfies
from headcount.evaluate.values import Values, read_values
from headcount.rules.compile import Where
from headcount.store.history import property_column


def matching(frame: pl.DataFrame, where: Where, moment: Moment) -> pl.DataFrame:
    """The rows of EVENTS that satisfy every predicate of `where`."""
    if not where:
        return frame
    return frame.filter(
        reduce(
            and_,
            (
                satisfies(predicate, property_values(frame, path), moment)
                for path, predicate in where
            ),
        )
    )


def property_values(frame: pl.DataFrame, path: str) -> Values:
    """The values at `path`, one a row of `frame`."""
    return read_values(frame.get_column(property_column(path)))


def paths_of(where: Where, *others: str) -> list[str]:
    """Every path that has to be read, once, in a fixed order."""
    return sorted({path for path, _ in where} | set(others))
