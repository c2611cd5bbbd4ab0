"""What the builder's form holds: a definition of the shapes that a form can show.

A list of conditions, each perhaps negated. What goes deeper (nesting, sequences) is
written as YAML, which the builder takes as well. Nothing is checked here: the tree
goes through the same reader as every file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

KINDS = {
    "event": "did the event",
    "attribute": "has the attribute",
    "segment": "is in the segment",
}
OPERATORS = {
    "is": "is",
    "is_not": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "contains": "contains",
    "not_contains": "does not contain",
    "starts_with": "starts with",
    "ends_with": "ends with",
    "matches": "matches the pattern",
    "gt": "is more than",
    "gte": "is at least",
    "lt": "is less than",
    "lte": "is at most",
    "before": "is before",
    "after": "is after",
    "within_last": "is within the last",
    "set": "has a value",
    "unset": "has no value",
}
LISTS = {"in", "not_in"}
VALUELESS = {"set": True, "unset": False}
CASED = {"contains", "not_contains", "starts_with", "ends_with", "matches"} | {
    "is",
    "is_not",
    *LISTS,
}
"""What `ignore_case` goes with."""

TEXTUAL = CASED - {"is", "is_not", *LISTS} | {"before", "after", "within_last"}
MEASURES = {
    "count": "number of times",
    "days": "number of days",
    "sum": "sum of",
    "avg": "average of",
    "min": "smallest",
    "max": "largest",
    "distinct": "number of different",
}
AGGREGATES = {"sum", "avg", "min", "max", "distinct"}
COMPARISONS = {
    "gte": "at least",
    "gt": "more than",
    "lte": "at most",
    "lt": "less than",
    "eq": "exactly",
    "ne": "not",
}
RANGES = (
    *("all time", "today", "yesterday", "this week", "last week", "this month"),
    *("last month", "last 24 hours", "last 7 days", "last 14 days", "last 30 days"),
    *("last 90 days", "last 6 months", "last 1 year"),
)

NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
FIELD = re.compile(r"c(\d+)\.(?:p(\d+)\.)?(\w+)")
LIST_MARK = re.compile(r"\s*,\s*")


@dataclass(frozen=True, slots=True)
class Test:
    """One predicate on a property, or the one of an attribute (then unnamed)."""

    property: str = ""
    operator: str = "is"
    value: str = ""
    ignore_case: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as texts in fields; `range` empty: the segment's own."""

    kind: str = "event"
    negated: str = ""
    name: str = ""
    tests: tuple[Test, ...] = ()
    measure: str = "count"
    of: str = ""
    comparison: str = "gte"
    number: str = "1"
    range: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A whole definition as texts in fields."""

    id: str = ""
    name: str = ""
    description: str = ""
    system: str = ""
    created_by: str = ""
    destinations: tuple[str, ...] = ()
    date_range: str = "all time"
    evaluation_end: str = ""
    match: str = "all"
    conditions: tuple[Condition, ...] = (Condition(),)

    @property
    def segment_id(self) -> str:
        """The id: as given, else made of the name."""
        made = re.sub(r"[^a-z0-9]+", "-", self.name.casefold()).strip("-")[:64]
        return self.id.strip() or made.strip("-") or "segment"

    def to_tree(self, stem: str | None = None) -> dict[str, Any]:
        """The definition as its YAML says it, without what is left to default.

        The id is left to the file's name, unless that has another `stem`.
        """
        tree: dict[str, Any] = {}
        if stem is not None and self.segment_id != stem:
            tree["id"] = self.segment_id
        for key in ("name", "description", "system", "created_by"):
            if text := getattr(self, key).strip():
                tree[key] = text
        if self.date_range.strip() not in {"", "all time"}:
            tree["date_range"] = range_to_tree(self.date_range)
        if self.evaluation_end.strip():
            tree["evaluation_end"] = self.evaluation_end.strip()
        if self.match == "any":
            tree["match"] = "any"
        tree["rules"] = [condition_to_tree(one) for one in self.conditions]
        if self.destinations:
            tree["destinations"] = list(self.destinations)
        return tree


def read_form(form: Sequence[tuple[str, str]]) -> Draft:
    """The draft that the fields of a form hold; fields nobody knows are nothing."""
    texts = {key: value for key, value in form if isinstance(value, str)}
    known = {one.name for one in fields(Draft)} - {"destinations", "conditions"}
    destinations = tuple(value for key, value in form if key == "destinations")
    return Draft(
        **{key: value for key, value in texts.items() if key in known},
        destinations=destinations,
        conditions=tuple(_conditions(texts)),
    )


def with_edit(draft: Draft, edit: str) -> Draft:
    """The draft after a button: `add`, `drop c1`, `test c0`, `untest c0 1`."""
    what, *places = edit.split()
    conditions = list(draft.conditions)
    index = int(places[0].removeprefix("c")) if places else 0
    if what == "add":
        conditions.append(Condition())
    elif index >= len(conditions):
        return draft
    elif what == "drop":
        del conditions[index]
    else:
        tests = list(conditions[index].tests)
        if what == "test":
            tests.append(Test())
        elif what == "untest":
            del tests[int(places[1]) : int(places[1]) + 1]
        conditions[index] = replace(conditions[index], tests=tuple(tests))
    return replace(draft, conditions=tuple(conditions or [Condition()]))


def condition_to_tree(condition: Condition) -> dict[str, Any]:
    """The condition as YAML says it."""
    match condition.kind:
        case "attribute":
            test = (condition.tests or (Test(),))[0]
            tree = {"attribute": condition.name.strip(), **_operation(test)}
        case "segment":
            tree = {"segment": condition.name.strip()}
        case _:
            tree = _event_to_tree(condition)
    return {"not": tree} if condition.negated else tree


def _event_to_tree(condition: Condition) -> dict[str, Any]:
    names = LIST_MARK.split(condition.name.strip())
    tree: dict[str, Any] = {"event": names if len(names) > 1 else names[0]}
    where = {
        test.property.strip(): _short(_operation(test)) for test in condition.tests
    }
    if where:
        tree["where"] = where
    compared = {condition.comparison: scalar(condition.number)}
    if condition.measure in AGGREGATES:
        tree[condition.measure] = {"of": condition.of.strip(), **compared}
    elif (condition.measure, compared) != ("count", {"gte": Decimal(1)}):
        tree[condition.measure] = compared
    if condition.range.strip():
        tree["date_range"] = range_to_tree(condition.range)
    return tree


def _operation(test: Test) -> dict[str, Any]:
    if test.operator in VALUELESS:
        return {"set": VALUELESS[test.operator]}
    if test.operator in LISTS:
        value: Any = [scalar(one) for one in LIST_MARK.split(test.value.strip())]
    elif test.operator in TEXTUAL:
        value = test.value.strip()
    else:
        value = scalar(test.value)
    return {test.operator: value} | _with_case(test)


def _with_case(test: Test) -> dict[str, Any]:
    is_ignored = test.ignore_case and test.operator in CASED
    return {"ignore_case": True} if is_ignored else {}


def _short(operation: dict[str, Any]) -> Any:
    """`is` and `in` are left out, as a person would."""
    match operation:
        case {"is": value} if len(operation) == 1:
            return value
        case {"in": values} if len(operation) == 1:
            return values
        case _:
            return operation


def scalar(text: str) -> str | bool | Decimal:
    """A number or truth value that the text looks like; in quotes it is always text."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    if NUMBER.fullmatch(text):
        return Decimal(text)
    return {"true": True, "false": False}.get(text, text)


