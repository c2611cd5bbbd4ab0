"""A definition becomes a plan: the same meaning with nothing left to default.

Every engine (full evaluation, preview, why, plan) reads this one tree. Leaves are
frozen and hashable, so identical conditions of different segments are one leaf and
are computed once. Pure: no instant and no data here.

Source: segments.md §2 (conditions), §3 (a condition's own range replaces the
segment's).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from headcount.definitions import model
from headcount.definitions.model import (
    Active,
    Aggregate,
    Comparison,
    Condition,
    Predicate,
)
from headcount.definitions.times import DateRange, Duration

Where = tuple[tuple[str, Predicate], ...]

AT_LEAST_ONCE = Comparison(gte=Decimal(1))


@dataclass(frozen=True, slots=True)
class Measured:
    """Each of the measures of the matching events in the range compares so."""

    names: tuple[str, ...]
    where: Where
    date_range: DateRange
    count: Comparison | None
    days: Comparison | None
    aggregates: tuple[tuple[str, Aggregate], ...]


@dataclass(frozen=True, slots=True)
class FirstEver:
    """The first event of these names over all history is in the range and matches."""

    names: tuple[str, ...]
    where: Where
    date_range: DateRange


@dataclass(frozen=True, slots=True)
class ActivePeriods:
    """In so many of the last `of` periods the count of matching events compares so."""

    names: tuple[str, ...]
    where: Where
    active: Active


@dataclass(frozen=True, slots=True)
class Ordered:
    """Distinct events match the steps in order, the first of them in the range."""

    steps: tuple[tuple[tuple[str, ...], Where], ...]
    date_range: DateRange
    within: Duration | None
    same: str | None


@dataclass(frozen=True, slots=True)
class AttributeTest:
    """The latest value of the attribute satisfies the predicate."""

    attribute: str
    predicate: Predicate


@dataclass(frozen=True, slots=True)
class MemberOf:
    """The user is in the finished membership of another segment."""

    segment_id: str


@dataclass(frozen=True, slots=True)
class Known:
    """The user is known."""


Leaf = Measured | FirstEver | ActivePeriods | Ordered | AttributeTest | MemberOf | Known


@dataclass(frozen=True, slots=True)
class Every:
    """All of the nodes hold."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of the nodes holds."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """The node does not hold."""

    node: Node


Node = Leaf | Every | Either | Negation


@dataclass(frozen=True, slots=True)
class Plan:
    """One segment, ready to be evaluated at any instant."""

    segment_id: str
    root: Node


def compile_definition(definition: model.Definition) -> Plan:
    """The plan of a definition that `definitions.load` accepted and has rules."""
    nodes = tuple(
        compile_rule(rule, definition.date_range) for rule in definition.rules
    )
    root = Every(nodes) if definition.match == "all" else Either(nodes)
    return Plan(definition.id, root)


def compile_rule(rule: model.Rule, default: DateRange) -> Node:
    """The node of one rule; `default` is the segment's range."""
    match rule:
        case model.All():
            return Every(tuple(compile_rule(r, default) for r in rule.all))
        case model.AnyOf():
            return Either(tuple(compile_rule(r, default) for r in rule.any))
        case model.Not():
            return Negation(compile_rule(rule.not_, default))
        case _:
            return compile_condition(rule, default)


def compile_condition(condition: Condition, default: DateRange) -> Leaf:
    """The leaf of one condition; `default` is the segment's range."""
    match condition:
        case model.Event():
            return _event(condition, default)
        case model.Sequence(sequence=sequence, within=within, same=same):
            steps = tuple((step.event, tuple(step.where.items())) for step in sequence)
            return Ordered(steps, condition.date_range or default, within, same)
        case model.Attribute():
            return AttributeTest(condition.attribute, condition)
        case model.Reference():
            return MemberOf(condition.segment)
        case model.Everyone():
            return Known()
        case _:
            assert_never(condition)


def _event(rule: model.Event, default: DateRange) -> Leaf:
    where = tuple(rule.where.items())
    if rule.first:
        return FirstEver(rule.event, where, rule.date_range or default)
    if rule.active is not None:
        return ActivePeriods(rule.event, where, rule.active)
    aggregates = tuple(
        (name, aggregate)
        for name in ("sum", "avg", "min", "max", "distinct")
        if (aggregate := getattr(rule, name)) is not None
    )
    has_measure = rule.count or rule.days or aggregates
    count = rule.count if has_measure else AT_LEAST_ONCE
    return Measured(
        rule.event, where, rule.date_range or default, count, rule.days, aggregates
    )


def leaves(node: Node) -> Iterator[Leaf]:
    """Every leaf under `node`, left to right; equal ones repeat."""
    match node:
        case Every(nodes=nodes) | Either(nodes=nodes):
            for child in nodes:
                yield from leaves(child)
        case Negation(node=child):
            yield from leaves(child)
        case _:
            yield node


def references(plan: Plan) -> set[str]:
    """The segments whose finished membership the plan reads."""
    return {leaf.segment_id for leaf in leaves(plan.root) if isinstance(leaf, MemberOf)}


def names_of(leaf: Leaf) -> tuple[str, ...]:
    """The names, or beginnings of names, of the events that the leaf reads."""
    match leaf:
        case Measured() | FirstEver() | ActivePeriods():
            return leaf.names
        case Ordered(steps=steps):
            return tuple(name for names, _ in steps for name in names)
        case AttributeTest() | MemberOf() | Known():
            return ()
        case _:
            assert_never(leaf)


def changes_with_the_instant(leaf: Leaf) -> bool:
    """Whether what satisfies a predicate of the leaf changes with the instant alone."""
    return any(one.within_last is not None for one in _predicates_of(leaf))


def _predicates_of(leaf: Leaf) -> Iterator[Predicate]:
    """Every predicate of the leaf."""
    match leaf:
        case Measured() | FirstEver() | ActivePeriods():
            yield from (predicate for _, predicate in leaf.where)
        case Ordered(steps=steps):
            yield from (predicate for _, where in steps for _, predicate in where)
        case AttributeTest(predicate=predicate):
            yield predicate
        case MemberOf() | Known():
            return
        case _:
            assert_never(leaf)
