"""A definition as a frozen, typed tree: what segments.md §1-§3 lets an author say.

Values are already parsed here (durations, ranges, exact numbers). `definitions.load`
turns YAML into this and reports every fault at once; the JSON Schema comes from it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    ValidationInfo,
    WithJsonSchema,
)

from headcount.definitions import values
from headcount.definitions.frozen import Frozen, Reading
from headcount.definitions.mistakes import (
    MissingKeyError,
    MistakeError,
    describe,
    nearest,
    one_of,
    quote,
)
from headcount.definitions.settings import ALERTS
from headcount.definitions.spans import Range
from headcount.definitions.times import AllTime
from headcount.definitions.values import (
    EventName,
    Flag,
    Length,
    LowAndHigh,
    Moment,
    Name,
    Number,
    OnlyTrue,
    Regex,
    Scalar,
    Text,
    Word,
)

KINDS = ("event", "sequence", "attribute", "segment", "everyone", "all", "any", "not")
MEASURES = ("count", "days", "sum", "avg", "min", "max", "distinct", "first", "active")
COMPARISONS = ("gt", "gte", "lt", "lte", "eq", "ne", "between")
EQUALITIES = ("is", "is_not", "in", "not_in")
TEXT_OPERATORS = (
    *("contains", "not_contains", "starts_with", "ends_with", "matches"),
    *EQUALITIES,
)
MOST_PERIODS = 1000
SEGMENT_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")

Found = Iterator[MistakeError]
Written = Mapping[str, Any]

PeriodCount = Annotated[
    int,
    PlainValidator(partial(values.read_whole, least=1, most=MOST_PERIODS)),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_PERIODS}),
]
Names = Annotated[
    tuple[EventName, ...],
    BeforeValidator(values.read_one_or_more),
    WithJsonSchema(values.one_or_more(values.EVENT_NAME)),
]
Scalars = Annotated[
    tuple[Scalar, ...],
    Field(json_schema_extra=values.FILLED),
    BeforeValidator(values.read_list),
]


class Comparison(Frozen):
    """What a measure must be; several operators: all hold. A bare number is `eq`."""

    wanted: ClassVar[str] = "a number, or a mapping like {gte: 3}"
    shorthands: ClassVar[tuple[values.JsonSchema, ...]] = ({"type": "number"},)
    fewest_keys: ClassVar[int] = 1

    gt: Number | None = None
    gte: Number | None = None
    lt: Number | None = None
    lte: Number | None = None
    eq: Number | None = None
    ne: Number | None = None
    between: LowAndHigh | None = None

    @classmethod
    def spell_out(cls, written: Any) -> Any:
        """A bare number is `eq`."""
        return {"eq": written} if values.is_number(written) else written

    @classmethod
    def mistakes(cls, written: Written, reading: Reading) -> Found:
        """No operator at all."""
        del reading
        if not written.keys() - {"of"}:
            wanted = f"at least one of {one_of(COMPARISONS)}"
            yield MistakeError(found="no comparison", wanted=wanted)


class Aggregate(Comparison):
    """A comparison of the aggregate, or the distinct values, `of` a property."""

    wanted: ClassVar[str] = "a mapping like {of: amount, gte: 100}"
    shorthands: ClassVar[tuple[values.JsonSchema, ...]] = ()
    fewest_keys: ClassVar[int] = 2

    of: Word

    @classmethod
    def spell_out(cls, written: Any) -> Any:
        """Nothing is shorter: the property must be named."""
        return written


AT_LEAST_ONCE = Comparison(gte=Decimal(1))


class Active(Frozen):
    """In how many of the last `of` periods, each `every` long, the count is so."""

    wanted: ClassVar[str] = (
        "a mapping like {periods: {gte: 3}, of: 4, every: 7 days, count: {gte: 1}}"
    )

    periods: Comparison
    of: PeriodCount
    every: Length
    count: Comparison = Field(default_factory=lambda: AT_LEAST_ONCE)


class Predicate(Frozen):
    """What one property or attribute must be; several operators: all must hold."""

    wanted: ClassVar[str] = "a value, a list of values, or a mapping like {gte: 10}"
    wanted_for_null: ClassVar[str] = "a value (`set: false` finds what is missing)"
    shorthands: ClassVar[tuple[values.JsonSchema, ...]] = (
        values.SCALAR,
        {"type": "array", "items": values.SCALAR, "minItems": 1},
    )
    fewest_keys: ClassVar[int] = 1

    is_: Scalar | None = Field(None, alias="is")
    is_not: Scalar | None = None
    in_: Scalars | None = Field(None, alias="in")
    not_in: Scalars | None = None
    contains: Text | None = None
    not_contains: Text | None = None
    starts_with: Text | None = None
    ends_with: Text | None = None
    matches: Regex | None = None
    gt: Number | None = None
    gte: Number | None = None
    lt: Number | None = None
    lte: Number | None = None
    between: LowAndHigh | None = None
    set_: Flag | None = Field(None, alias="set")
    before: Moment | None = None
    after: Moment | None = None
    within_last: Length | None = None
    ignore_case: Flag = False

    @classmethod
    def spell_out(cls, written: Any) -> Any:
        """A list is `in`, a value `is`."""
        match written:
            case Mapping():
                return written
            case list() | tuple():
                return {"in": written}
            case _:
                return {"is": written}

    @classmethod
    def mistakes(cls, written: Written, reading: Reading) -> Found:
        """No operator, or `ignore_case` without a text to compare."""
        del reading
        if not (written.keys() - {"ignore_case", "attribute"}):
            wanted = "an operator: `set: true` asks only whether there is a value"
            yield MistakeError(found="no operator", wanted=wanted)
        elif "ignore_case" in written and not written.keys() & set(TEXT_OPERATORS):
            yield MistakeError(
                found="ignore_case without a text operator",
                wanted=f"it beside {one_of(TEXT_OPERATORS)}",
                at=("ignore_case",),
            )


class RuleModel(Frozen):
    """One kind of rule: the mapping holds the key of one kind only."""

    @classmethod
    def unknown_key(cls, key: str) -> MistakeError:
        """A second kind of rule in one mapping is told as such."""
        if key not in KINDS:
            return super().unknown_key(key)
        found = f"{quote(key)} beside another kind of rule"
        wanted = "one kind in a mapping: combine rules with all or any"
        return MistakeError(found=found, wanted=wanted, at=(key,))


Where = Annotated[Mapping[str, Predicate], BeforeValidator(values.read_mapping)]


class Event(RuleModel):
    """Events of these names that satisfy `where`, measured over the date range."""

    event: Names
    where: Where = Field(default_factory=dict)
    date_range: Range | None = None
    count: Comparison | None = None
    days: Comparison | None = None
    sum: Aggregate | None = None
    avg: Aggregate | None = None
    min: Aggregate | None = None
    max: Aggregate | None = None
    distinct: Aggregate | None = None
    first: OnlyTrue | None = None
    active: Active | None = None

    @classmethod
    def mistakes(cls, written: Written, reading: Reading) -> Found:
        """A measure beside one that stands alone, or `active` with a range."""
        del reading
        measures = [measure for measure in MEASURES if measure in written]
        for alone in ("first", "active"):
            others = [measure for measure in measures if measure != alone]
            if alone in measures and others:
                found = f"{alone} beside {one_of(others)}"
                wanted = f"no other measure beside {alone}"
                yield MistakeError(found=found, wanted=wanted, at=(alone,))
        if "active" in measures and "date_range" in written:
            yield MistakeError(
                found="date_range beside active",
                wanted="one of them: active counts its periods back from the instant",
                at=("date_range",),
            )


class Step(Frozen):
    """One step of a sequence: an event, without a measure."""

    wanted: ClassVar[str] = "a step like {event: purchase, where: {amount: {gte: 10}}}"

    event: Names
    where: Where = Field(default_factory=dict)

    @classmethod
    def unknown_key(cls, key: str) -> MistakeError:
        """A measure or a range has no place inside a step."""
        if key not in {*MEASURES, "date_range"}:
            return super().unknown_key(key)
        wanted = "event and where only: a step takes no measure and no range"
        return MistakeError(found=f"{key} in a step", wanted=wanted, at=(key,))


class Sequence(RuleModel):
    """Distinct events in this order, the first inside the date range."""

    sequence: Annotated[
        tuple[Step, ...],
        Field(json_schema_extra=values.FILLED),
        BeforeValidator(values.read_list),
    ]
    within: Length | None = None
    same: Word | None = None
    date_range: Range | None = None


class Attribute(Predicate, RuleModel):
    """The latest value of an attribute compares so."""

    shorthands: ClassVar[tuple[values.JsonSchema, ...]] = ()
    fewest_keys: ClassVar[int] = 2

    attribute: Word


class Reference(RuleModel):
    """The user is a member of another segment of the same system."""

    segment: Word


class Everyone(RuleModel):
    """Every known user of the system."""

    everyone: OnlyTrue


class All(RuleModel):
    """Every rule holds."""

    all: Rules


class AnyOf(RuleModel):
    """At least one rule holds."""

    any: Rules


class Not(RuleModel):
    """The rule does not hold."""

    not_: Rule = Field(alias="not")


def kind_of(rule: Any) -> str | None:
    """The one key that says which kind of rule a mapping is, None when it has none."""
    if isinstance(rule, Mapping):
        return next((kind for kind in KINDS if kind in rule), None)
    return next((kind for kind, model in _MODELS.items() if type(rule) is model), None)


def _tag_of(rule: Any) -> str | None:
    kind = kind_of(rule)
    return None if kind is None else _MODELS[kind].__name__


def _require_kind(rule: Any) -> Any:
    if kind_of(rule) is not None:
        return rule
    wanted = f"a rule: a mapping with one of {one_of(KINDS)}"
    if not isinstance(rule, Mapping):
        raise MistakeError(found=describe(rule), wanted=wanted)
    guesses = (nearest(key, KINDS) for key in rule)
    found = f"a mapping of {one_of(map(quote, rule))}" if rule else "an empty mapping"
    raise MistakeError(
        found=found, wanted=wanted, nearest=next(filter(None, guesses), None)
    )


# The tags are no keys of a rule, so that a path through the YAML is never mistaken.
Rule = Annotated[
    Annotated[Event, Tag("Event")]
    | Annotated[Sequence, Tag("Sequence")]
    | Annotated[Attribute, Tag("Attribute")]
    | Annotated[Reference, Tag("Reference")]
    | Annotated[Everyone, Tag("Everyone")]
    | Annotated[All, Tag("All")]
    | Annotated[AnyOf, Tag("AnyOf")]
    | Annotated[Not, Tag("Not")],
    Discriminator(_tag_of),
    BeforeValidator(_require_kind),
]
Rules = Annotated[
    tuple[Rule, ...],
    Field(json_schema_extra=values.FILLED),
    BeforeValidator(values.read_list),
]
_MODELS: dict[str, type[RuleModel]] = dict(
    zip(
        KINDS,
        (Event, Sequence, Attribute, Reference, Everyone, All, AnyOf, Not),
        strict=True,
    )
)


def _read_id(value: Any) -> str:
    text = values.read_text(value)
    if SEGMENT_ID.fullmatch(text):
        return text
    wanted = "1 to 64 of a-z, 0-9 and -, not beginning with -"
    raise MistakeError(found=quote(text), wanted=wanted)


def _read_system(value: Any, info: ValidationInfo) -> str:
    system = values.read_text(value)
    settings = (info.context or Reading()).settings
    if settings is not None and system not in settings.systems:
        raise values.unknown(system, settings.systems, "a system of headcount.yaml")
    return system


def _read_destination(value: Any, info: ValidationInfo) -> str:
    name = values.read_text(value)
    settings = (info.context or Reading()).settings
    if settings is not None and name not in settings.destinations:
        wanted = "a destination of headcount.yaml"
        raise values.unknown(name, settings.destinations, wanted)
    if settings is not None and set(settings.destinations[name].told_of) & set(ALERTS):
        found = f"{quote(name)}, which tells operators of alerts"
        raise MistakeError(found=found, wanted="one that is told of members")
    return name


class Target(Frozen):
    """A destination of a segment; `remote_id` adopts a segment that exists there."""

    wanted: ClassVar[str] = "a name, or a mapping like {appcues: {remote_id: …}}"
    has_long_form: ClassVar[bool] = False
    shorthands: ClassVar[tuple[values.JsonSchema, ...]] = (
        {"type": "string"},
        {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"remote_id": {"type": "string"}},
                "additionalProperties": False,
            },
            "minProperties": 1,
            "maxProperties": 1,
        },
    )

    name: Annotated[str, PlainValidator(_read_destination), WithJsonSchema(values.TEXT)]
    remote_id: Word | None = None

    @classmethod
    def mistakes(cls, written: Written, reading: Reading) -> Found:
        """A segment to adopt where there are none, only users who are told."""
        known = reading.settings.destinations if reading.settings else {}
        name = written.get("name")
        is_notifier = isinstance(name, str) and name in known and known[name].told_of
        if is_notifier and "remote_id" in written:
            wanted = "it with a destination that has segments"
            yield MistakeError(found="remote_id", wanted=wanted, at=("remote_id",))

    @classmethod
    def spell_out(cls, written: Any) -> Any:
        """A name alone, or the name as the key of the rest."""
        if isinstance(written, str):
            return {"name": written}
        if not isinstance(written, Mapping) or isinstance(written.get("name"), str):
            return written
        match list(written.items()):
            case [(name, Mapping() as rest)]:
                return {"name": name, **rest}
            case _:
                raise MistakeError(found=describe(written), wanted=cls.wanted)


class Definition(Frozen):
    """One segment, as its file says."""

    id: Annotated[
        str,
        PlainValidator(_read_id),
        WithJsonSchema({"type": "string", "pattern": f"^{SEGMENT_ID.pattern}$"}),
    ]
    name: Name
    description: Text = ""
    system: Annotated[str, PlainValidator(_read_system), WithJsonSchema(values.TEXT)]
    created_by: Name | None = None
    date_range: Range = AllTime()
    evaluation_end: Moment | None = None
    match: Annotated[
        Literal["all", "any"],
        PlainValidator(partial(values.read_choice, choices=("all", "any"))),
        WithJsonSchema({"enum": ["all", "any"]}),
    ] = "all"
    rules: Rules = ()
    destinations: Annotated[
        tuple[Target, ...], BeforeValidator(values.read_any_list)
    ] = ()
    classic: Flag = False

    @classmethod
    def mistakes(cls, written: Written, reading: Reading) -> Found:
        """No rules, too many conditions, a destination named twice."""
        if "rules" not in written and written.get("classic") is not True:
            wanted = "rules with at least one item, or classic: true"
            yield MissingKeyError("rules", wanted=wanted)
        yield from _over_the_limit(written, reading)
        names = Counter(_names_of(written.get("destinations")))
        for name, times in names.items():
            if times > 1:
                found = f"{quote(name)} {times} times"
                wanted = "each destination once"
                yield MistakeError(found=found, wanted=wanted, at=("destinations",))


def _over_the_limit(written: Written, reading: Reading) -> Found:
    if reading.settings is None:
        return
    system = written.get("system")
    known = reading.settings.systems.get(system) if isinstance(system, str) else None
    most = known.limits.conditions if known else None
    conditions = _count_conditions(written.get("rules"))
    if most is not None and conditions > most:
        found = f"{conditions} conditions"
        wanted = f"at most {most} in a segment of {system} (limits of headcount.yaml)"
        yield MistakeError(found=found, wanted=wanted, at=("rules",))


def _count_conditions(written: Any) -> int:
    """Leaves at any depth: a sequence is one, a reference is one (segments.md §5)."""
    match written:
        case list() | tuple():
            return sum(map(_count_conditions, written))
        case {"all": inner} | {"any": inner} | {"not": inner}:
            return _count_conditions(inner)
        case _:
            return 0 if written is None else 1


def _names_of(destinations: Any) -> Iterator[str]:
    for target in destinations if isinstance(destinations, list | tuple) else ():
        match target:
            case str(name) | Target(name=name):
                yield name
            case Mapping() if len(target) == 1:
                yield from target


Condition = Event | Sequence | Attribute | Reference | Everyone


def conditions_of(rules: Iterable[Rule]) -> Iterator[Condition]:
    """The leaves of `rules` at any depth, in the order in which they are written."""
    for rule in rules:
        match rule:
            case All(all=inner) | AnyOf(any=inner):
                yield from conditions_of(inner)
            case Not(not_=negated):
                yield from conditions_of((negated,))
            case _:
                yield rule
