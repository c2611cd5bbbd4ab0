"""A definition back in the fields of the builder's form, where the form can hold it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from pydantic import ValidationError

from headcount.canonical import shortest_decimal
from headcount.console.draft import (
    AGGREGATES,
    COMPARISONS,
    MEASURES,
    NUMBER,
    TEXTUAL,
    Condition,
    Draft,
    Test,
)
from headcount.definitions.model import Definition
from headcount.definitions.written import as_written


class TooDeepError(Exception):
    """The form has no field for some part of the definition."""


def to_draft(definition: Definition) -> Draft | None:
    """The draft whose tree is this definition; None when only YAML can say it."""
    tree = as_written(definition)
    try:
        draft = _draft(tree)
        again = Definition.model_validate({"id": definition.id, **draft.to_tree()})
    except (TooDeepError, ValidationError, ValueError):
        return None
    return draft if again == definition else None


def _draft(tree: Mapping[str, Any]) -> Draft:
    targets = tree.get("destinations", ())
    if not all(isinstance(target, str) for target in targets):
        raise TooDeepError
    return Draft(
        id=tree["id"],
        name=tree["name"],
        description=tree.get("description", ""),
        system=tree["system"],
        created_by=tree.get("created_by", ""),
        destinations=tuple(targets),
        date_range=_range(tree.get("date_range", "all time")),
        evaluation_end=tree.get("evaluation_end", ""),
        match=tree.get("match", "all"),
        conditions=tuple(map(_condition, tree.get("rules", ()))),
    )


def _condition(rule: Mapping[str, Any]) -> Condition:
    negated = "yes" if set(rule) == {"not"} else ""
    inner = rule["not"] if negated else rule
    match inner:
        case {"segment": name}:
            return Condition("segment", negated, name)
        case {"attribute": name, **operation}:
            test = _test("", cast("dict[str, Any]", operation))
            return Condition("attribute", negated, name, (test,))
        case {"event": names} if not any("," in name for name in names):
            return _event(", ".join(names), inner, negated)
        case _:
            raise TooDeepError


def _event(name: str, rule: Mapping[str, Any], negated: str) -> Condition:
    measures = [key for key in MEASURES if key in rule]
    if len(measures) > 1 or "first" in rule or "active" in rule:
        raise TooDeepError
    measure = measures[0] if measures else "count"
    compared = dict(rule.get(measure, {"gte": Decimal(1)}))
    of = compared.pop("of", "") if measure in AGGREGATES else ""
    if len(compared) != 1 or not set(compared) <= set(COMPARISONS):
        raise TooDeepError
    ((comparison, number),) = compared.items()
    where = rule.get("where", {})
    return Condition(
        "event",
        negated,
        name,
        tuple(_test(key, operation) for key, operation in where.items()),
        measure=measure,
        of=of,
        comparison=comparison,
        number=_scalar(number),
        range=_range(rule["date_range"]) if "date_range" in rule else "",
    )


def _test(name: str, operation: Mapping[str, Any]) -> Test:
    rest = dict(operation)
    ignore_case = "yes" if rest.pop("ignore_case", False) else ""
    if len(rest) != 1:
        raise TooDeepError
    ((operator, value),) = rest.items()
    if operator == "set":
        return Test(name, "set" if value else "unset")
    if isinstance(value, list):
        return Test(name, operator, ", ".join(map(_scalar, value)), ignore_case)
    text = value if operator in TEXTUAL else _scalar(value)
    return Test(name, operator, text, ignore_case)


def _scalar(value: Any) -> str:
    """As it is typed: quoted where it would be taken for a number or a truth value."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            is_mistaken = NUMBER.fullmatch(value) or value in {"true", "false"}
            return f'"{value}"' if is_mistaken else value
        case Decimal() | int():
            return shortest_decimal(value)
        case _:
            raise TooDeepError


def _range(written: Any) -> str:
    if isinstance(written, str):
        return written
    return " ".join(f"{key} {value}" for key, value in written.items())
