"""A connection on trial, before anything is pushed with it."""

from __future__ import annotations

from headcount.destinations.base import Login
from headcount.destinations.load import try_login
from headcount.errors import HeadcountError
from headcount.project import open_project

SAID = {
    True: "we are let in",
    False: "the secret has the right form; the vendor has no call that changes nothing",
}


def try_connection(destination_type: str, login: Login) -> tuple[bool, str]:
    """Whether a destination of this type lets us in, and what to tell a person.

    Those of the project are asked, also disabled ones: the first that lets us in will
    do. Nothing is changed anywhere.
    """
    try:
        project = open_project()
    except HeadcountError as error:
        return False, str(error)
    faults = []
    for settings in project.settings.destinations.values():
        if settings.type != destination_type:
            continue
        try:
            was_asked = try_login(settings, login)
        except HeadcountError as error:
            faults.append(str(error))
            continue
        return True, f"{settings.name}: {SAID[was_asked]}"
    nobody = f"headcount.yaml has no destination of type {destination_type} to ask"
    return False, "; ".join(faults) or nobody
