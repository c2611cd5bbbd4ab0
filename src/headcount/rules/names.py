"""The names a definition takes from the log: events, their properties, attributes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from headcount.definitions.model import Definition
from headcount.rules.compile import (
    ActivePeriods,
    AttributeTest,
    FirstEver,
    Leaf,
    Measured,
    Ordered,
    Where,
    compile_definition,
    leaves,
)


@dataclass(frozen=True, slots=True)
class EventUse:
    """Events of these names (a star at the end is open) and paths into them."""

    names: tuple[str, ...]
    properties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttributeUse:
    """A path into a user's attributes."""

    attribute: str


Use = EventUse | AttributeUse


def uses_of(definition: Definition) -> Iterator[Use]:
    """What each condition looks at, in the order in which they are written."""
    for leaf in leaves(compile_definition(definition).root):
        yield from _uses(leaf)


def _uses(leaf: Leaf) -> Iterator[Use]:
    match leaf:
        case Measured(names=names, where=where, aggregates=aggregates):
            of = tuple(aggregate.of for _, aggregate in aggregates)
            yield EventUse(names, (*_paths(where), *of))
        case FirstEver(names=names, where=where):
            yield EventUse(names, _paths(where))
        case ActivePeriods(names=names, where=where):
            yield EventUse(names, _paths(where))
        case Ordered(steps=steps, same=same):
            shared = () if same is None else (same,)
            for names, where in steps:
                yield EventUse(names, (*_paths(where), *shared))
        case AttributeTest(attribute=attribute):
            yield AttributeUse(attribute)


def _paths(where: Where) -> tuple[str, ...]:
    return tuple(path for path, _ in where)
