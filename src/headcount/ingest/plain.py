"""Native events that are plain: most lines of most files, read many at a time.

A line is plain when the pattern of its shape (`ingest.shapes`) matches and what that
leaves open is sure: the day exists, the instant is not too far ahead, each number is
short. Whatever is not plain, good or bad, is left to the strict reader, which alone
decides and rejects.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from headcount.ingest.batch import CONTENT, EVENTS, content_id
from headcount.ingest.lines import Chunk
from headcount.ingest.parse import MAX_DIGITS
from headcount.ingest.records import EVENT, EVENT_ID, PROPERTIES, USER_ID
from headcount.ingest.rows import Skimmed
from headcount.ingest.shapes import Shape, shape_of
from headcount.ingest.times import TIMESTAMP

LINE, TEXT, IS_SHORT = "line", "text", "is_short"
FEW_LINES = 20  # the strict reader is done with them before a pattern is made
# What is taken out of a line to tell shapes apart: each value that is no object.
ANY_VALUE = r'": ?(?:"[^"]*"|\[[^\]]*\]|[^"{\[,}\]]+)'
TINY = "0.0000"  # the start of a number below 1e-4, which may need an exponent
SECOND = "%Y-%m-%dT%H:%M:%S"
SECOND_LENGTH = len("2026-05-01T09:00:00")
NO_EVENTS = pl.DataFrame(schema=EVENTS)


@dataclass(frozen=True, slots=True)
class PlainReader:
    """Reads the plain lines of one source's files; keeps nothing, so threads share it.

    `namespace` is that of the ids; events after `latest_us` are not plain.
    """

    namespace: str
    latest_us: int | None

    def skim(self, chunk: Chunk) -> Skimmed:
        """The plain lines as EVENTS, and the others in their order."""
        lines = pl.DataFrame({LINE: chunk.numbers(), TEXT: chunk.column()})
        events, others = self._skim_alike(lines)
        found = [events]
        if others.height > FEW_LINES:
            shape = pl.col(TEXT).str.replace_all(ANY_VALUE, "")
            common = pl.when(pl.len().over(shape) > FEW_LINES).then(shape)
            groups = others.group_by(common, maintain_order=True)
            skimmed = [self._skim_alike(group) for _, group in groups]
            found += [events for events, _ in skimmed]
            others = pl.concat(others for _, others in skimmed).sort(LINE)
        left = [(number, chunk.line(number)) for number in others.get_column(LINE)]
        return Skimmed(chunk, found, left)

    def _skim_alike(self, lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """EVENTS of the plain lines of the commonest shape, and the other lines."""
        some = lines.get_column(TEXT)
        shape = _shape_among(some) if lines.height > FEW_LINES else None
        if shape is None:
            return NO_EVENTS, lines
        found = _cut(lines, shape)
        is_sure = found.select(_is_sure(self.latest_us)).to_series()
        sure = found.filter(is_sure)
        return _identified(sure, shape, self.namespace), lines.filter(~is_sure)


def _shape_among(lines: pl.Series) -> Shape | None:
    """The shape of one of the lines, which is likely to be the commonest."""
    some = (lines[place] for place in (len(lines) // 2, 0, -1))
    return next(filter(None, map(shape_of, some)), None)


def _cut(lines: pl.DataFrame, shape: Shape) -> pl.DataFrame:
    """One row a line: what the shape captures of it, null when it has another one.

    With `at`, the instant, null when there is none, and `is_short`, whether each number
    is written as it should be once zeros at its end are cut, as they are here.
    """
    texts = pl.col(TEXT).str.extract_groups(shape.pattern)
    found = lines.select(LINE, texts).unnest(TEXT)
    # Nearly all columns are of texts alone.
    numbers = [
        name
        for name in shape.values
        if not found.get_column(name).str.starts_with('"').all()
    ]
    return found.with_columns(
        pl.all_horizontal(pl.lit(value=True), *map(_is_short, numbers)).alias(IS_SHORT),
        *map(_trimmed, numbers),
        at=_instant(pl.col(TIMESTAMP)),
    )


def _is_short(value: str) -> pl.Expr:
    """Whether a JSON value is no number, or one that a double keeps digit by digit."""
    text = pl.col(value)
    is_other = text.str.starts_with('"') | text.str.starts_with("[")
    is_long = text.str.len_bytes() > MAX_DIGITS
    is_tiny = text.str.strip_prefix("-").str.starts_with(TINY)
    is_negative_zero = text.str.strip_chars_end("0.") == "-"
    return is_other | ~(is_long | is_tiny | is_negative_zero)


def _trimmed(value: str) -> pl.Expr:
    """A JSON value, a number without zeros at the end of its decimals."""
    text = pl.col(value)
    trimmed = text.str.strip_chars_end("0").str.strip_suffix(".")
    return pl.when(text.str.contains(".", literal=True)).then(trimmed).otherwise(text)


def _instant(clock: pl.Expr) -> pl.Expr:
    """The instant of an ISO text without its zone; null when there is no such day."""
    second = clock.str.head(SECOND_LENGTH).str.to_datetime(
        SECOND, time_unit="us", strict=False
    )
    digits = clock.str.slice(SECOND_LENGTH + 1).str.pad_end(6, "0")
    at = second + pl.duration(microseconds=digits.cast(pl.Int64, strict=False))
    return at.dt.replace_time_zone("UTC")


def _is_sure(latest_us: int | None) -> pl.Expr:
    at = pl.col("at")
    is_due = at.is_not_null() if latest_us is None else at.to_physical() <= latest_us
    return (is_due & pl.col(IS_SHORT)).fill_null(value=False)


def _identified(events: pl.DataFrame, shape: Shape, namespace: str) -> pl.DataFrame:
    """EVENTS of what was cut; those without an id have one of their content."""
    frame = events.with_columns(
        shape.properties.alias(PROPERTIES),
        id_namespace=pl.lit(namespace),
        is_wide=pl.lit(value=False),
    )
    if shape.has_id:
        return frame.select(*EVENTS)
    content = frame.select(USER_ID, EVENT, pl.col("at").to_physical(), PROPERTIES)
    ids = pl.Series([content_id(*row) for row in content.iter_rows()], dtype=pl.String)
    named = frame.with_columns(ids.alias(EVENT_ID), id_namespace=pl.lit(CONTENT))
    return named.select(*EVENTS)
