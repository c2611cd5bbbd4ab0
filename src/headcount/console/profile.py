"""One segment as its page shows it, all out of the published data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from headcount.console.difference import Change, changes_between
from headcount.definitions.load import definition_from_json
from headcount.definitions.model import Definition
from headcount.store.published import Published
from headcount.store.sql import read_sql

MOST_TICKS = 2_000  # three weeks of quarter hours
MOST_USERS = 200
MOST_FILES = 20

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """One version, and what it changed in the one before; the first changed nothing."""

    version: int
    definition: Definition
    first_used_at: datetime | None
    created_at: datetime
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What was published of one segment; empty while no tick has seen it."""

    sizes: list[Row]
    members: list[Row]
    versions: list[Version]
    syncs: list[Row]
    rejects: list[Row]
    holds: dict[str, Row]
    exports: list[Row]
    needed_by: list[Row]
    attributes: list[Row]

    @property
    def moves(self) -> list[Row]:
        """The ticks at which somebody entered or left, newest first."""
        return [row for row in reversed(self.sizes) if row["entered"] or row["exited"]]


def read_profile(published: Published, segment_id: str, *, system: str) -> Profile:
    """Everything the page of a segment shows."""
    key = {"segment_id": segment_id}
    few = key | {"most": MOST_USERS}
    return Profile(
        sizes=ask(published, "sizes", key | {"most": MOST_TICKS}),
        members=ask(published, "members", few),
        versions=list(_versions(ask(published, "versions", key))),
        syncs=ask(published, "syncs", key),
        rejects=ask(published, "rejects", few),
        holds={one["destination"]: one for one in ask(published, "holds", key)},
        exports=ask(published, "exports", key | {"most": MOST_FILES}),
        needed_by=ask(
            published, "needed_by", {"reference": f'"segment":"{segment_id}"'}
        ),
        attributes=ask(published, "seen_attributes", {"system": system}),
    )


def ask(published: Published, name: str, params: Mapping[str, Any]) -> list[Row]:
    """The rows of the query `sql/console/<name>.sql`, as its header describes them."""
    return list(published.query(read_sql(f"console/{name}"), params).to_dicts())


def _versions(newest_first: list[Row]) -> Iterator[Version]:
    definitions = [definition_from_json(row["definition"]) for row in newest_first]
    for row, new, old in zip(
        newest_first, definitions, [*definitions[1:], None], strict=True
    ):
        changes = changes_between(old, new) if old is not None else ()
        yield Version(
            row["version"],
            new,
            row["first_used_at"],
            row["created_at"],
            tuple(changes),
        )
