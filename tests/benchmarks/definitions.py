"""Seeded segments of one to five conditions, over the grammar that the peers express.

What is left out: sequences of more than two steps, and `matches` beside `ignore_case`.
The same seed gives the same segments, and the first of a thousand are the first ten.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import yaml

from headcount.definitions.load import definition_from_json
from headcount.rules.compile import (
    ActivePeriods,
    AttributeTest,
    Either,
    Every,
    Known,
    Measured,
    Negation,
    Node,
    compile_definition,
)
from headcount.rules.ranges import expiry
from tests.benchmarks.generator import NAMES, SYSTEM, ZONE, event_names
from tests.benchmarks.peers.base import holds_for_zero, holds_without_events

Tree = dict[str, Any]

RANGES: tuple[Any, ...] = (
    *(f"last {n} days" for n in (1, 2, 3, 5, 7, 7, 10, 14, 14, 21, 28, 28, 30, 30, 30)),
    *("last 45 days", "last 60 days", "last 2 weeks", "last 4 weeks", "last 1 month"),
    *("last 90 minutes", "last 6 hours", "last 24 hours", "today", "yesterday"),
    *("this week", "last week", "this month", "this month", "last month"),
    *("this quarter", "this year", "all time", "all time", "all time"),
    {"from": "14 days ago", "to": "7 days ago"},
    {"from": "30 days ago", "to": "1 day ago"},
    {"from": "2026-05-10", "to": "2026-06-05"},
    {"from": "2026-06-20T09:00:00Z"},
    {"to": "21 days ago"},
)
PAGES = ("/", "/pricing", "/docs", "/login", "/cart", "/Account")
PLANS = ("free", "trial", "pro", "team")


def draw_definitions(seed: int, count: int) -> list[Tree]:
    """So many segments; none of them ever expires."""
    return [_Drawn(seed, number).definition() for number in range(count)]


def write_definitions(folder: Path, definitions: list[Tree]) -> None:
    """Each definition is a file of the folder, named by its id."""
    folder.mkdir(parents=True, exist_ok=True)
    for definition in definitions:
        text = yaml.dump(definition, Dumper=_Plain, sort_keys=False)
        (folder / f"{definition['id']}.yaml").write_text(text, encoding="utf-8")


class _Plain(yaml.SafeDumper):
    """What is there twice is written twice: definitions have no anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


