"""What shows only when definitions are looked at together.

Source: segments.md §1 (ids and names), §2 (references), §5 (the segment limit).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from headcount.definitions.loaded import (
    EMPTY,
    FaultyFile,
    Loaded,
    LoadedDefinition,
    Registry,
)
from headcount.definitions.mistakes import Keys, nearest, quote
from headcount.definitions.model import (
    All,
    AnyOf,
    Not,
    Reference,
    Rule,
)
from headcount.definitions.settings import Settings
from headcount.errors import Fault


@dataclass(frozen=True, slots=True)
class Link:
    """One reference from a definition to another, and where it stands."""

    keys: Keys
    segment_id: str


def check_together(
    sound: Sequence[LoadedDefinition],
    faulty: Sequence[FaultyFile],
    settings: Settings | None,
    registry: Registry = EMPTY,
) -> Loaded:
    """The definitions that hold beside each other; the rest joins the faulty files."""
    faults = [
        *_id_faults(sound, registry.retired),
        *_name_faults(sound, registry.systems),
        *_reference_faults(sound, faulty, registry),
        *_cycle_faults(sound),
    ]
    told = _by_file(faults)
    if settings is not None:
        whole = [each for each in sound if each.file not in told]
        told |= _by_file(_limit_faults(whole, settings, registry.systems))
    worse = [
        FaultyFile(each.file, each.definition.id, tuple(told[each.file]))
        for each in sound
        if each.file in told
    ]
    return Loaded(
        tuple(each for each in sound if each.file not in told),
        tuple(sorted((*faulty, *worse), key=lambda each: each.file)),
    )


def _by_file(faults: Iterable[Fault]) -> dict[str, list[Fault]]:
    by_file: dict[str, list[Fault]] = defaultdict(list)
    for fault in faults:
        by_file[fault.file].append(fault)
    return dict(by_file)


def _id_faults(
    sound: Iterable[LoadedDefinition], retired: frozenset[str]
) -> Iterator[Fault]:
    """An id belongs to the first file that has it, to no file once it is deleted."""
    owner: dict[str, str] = {}
    for each in sound:
        segment_id = each.definition.id
        first = owner.setdefault(segment_id, each.file)
        if first != each.file:
            found = f"the id {quote(segment_id)}, which {first} has"
            yield each.fault(("id",), found=found, wanted="an id of its own")
        elif segment_id in retired:
            found = f"the id {quote(segment_id)} of a deleted segment"
            yield each.fault(("id",), found=found, wanted="an id never used before")


def _name_faults(
    sound: Iterable[LoadedDefinition], registered: Mapping[str, str]
) -> Iterator[Fault]:
    """Within a system a name stays with who has it, else with the first file."""
    owner: dict[tuple[str, str], LoadedDefinition] = {}
    for each in sorted(sound, key=lambda each: each.definition.id not in registered):
        definition = each.definition
        folded = normalize("NFC", definition.name).casefold()
        first = owner.setdefault((definition.system, folded), each)
        if first.definition.id != definition.id:
            found = f"the name {quote(definition.name)}, which {first.file} has"
            wanted = f"a name of its own in {definition.system}, whatever the case"
            yield each.fault(("name",), found=found, wanted=wanted)


def _reference_faults(
    sound: Iterable[LoadedDefinition],
    faulty: Iterable[FaultyFile],
    registry: Registry,
) -> Iterator[Fault]:
    """A reference leads to a segment of the same system.

    One to a deleted segment is left to the tick, which makes this one Failed.
    """
    systems: dict[str, str | None] = {each.segment_id: None for each in faulty}
    systems |= registry.systems
    systems |= {each.definition.id: each.definition.system for each in sound}
    for each in sound:
        own = each.definition.system
        for link in _links(each):
            system = systems.get(link.segment_id)
            if link.segment_id not in systems.keys() | registry.retired:
                yield each.fault(
                    link.keys,
                    found=f"the unknown segment {quote(link.segment_id)}",
                    wanted=f"the id of a segment of {own}",
                    nearest=nearest(link.segment_id, systems),
                )
            elif system not in {None, own}:
                found = f"{quote(link.segment_id)}, a segment of {system}"
                wanted = f"a segment of the same system, {own}"
                yield each.fault(link.keys, found=found, wanted=wanted)


def _cycle_faults(sound: Iterable[LoadedDefinition]) -> Iterator[Fault]:
    """Every reference that leads back to its own segment, with the whole way."""
    by_id: dict[str, LoadedDefinition] = {}
    for each in sound:
        by_id.setdefault(each.definition.id, each)
    links = {segment_id: list(_links(each)) for segment_id, each in by_id.items()}
    for segment_id, each in by_id.items():
        for link in links[segment_id]:
            way = _way(link.segment_id, segment_id, links)
            if way:
                found = f"a cycle: {' → '.join((segment_id, *way))}"
                wanted = "references that never lead back"
                yield each.fault(link.keys, found=found, wanted=wanted)


def _way(start: str, goal: str, links: Mapping[str, list[Link]]) -> list[str] | None:
    """The shortest way along references, both ends included, if there is one."""
    ways = {start: [start]}
    queue = [start]
    for here in queue:
        if here == goal:
            return ways[here]
        for link in links.get(here, ()):
            if link.segment_id not in ways:
                ways[link.segment_id] = [*ways[here], link.segment_id]
                queue.append(link.segment_id)
    return None


def _limit_faults(
    sound: Iterable[LoadedDefinition],
    settings: Settings,
    registered: Mapping[str, str],
) -> Iterator[Fault]:
    """Who is registered keeps the place; new ones by file name get what is left."""
    taken: dict[str, int] = defaultdict(int)
    for system in registered.values():
        taken[system] += 1
    for each in sound:
        system = each.definition.system
        if each.definition.id in registered:
            continue
        taken[system] += 1
        most = settings.systems[system].limits.segments
        if most is not None and taken[system] > most:
            found = f"segment {taken[system]} of {system}"
            wanted = (
                f"at most {most} (limits of headcount.yaml): delete one, or raise it"
            )
            yield each.fault(("system",), found=found, wanted=wanted)


def _links(each: LoadedDefinition) -> Iterator[Link]:
    yield from _links_in(each.definition.rules, ("rules",))


def _links_in(rules: tuple[Rule, ...], above: Keys) -> Iterator[Link]:
    for index, rule in enumerate(rules):
        yield from _links_of(rule, (*above, index))


def _links_of(rule: Rule, keys: Keys) -> Iterator[Link]:
    match rule:
        case Reference(segment=segment_id):
            yield Link((*keys, "segment"), segment_id)
        case All(all=inner):
            yield from _links_in(inner, (*keys, "all"))
        case AnyOf(any=inner):
            yield from _links_in(inner, (*keys, "any"))
        case Not(not_=inner):
            yield from _links_of(inner, (*keys, "not"))
        case _:
            return
