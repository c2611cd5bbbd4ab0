"""The `guard` of headcount.yaml: which pushes wait for a person."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, PlainValidator

from headcount.definitions import values
from headcount.definitions.frozen import Frozen
from headcount.definitions.settings import NO_GUARD, Guard, Guards, Thresholds
from headcount.definitions.values import Flag

MOST_USERS = 10**9


def _read_share(value: Any) -> float | None:
    return None if value is None else values.read_share(value)


def _read_users(value: Any) -> int | None:
    return None if value is None else _read_count(value)


_read_count = partial(values.read_whole, least=0, most=MOST_USERS)

Share = Annotated[float | None, PlainValidator(_read_share)]


class ThresholdsFile(Frozen):
    """What holds a push; null is no threshold, and in place of them all no guard."""

    wanted: ClassVar[str] = "a mapping like {removed: 0.3}, or null for no guard"
    nullable: ClassVar[frozenset[str]] = frozenset(
        {"removed", "after_empty_ingest", "first_push"}
    )

    removed: Share = Guard().removed
    after_empty_ingest: Share = Guard().after_empty_ingest
    min_members: Annotated[int, PlainValidator(_read_count)] = Guard().min_members
    emptied: Flag = Guard().emptied
    first_push: Annotated[int | None, PlainValidator(_read_users)] = Guard().first_push

    @classmethod
    def spell_out(cls, written: Any) -> Any:
        """Null stands for no threshold at all."""
        return NO_GUARD if written is None else written

    def to_thresholds(self) -> Thresholds:
        """What is set here and nowhere else."""
        told = self.model_fields_set & set(Guard.__dataclass_fields__)
        return {name: getattr(self, name) for name in told}


Places = Annotated[Mapping[str, ThresholdsFile], BeforeValidator(values.read_mapping)]


class GuardFile(ThresholdsFile):
    """The thresholds of all pushes, of some destinations and of some segments."""

    destinations: Places = Field(default_factory=dict)
    segments: Places = Field(default_factory=dict)

    def to_settings(self) -> Guards:
        """The guards of the project."""
        return Guards(
            everywhere=self.to_thresholds(),
            destinations=_thresholds(self.destinations),
            segments=_thresholds(self.segments),
        )


def _thresholds(places: Mapping[str, ThresholdsFile]) -> dict[str, Thresholds]:
    return {name: place.to_thresholds() for name, place in places.items()}
