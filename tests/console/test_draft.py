from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from headcount.console.draft import Draft, range_to_tree, read_form, scalar, with_edit
from headcount.console.redraft import to_draft
from headcount.definitions.load import load_definition, load_definitions
from headcount.definitions.model import Definition
from headcount.project import open_project
from headcount.resources import folder

FORM = [
    ("name", "Big spenders!"),
    ("system", "shop"),
    ("destinations", "walkme"),
    ("destinations", "ops"),
    ("match", "any"),
    ("c0.kind", "event"),
    ("c0.name", "buy"),
    ("c0.p0.property", "item"),
    ("c0.p0.operator", "in"),
    ("c0.p0.value", "hat, 7"),
    ("c0.measure", "sum"),
    ("c0.of", "amount"),
    ("c0.comparison", "gt"),
    ("c0.number", "100"),
    ("c0.range", "from 2026-05-01 to 2026-05-14"),
    ("c2.kind", "attribute"),
    ("c2.negated", "yes"),
    ("c2.name", "plan"),
    ("c2.p0.operator", "unset"),
    ("c9.junk", "x"),
    ("junk", "x"),
]


def test_form_becomes_a_definition() -> None:
    draft = read_form(FORM[:-2])

    assert draft.segment_id == "big-spenders"
    assert draft.to_tree() == {
        "name": "Big spenders!",
        "system": "shop",
        "match": "any",
        "rules": [
            {
                "event": "buy",
                "where": {"item": ["hat", Decimal(7)]},
                "sum": {"of": "amount", "gt": Decimal(100)},
                "date_range": {"from": "2026-05-01", "to": "2026-05-14"},
            },
            {"not": {"attribute": "plan", "set": False}},
        ],
        "destinations": ["walkme", "ops"],
    }


def test_unknown_fields_are_nothing() -> None:
    assert read_form(FORM[-1:]) == Draft(conditions=())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", Decimal(7)),
        ("007", "007"),
        ('"7"', "7"),
        ("true", True),
        ("True", "True"),
        (" a b ", "a b"),
        ("", ""),
    ],
)
def test_value_is_what_it_looks_like(text: str, value: Any) -> None:
    assert scalar(text) == value


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("last 7 days", "last 7 days"),
        ("from 14 days ago to 7 days ago", {"from": "14 days ago", "to": "7 days ago"}),
        ("from 2026-05-01", {"from": "2026-05-01"}),
        ("to 7 days ago", {"to": "7 days ago"}),
    ],
)
def test_range_reads_as_it_is_said(text: str, tree: Any) -> None:
    assert range_to_tree(text) == tree


def test_buttons_add_and_remove() -> None:
    draft = with_edit(Draft(), "add")
    draft = with_edit(draft, "test c1")
    assert [len(one.tests) for one in draft.conditions] == [0, 1]

    draft = with_edit(with_edit(draft, "untest c1 0"), "drop c0")
    assert [len(one.tests) for one in draft.conditions] == [0]
    assert with_edit(with_edit(draft, "drop c0"), "drop c7").conditions


@pytest.mark.parametrize(
    "rules",
    [
        "[{event: buy}]",
        "[{event: [a, b], where: {x: {contains: '7', ignore_case: true}}}]",
        "[{not: {event: buy, where: {x: '7'}, days: {lt: 3}}}]",
        "[{attribute: plan, in: [a, true, 7, '7']}, {segment: other}]",
        "[{event: buy, avg: {of: n, gte: 1.50}, date_range: {to: 7 days ago}}]",
    ],
)
def test_form_holds_what_it_can_show(rules: str, tmp_path: Path) -> None:
    definition = _definition(tmp_path, rules)

    draft = to_draft(definition)

    assert draft is not None
    again = Definition.model_validate({"id": "x", **draft.to_tree()})
    assert again == definition


@pytest.mark.parametrize(
    "rules",
    [
        "[{any: [{event: a}, {event: b}]}]",
        "[{sequence: [{event: a}, {event: b}]}]",
        "[{event: a, first: true}]",
        "[{event: a, count: {gte: 1, lt: 3}}]",
        "[{event: a, count: 1, days: 2}]",
        "[{event: 'a, b'}]",
        "[{attribute: a, gt: 1, lt: 2}]",
        "[{attribute: a, in: ['x, y']}]",
        "[{everyone: true}]",
    ],
)
def test_form_never_loses_what_it_cannot_show(rules: str, tmp_path: Path) -> None:
    assert to_draft(_definition(tmp_path, rules)) is None


def test_most_sample_definitions_open_in_the_form() -> None:
    project = open_project(folder("data"))
    loaded = load_definitions(project.segments_folder, project.settings).definitions

    opened = [one for one in loaded if to_draft(one.definition) is not None]

    assert len(opened) == 14


def _definition(folder: Path, rules: str) -> Definition:
    path = folder / "x.yaml"
    path.write_text(f"name: X\nsystem: shop\nrules: {rules}\n")
    return load_definition(path, None)
