"""JSON values as typed columns: what a predicate or an aggregate can compare.

Source: segments.md §2, the types paragraph. Numbers are exact: a float only decides
where it must be right, and ties that a float could get wrong are settled in decimals.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import polars as pl

from headcount.canonical import shortest_decimal
from headcount.definitions.values import Scalar

Operator = Literal["gt", "gte", "lt", "lte", "eq", "ne"]

OPERATORS: dict[Operator, Callable[[Any, Any], Any]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "eq": operator.eq,
    "ne": operator.ne,
}

JSON_NUMBER = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,6})?$"
"""Text that is wholly a number. An exponent of over six digits is no number to us:
nothing can hold it."""

SAFE_DIGITS = 15
"""Two decimals of up to this many digits are equal when their floats are."""


@dataclass(frozen=True, slots=True)
class Values:
    """One property of some rows, in row order.

    `text` is the comparable text (a number's shortest decimal form, `true`, `false`),
    null for what is missing, null, an array or an object; `number` is the nearest
    float of a number or of text that is wholly one, else null.
    """

    text: pl.Series
    number: pl.Series
    is_text: pl.Series
    is_boolean: pl.Series
    is_set: pl.Series

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.text)

    def since(self, row: int) -> Values:
        """The rows from `row` on."""
        return Values(*(column[row:] for column in self._columns)) if row else self

    def gather(self, rows: pl.Series) -> Values:
        """These rows, in this order."""
        return Values(*(column.gather(rows) for column in self._columns))

    @property
    def _columns(self) -> tuple[pl.Series, ...]:
        return self.text, self.number, self.is_text, self.is_boolean, self.is_set


def read_values(raw: pl.Series) -> Values:
    """Typed columns of canonical JSON texts, one a row; null is missing."""
    typed = pl.DataFrame({"raw": raw}).with_columns(first=pl.col("raw").str.head(1))
    typed = typed.with_columns(
        is_text=(pl.col("first") == '"').fill_null(value=False),
        is_boolean=pl.col("first").is_in(["t", "f"]).fill_null(value=False),
        is_set=(pl.col("first") != "n").fill_null(value=False),
        is_compound=pl.col("first").is_in(["{", "["]).fill_null(value=False),
    )
    scalar = pl.col("is_set") & ~pl.col("is_compound")
    typed = typed.with_columns(text=pl.when(scalar).then(_scalar_text()))
    typed = typed.with_columns(
        number=pl.when(~pl.col("is_boolean") & pl.col("text").str.contains(JSON_NUMBER))
        .then(pl.col("text"))
        .cast(pl.Float64)
    )
    return Values(
        *(
            typed.get_column(name)
            for name in ("text", "number", "is_text", "is_boolean", "is_set")
        )
    )


def _scalar_text() -> pl.Expr:
    """The text inside a JSON string, unescaped; numbers and booleans as they are."""
    inner = pl.col("raw").str.slice(1, pl.col("raw").str.len_chars() - 2)
    escaped = pl.col("is_text") & pl.col("raw").str.contains("\\", literal=True)
    # Escapes are rare, so only those rows go through the JSON reader.
    decoded = pl.when(escaped).then(pl.col("raw")).str.json_decode(pl.String)
    return (
        pl.when(escaped)
        .then(decoded)
        .when(pl.col("is_text"))
        .then(inner)
        .otherwise(pl.col("raw"))
    )


def compare_numbers(values: Values, op: Operator, bound: Decimal) -> pl.Series:
    """Row by row, whether the value is a number that compares so with `bound`, exactly.

    What is not a number is false, also for `ne`.
    """
    compare = OPERATORS[op]
    nearest = nearest_float(bound)
    decided: pl.Series = compare(values.number, nearest).fill_null(value=False)
    # Only where the floats are equal they may hide that the numbers are not.
    tied = (values.number == nearest).fill_null(value=False).arg_true()
    texts = values.text.gather(tied)
    misled = _may_mislead(texts, bound)
    rows = tied.filter(misled)
    if rows.is_empty():
        return decided
    exact = [compare(exact_number(text), bound) for text in texts.filter(misled)]
    return decided.scatter(rows, pl.Series(exact, dtype=pl.Boolean))


def _may_mislead(text: pl.Series, bound: Decimal) -> pl.Series:
    """Where an equal float does not prove an equal number."""
    if len(bound.as_tuple().digits) > SAFE_DIGITS:
        return pl.repeat(True, len(text), dtype=pl.Boolean, eager=True)  # noqa: FBT003
    is_long = text.str.len_bytes() > SAFE_DIGITS
    return is_long | text.str.contains("[eE]")


def nearest_float(number: Decimal) -> float:
    """The float nearest to `number`; infinity where it is out of reach."""
    return float(number)


def exact_number(text: str) -> Decimal:
    """The number that JSON number text means, exactly."""
    try:
        return Decimal(text)
    except InvalidOperation:  # pragma: no cover - the grammar above excludes it
        return Decimal(0)


def literal_text(value: Scalar) -> str:
    """The text that a literal of a definition is compared by."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else shortest_decimal(value)
