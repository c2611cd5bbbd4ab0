"""Names in definitions that the log has never seen: a slip of the pen, or early.

Source: interface.md §3: `check`, `plan` and `preview` warn of a name never seen. A
warning stops nothing: the event may be about to be sent for the first time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from headcount.definitions.mistakes import nearest
from headcount.definitions.model import Definition
from headcount.rules.names import AttributeUse, EventUse, uses_of
from headcount.store.sightings import (
    MOST_PROPERTIES,
    SeenAttribute,
    SeenEvent,
    SeenSystem,
    read_seen,
)
from headcount.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Unseen:
    """A name in a definition that no row of its system has."""

    segment_id: str
    system: str
    kind: Literal["event", "property", "attribute"]
    name: str
    nearest: str | None
    of: tuple[str, ...] = ()  # of a property: the events that were to have it

    @property
    def message(self) -> str:
        """The warning as a person reads it."""
        events = " or ".join(map(repr, self.of))
        what = f"{self.kind} {self.name!r}" + (f" of {events}" if events else "")
        hint = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        return f"{self.segment_id}: {self.system} has never seen the {what}{hint}"

    def to_json(self) -> dict[str, Any]:
        """The warning as an entry of `warnings`."""
        return {
            "kind": f"unseen_{self.kind}",
            "message": self.message,
            "segment_id": self.segment_id,
            "system": self.system,
            "name": self.name,
            "nearest": self.nearest,
        }


def unseen_beside(
    warehouse: Warehouse, definitions: Iterable[Definition]
) -> tuple[Unseen, ...]:
    """What the definitions name and the store has never seen.

    Nothing where the project has no store yet: then nobody has seen anything.
    """
    if warehouse.path is None:
        return ()
    return find_unseen(read_seen(warehouse), definitions)


def find_unseen(
    seen: Iterable[SeenSystem], definitions: Iterable[Definition]
) -> tuple[Unseen, ...]:
    """What the definitions name and `seen` does not have, each name once a segment."""
    by_name = {one.system: one for one in seen}
    found = (
        each
        for definition in definitions
        for each in _of_definition(
            definition,
            by_name.get(definition.system, SeenSystem(definition.system, (), ())),
        )
    )
    return tuple(dict.fromkeys(found))


def _of_definition(definition: Definition, seen: SeenSystem) -> Iterator[Unseen]:
    for use in uses_of(definition):
        match use:
            case EventUse():
                yield from _of_events(definition, use, seen)
            case AttributeUse(attribute=path) if not _is_seen(path, seen.attributes):
                hint = nearest(path, (one.name for one in seen.attributes))
                yield Unseen(definition.id, seen.system, "attribute", path, hint)


def _of_events(
    definition: Definition, use: EventUse, seen: SeenSystem
) -> Iterator[Unseen]:
    meant = [one for one in seen.events if _is_any_of(use.names, one)]
    for name in use.names:
        if not any(_is_any_of((name,), one) for one in meant):
            hint = nearest(name.removesuffix("*"), (one.event for one in seen.events))
            yield Unseen(definition.id, seen.system, "event", name, hint)
    if not meant or any(len(one.properties) >= MOST_PROPERTIES for one in meant):
        return
    properties = [each for one in meant for each in one.properties]
    for path in use.properties:
        if not _is_seen(path, properties):
            hint = nearest(path, (one.name for one in properties))
            yield Unseen(
                definition.id, seen.system, "property", path, hint, of=use.names
            )


def _is_any_of(names: Iterable[str], seen: SeenEvent) -> bool:
    return any(
        seen.event.startswith(name[:-1]) if name.endswith("*") else seen.event == name
        for name in names
    )


def _is_seen(path: str, seen: Iterable[SeenAttribute]) -> bool:
    """Whether a key is the path or the object it leads into (rules.paths)."""
    return any(path == one.name or path.startswith(f"{one.name}.") for one in seen)
