"""A definition as a frozen, typed tree: what segments.md §1-§3 lets an author say.

Values are already parsed here (durations, ranges, exact numbers). `definitions.load`
turns YAML into this and reports every fault at once; the JSON Schema comes from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from headcount.definitions.times import DateRange, Duration

Scalar = bool | Decimal | str


class Frozen(BaseModel):
    """Strict and immutable: an unknown key is a fault, nothing is coerced."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Comparison(Frozen):
    """What a measure must be; several operators: all must hold. A bare number is `eq`."""

    gt: Decimal | None = None
    gte: Decimal | None = None
    lt: Decimal | None = None
    lte: Decimal | None = None
    eq: Decimal | None = None
    ne: Decimal | None = None
    between: tuple[Decimal, Decimal] | None = None


class Aggregate(Comparison):
    """A comparison of the sum, mean, least or greatest number, or distinct values `of` a property."""

    of: str


class Active(Frozen):
    """In how many of the last `of` periods, each `every` long, the count compares so."""

    periods: Comparison
    of: int
    every: Duration
    count: Comparison = Comparison(gte=Decimal(1))


class Predicate(Frozen):
    """What one property or attribute must be; several operators: all must hold."""

    is_: Scalar | None = Field(None, alias="is")
    is_not: Scalar | None = None
    in_: tuple[Scalar, ...] | None = Field(None, alias="in")
    not_in: tuple[Scalar, ...] | None = None
    contains: str | None = None
    not_contains: str | None = None
    starts_with: str | None = None
    ends_with: str | None = None
    matches: str | None = None
    gt: Decimal | None = None
    gte: Decimal | None = None
    lt: Decimal | None = None
    lte: Decimal | None = None
    between: tuple[Decimal, Decimal] | None = None
    set_: bool | None = Field(None, alias="set")
    before: date | datetime | None = None
    after: date | datetime | None = None
    within_last: Duration | None = None
    ignore_case: bool = False


class Event(Frozen):
    """Events of these names that satisfy `where`, measured over the date range."""

    event: tuple[str, ...]
    where: Mapping[str, Predicate] = Field(default_factory=dict)
    date_range: DateRange | None = None
    count: Comparison | None = None
    days: Comparison | None = None
    sum: Aggregate | None = None
    avg: Aggregate | None = None
    min: Aggregate | None = None
    max: Aggregate | None = None
    distinct: Aggregate | None = None
    first: Literal[True] | None = None
    active: Active | None = None


class Step(Frozen):
    """One step of a sequence: an event, without a measure."""

    event: tuple[str, ...]
    where: Mapping[str, Predicate] = Field(default_factory=dict)


class Sequence(Frozen):
    """Distinct events in this order, the first inside the date range."""

    sequence: tuple[Step, ...]
    within: Duration | None = None
    same: str | None = None
    date_range: DateRange | None = None


class Attribute(Predicate):
    """The latest value of an attribute compares so."""

    attribute: str


class Reference(Frozen):
    """The user is a member of another segment of the same system."""

    segment: str


class Everyone(Frozen):
    """Every known user of the system."""

    everyone: Literal[True]


class All(Frozen):
    """Every rule holds."""

    all: tuple[Rule, ...]


class AnyOf(Frozen):
    """At least one rule holds."""

    any: tuple[Rule, ...]


class Not(Frozen):
    """The rule does not hold."""

    not_: Rule = Field(alias="not")


def kind_of(rule: Any) -> str | None:
    """The one key that says which kind of rule a mapping is, None when it has none."""
    kinds = ("event", "sequence", "attribute", "segment", "everyone", "all", "any", "not")
    if isinstance(rule, Mapping):
        return next((kind for kind in kinds if kind in rule), None)
    return next((k for k in kinds if hasattr(rule, k) or hasattr(rule, f"{k}_")), None)


Rule = Annotated[
    Annotated[Event, Tag("event")]
    | Annotated[Sequence, Tag("sequence")]
    | Annotated[Attribute, Tag("attribute")]
    | Annotated[Reference, Tag("segment")]
    | Annotated[Everyone, Tag("everyone")]
    | Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")],
    Discriminator(kind_of),
]


class Target(Frozen):
    """A destination of a segment; `remote_id` adopts a segment that exists there."""

    name: str
    remote_id: str | None = None


class Definition(Frozen):
    """One segment, as its file says."""

    id: str
    name: str
    description: str = ""
    system: str
    created_by: str | None = None
    date_range: DateRange
    evaluation_end: date | datetime | None = None
    match: Literal["all", "any"] = "all"
    rules: tuple[Rule, ...] = ()
    destinations: tuple[Target, ...] = ()
    classic: bool = False
