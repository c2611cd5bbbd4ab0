"""What the builder offers: names and values that the log holds, with how often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from headcount.console.draft import Condition, Draft
from headcount.console.profile import Row, ask
from headcount.store.published import Published

SAMPLE = 100_000  # events or users whose values are counted
MOST_VALUES = 30

Options = list[Row]
"""`name` and `count` each, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """For each field of a draft what could stand there; keys are the fields' names."""

    events: Options
    attributes: Options
    fields: Mapping[str, Options]


NOTHING = Suggestions([], [], {})


def suggest(published: Published, draft: Draft) -> Suggestions:
    """What the log of the draft's system offers for each of its fields."""
    key = {"system": draft.system}
    return Suggestions(
        events=ask(published, "seen_events", key),
        attributes=ask(published, "seen_attributes", key),
        fields=dict(
            each
            for index, condition in enumerate(draft.conditions)
            for each in _of_condition(published, draft.system, index, condition)
        ),
    )


def _of_condition(
    published: Published, system: str, index: int, condition: Condition
) -> Iterator[tuple[str, Options]]:
    most = {"system": system, "sample": SAMPLE, "most": MOST_VALUES}
    if condition.kind == "attribute" and condition.name:
        wanted = most | {"pointer": _pointer(condition.name)}
        yield f"c{index}.p0.value", ask(published, "attribute_values", wanted)
    if condition.kind != "event" or not condition.name:
        return
    name = condition.name.partition(",")[0].strip()
    prefix = name.removesuffix("*") if name.endswith("*") else None
    events = {"event": name, "prefix": prefix}
    yield (
        f"c{index}.property",
        ask(published, "seen_properties", {"system": system, **events}),
    )
    for place, test in enumerate(condition.tests):
        if test.property:
            wanted = most | events | {"pointer": _pointer(test.property)}
            values = ask(published, "property_values", wanted)
            yield f"c{index}.p{place}.value", values


def _pointer(name: str) -> str:
    """The JSON pointer to a top-level key."""
    escaped = name.replace("~", "~0").replace("/", "~1")
    return f"/{escaped}"
