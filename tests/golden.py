"""The golden cases of `cases/*.yaml` as values; what their keys mean is said there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from tests.oracle import Definition, Event, Record

FOLDER = Path(__file__).parent / "cases"
ALONE = "alone"
"""The id of a case's only definition."""

DEFINING = ("rules", "match", "date_range", "evaluation_end")


@dataclass(frozen=True, slots=True)
class Case:
    """One sentence, a log at its edge, and who must be in."""

    file: str
    title: str
    zone: str
    at: datetime
    definitions: Mapping[str, Definition]
    events: Sequence[Event]
    records: Sequence[Record]
    members: Mapping[str, set[str]]

    def __str__(self) -> str:
        return f"{self.file}: {self.title}"


class CaseLoader(yaml.SafeLoader):
    """YAML in which a number keeps its form, and dates and `no` are text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  as the base has it


NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
CaseLoader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile("null$"), list("n")
)
CaseLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("(?:true|false)$"), list("tf")
)
CaseLoader.add_implicit_resolver(
    "!number", re.compile(NUMBER + "$"), list("-0123456789")
)


def read_number(loader: CaseLoader, node: yaml.ScalarNode) -> int | Decimal:
    """An int where only digits are written, else a decimal that keeps its form."""
    text = str(loader.construct_scalar(node))
    return int(text) if text.lstrip("-").isdigit() else Decimal(text)


CaseLoader.add_constructor("!number", read_number)


def read_cases() -> list[Case]:
    """Every golden case, in the order of the files and of the lines in them."""
    return [
        to_case(path.stem, raw)
        for path in sorted(FOLDER.glob("*.yaml"))
        for raw in read_yaml(path)
    ]


def read_yaml(path: Path) -> Iterator[dict[str, Any]]:
    """The raw cases of one file."""
    with path.open(encoding="utf-8") as text:
        yield from yaml.load(text, CaseLoader)  # noqa: S506  a SafeLoader, told less


def to_case(file: str, raw: dict[str, Any]) -> Case:
    """A raw case with its defaults, and nothing left over."""
    raw = dict(raw)
    if "rule" in raw:
        raw["rules"] = [raw.pop("rule")]
    alone = {key: raw.pop(key) for key in DEFINING if key in raw}
    members = raw.pop("members")
    case = Case(
        file=file,
        title=raw.pop("title"),
        zone=raw.pop("zone", "UTC"),
        at=datetime.fromisoformat(raw.pop("at", "2026-05-15T12:00:00Z")),
        definitions=raw.pop("definitions", None) or {ALONE: alone},
        events=[to_event(*line) for line in raw.pop("events", [])],
        records=[to_record(*line) for line in raw.pop("attributes", [])],
        members=to_members(members if isinstance(members, dict) else {ALONE: members}),
    )
    if raw:
        raise ValueError(f"{case}: what is {sorted(raw)}?")  # noqa: EM102
    return case


def to_members(raw: Mapping[str, list[str]]) -> dict[str, set[str]]:
    """Who must be in each; user ids are text, so a number needs its quotes."""
    return {segment_id: set(users) for segment_id, users in raw.items()}


def to_event(
    user: str,
    event: str,
    at: str,
    properties: Mapping[str, Any] | None = None,
    event_id: str | None = None,
) -> Event:
    """`[user, event, instant, properties, event_id]`."""
    instant = datetime.fromisoformat(at)
    return Event(user, event, instant, event_id, properties or {})


def to_record(user: str, at: str, attributes: Mapping[str, Any]) -> Record:
    """`[user, instant, {key: value}]`."""
    return Record(user, datetime.fromisoformat(at), attributes)