class _Drawn:
    """One segment, by the dice of its number."""

    def __init__(self, seed: int, number: int) -> None:
        self.dice = Random(f"{seed} {number}")  # noqa: S311 - the same every time
        self.number = number

    def definition(self) -> Tree:
        """One in twenty-five may have almost everybody, the others not."""
        may_be_wide = self.number % 25 == 24
        while True:
            drawn = self._definition()
            read = definition_from_json(json.dumps(drawn))
            is_wide = _holds_for_nobody(compile_definition(read).root)
            if expiry(read, ZONE) is None and (may_be_wide or not is_wide):
                return drawn

    def _definition(self) -> Tree:
        count = self._pick((1, 1, 2, 2, 2, 3, 3, 4, 5))
        conditions = [self._condition() for _ in range(count)]
        rules = self._negated(conditions)
        if len(rules) > 2 and self._chance(0.5):
            group = self._pick(("any", "all"))
            rules = [rules[0], self._maybe_not({group: rules[1:]}, 0.15)]
        return {
            "id": f"segment-{self.number:04d}",
            "name": f"Segment {self.number}",
            "system": SYSTEM,
            "date_range": self._pick(RANGES),
            "match": "any" if self._chance(0.4) else "all",
            "rules": rules,
        }

    def _negated(self, conditions: list[Tree]) -> list[Tree]:
        """The first condition stands as it is but for one segment in twenty."""
        first, *others = conditions
        return [
            self._maybe_not(first, 0.05),
            *(self._maybe_not(one, 0.4) for one in others),
        ]

    def _maybe_not(self, rule: Tree, chance: float) -> Tree:
        return {"not": rule} if self._chance(chance) else rule

    # ── conditions ────────────────────────────────────────────────────────────

    def _condition(self) -> Tree:
        kinds: list[Callable[[], Tree]] = [
            *[self._measured] * 30, *[self._happened] * 5, *[self._first] * 3,
            *[self._active] * 3, *[self._sequence] * 4, *[self._attribute] * 5,
            self._everyone,
        ]  # fmt: skip
        return self._pick(kinds)()

    def _happened(self) -> Tree:
        return self._event(self._names())

    def _measured(self) -> Tree:
        measures: list[Callable[[], Tree]] = [
            *[self._count] * 16, *[self._days] * 4, *[self._sum] * 4, *[self._avg] * 2,
            *[self._extreme] * 3, *[self._distinct] * 3,
        ]  # fmt: skip
        return self._event(self._names()) | self._pick(measures)()

    def _event(self, names: Any) -> Tree:
        rule: Tree = {"event": names}
        if self._chance(0.3):
            rule["where"] = dict(self._property() for _ in range(self._pick((1, 1, 2))))
        if self._chance(0.4):
            rule["date_range"] = self._pick(RANGES)
        return rule

    def _names(self) -> Any:
        """Mostly one name; several, those of an area, or seldom any event."""
        kind = self.dice.random()
        if kind < 0.85:
            return self._name()
        if kind < 0.93:
            return [self._name(), self._name()]
        return f"area{self.dice.randrange(25):02d}.*" if kind < 0.99 else "*"

    def _name(self) -> str:
        """Common names more often than rare ones."""
        rank = int((NAMES + 1) ** self.dice.uniform(0, 0.6)) - 1
        if self._chance(0.1):
            rank = self.dice.randrange(NAMES)
        return event_names(NAMES)[rank]

    def _first(self) -> Tree:
        return self._event(self._name()) | {"first": True}

    def _active(self) -> Tree:
        of = self._pick((3, 4, 6, 8))
        every = self._pick(("7 days", "1 day", "3 days", "12 hours"))
        active = {
            "periods": {"gte": self.dice.randint(1, of - 1)},
            "of": of,
            "every": every,
        }
        if self._chance(0.4):
            active["count"] = {"gte": self.dice.randint(1, 3)}
        rule = self._event(self._name()) | {"active": active}
        rule.pop("date_range", None)
        return rule

    def _sequence(self) -> Tree:
        steps = self.dice.sample(range(NAMES // 10), 2)
        rule: Tree = {
            "sequence": [{"event": event_names(NAMES)[step]} for step in steps]
        }
        if self._chance(0.3):
            rule["sequence"][1]["where"] = dict([self._property()])
        if self._chance(0.7):
            rule["within"] = self._pick(
                ("1 hour", "1 day", "3 days", "1 week", "2 weeks")
            )
        if self._chance(0.3):
            rule["same"] = "page" if self._chance(0.5) else "order_id"
        if self._chance(0.5):
            rule["date_range"] = self._pick(RANGES)
        return rule

    def _everyone(self) -> Tree:
        return {"everyone": True}

    # ── measures ──────────────────────────────────────────────────────────────

    def _count(self) -> Tree:
        n = self._pick((1, 1, 1, 2, 2, 3, 5))
        comparisons = (
            *[{"gte": n}] * 8, {"gt": n}, {"lt": n + 1}, {"lte": n}, {"eq": n},
            {"ne": n}, {"between": [n, n + 3]}, {"eq": 0},
        )  # fmt: skip
        return {"count": self._pick(comparisons)}

    def _days(self) -> Tree:
        n = self._pick((1, 2, 2, 3, 4))
        return {
            "days": self._pick(
                ({"gte": n}, {"gte": n}, {"gte": n}, {"lt": n}, {"eq": n})
            )
        }

    def _sum(self) -> Tree:
        of, most = self._pick((("amount", 400), ("quantity", 20)))
        bound = self.dice.randint(1, most)
        return {"sum": {"of": of, self._pick(("gte", "gt", "lt", "lte")): bound}}

    def _avg(self) -> Tree:
        of, most = self._pick((("amount", 300), ("quantity", 15)))
        bound = self.dice.randint(1, most * 4) / 4
        return {"avg": {"of": of, self._pick(("gte", "gt", "lt", "lte")): bound}}

    def _extreme(self) -> Tree:
        of, most = self._pick((("amount", 500), ("quantity", 20)))
        bound = self.dice.randint(1, most)
        operator = self._pick(("gte", "gt", "lt", "lte", "eq", "ne"))
        return {self._pick(("min", "max")): {"of": of, operator: bound}}

    def _distinct(self) -> Tree:
        of = self._pick(("order_id", "page", "quantity"))
        n = self.dice.randint(1, 4)
        return {"distinct": {"of": of, self._pick(("gte", "gte", "lt", "eq")): n}}

    # ── predicates ────────────────────────────────────────────────────────────

    def _property(self) -> tuple[str, Any]:
        kinds = (
            *[self._page] * 5, *[self._amount] * 3, *[self._quantity] * 3,
            *[self._mobile] * 2, self._order,
        )  # fmt: skip
        return self._pick(kinds)()

    def _page(self) -> tuple[str, Any]:
        page, some = self._pick(PAGES), self.dice.sample(PAGES, 2)
        return "page", self._pick((
            page, page, some, {"is_not": page}, {"not_in": some},
            {"contains": "cc"}, {"not_contains": "docs"}, {"starts_with": "/docs"},
            {"ends_with": "g"}, {"matches": "^/(cart|blog)"}, {"set": True},
            {"is": "/ACCOUNT", "ignore_case": True},
            {"starts_with": "/account", "ignore_case": True},
        ))  # fmt: skip

    def _amount(self) -> tuple[str, Any]:
        bound = self.dice.randint(1, 40_000) / 100
        return "amount", self._pick((
            {"gte": bound}, {"gt": bound}, {"lt": bound}, {"lte": bound},
            {"between": [10, 100.5]}, {"gte": 20, "lt": 250.25}, {"set": False},
        ))  # fmt: skip

    def _quantity(self) -> tuple[str, Any]:
        n = self.dice.randint(1, 18)
        return "quantity", self._pick((
            n, [n, n + 1], {"gte": n}, {"lt": n + 1}, {"is_not": n},
            {"not_in": [1, 2, 3]}, {"between": [n, n + 4]},
        ))  # fmt: skip

    def _mobile(self) -> tuple[str, Any]:
        return "mobile", self._pick((True, False, {"is_not": True}))

    def _order(self) -> tuple[str, Any]:
        digit = str(self.dice.randrange(10))
        return "order_id", self._pick((
            {"set": True}, {"set": False}, {"ends_with": digit},
            {"starts_with": f"o-{digit}"}, {"not_contains": digit},
        ))  # fmt: skip

    def _attribute(self) -> Tree:
        n = self.dice.randint(1, 450)
        plan, some = self._pick(PLANS), self.dice.sample(PLANS, 2)
        return self._pick((
            {"attribute": "plan", "is": plan}, {"attribute": "plan", "in": some},
            {"attribute": "plan", "is_not": plan},
            {"attribute": "plan", "set": False},
            {"attribute": "country", "is": "de", "ignore_case": True},
            {"attribute": "country", "in": ["IN", "US", "br"]},
            {"attribute": "country", "not_in": ["DE", "FR"]},
            {"attribute": "seats", "gte": n}, {"attribute": "seats", "lt": n},
            {"attribute": "signup", "before": "2025-06-01"},
            {"attribute": "signup", "after": "2025-11-15"},
            {"attribute": "signup", "within_last": "120 days"},
        ))  # fmt: skip

    def _chance(self, share: float) -> bool:
        return self.dice.random() < share

    def _pick(self, several: Any) -> Any:
        return self.dice.choice(several)


def _holds_for_nobody(node: Node) -> bool:
    """Whether the node holds for a user who did nothing and is nothing."""
    match node:
        case Every(nodes=nodes):
            return all(map(_holds_for_nobody, nodes))
        case Either(nodes=nodes):
            return any(map(_holds_for_nobody, nodes))
        case Negation(node=inner):
            return not _holds_for_nobody(inner)
        case Measured():
            return holds_without_events(node)
        case ActivePeriods():
            return holds_for_zero(node.active.periods)
        case AttributeTest():
            return bool({"is_not", "not_in"} & node.predicate.model_fields_set) or (
                node.predicate.set_ is False
            )
        case _:
            return isinstance(node, Known)
