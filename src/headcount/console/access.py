"""Who asks, and what that person may do: every route says which right it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Request

from headcount.errors import UsageError


class Right(StrEnum):
    """What a route does; `READ` shows sizes and members, nothing leaves the page."""

    READ = "read"
    BUILD = "build"
    EXPORT = "export"
    APPROVE = "approve"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is logged in; `id` is what the host knows this person by."""

    id: str
    name: str
    rights: frozenset[Right]


class ForbiddenError(UsageError):
    """The person is known and may not do this."""

    kind = "forbidden"

    def __init__(self, right: Right) -> None:
        self.right = right
        super().__init__(
            f"your account may not {right} here: ask who manages Airflow's roles"
        )


Identify = Callable[..., Person]
"""A dependency of FastAPI: the person who asks, or the host's own 401."""


def needs(right: Right) -> Any:
    """A dependency of a route: ForbiddenError unless the person has the right."""

    def require(request: Request) -> None:
        if right not in request.state.person.rights:
            raise ForbiddenError(right)

    return Depends(require)


def _person(request: Request) -> Person:
    person: Person = request.state.person
    return person


Asking = Annotated[Person, Depends(_person)]