def range_to_tree(text: str) -> Any:
    """`last 30 days` as it is; `from A to B`, `from A`, `to B` as a mapping."""
    text = text.strip()
    found = re.fullmatch(r"(?:from (?P<start>.+?))?(?: ?\bto (?P<end>.+))?", text)
    if not text or found is None:
        return text
    bounds = {"from": found["start"], "to": found["end"]}
    return {key: value.strip() for key, value in bounds.items() if value}


def _conditions(texts: Mapping[str, str]) -> Iterator[Condition]:
    plain: dict[int, dict[str, str]] = {}
    tests: dict[int, dict[int, dict[str, str]]] = {}
    for key, value in texts.items():
        found = FIELD.fullmatch(key)
        if found is None:
            continue
        index = int(found[1])
        plain.setdefault(index, {})
        if found[2] is None:
            plain[index][found[3]] = value
        else:
            place = tests.setdefault(index, {}).setdefault(int(found[2]), {})
            place[found[3]] = value
    known = {one.name for one in fields(Condition)} - {"tests"}
    for index in sorted(plain):
        ours = {key: value for key, value in plain[index].items() if key in known}
        yield Condition(
            **ours,
            tests=tuple(_test(one) for _, one in sorted(tests.get(index, {}).items())),
        )


def _test(texts: Mapping[str, str]) -> Test:
    known = {one.name for one in fields(Test)}
    return Test(**{key: value for key, value in texts.items() if key in known})
