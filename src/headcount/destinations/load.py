"""The adapter for an entry of headcount.yaml. A new vendor is two more lines here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from headcount import clock
from headcount.definitions.settings import DestinationSettings
from headcount.destinations import appcues, clevertap, walkme, webhook
from headcount.destinations.appcues import Appcues
from headcount.destinations.base import Abilities, Destination, Login
from headcount.destinations.clevertap import CleverTap
from headcount.destinations.errors import MisconfiguredError
from headcount.destinations.profile import read_profile
from headcount.destinations.secrecy import ignore_secret
from headcount.destinations.walkme import WalkMe
from headcount.destinations.webhook import Webhook

Connect = Callable[..., Destination]

VENDORS: Mapping[str, Connect] = {
    "walkme": WalkMe.connect,
    "appcues": Appcues.connect,
    "clevertap": CleverTap.connect,
    "webhook": Webhook.connect,
}

Profile = walkme.Profile | appcues.Profile | clevertap.Profile | webhook.Profile

PROFILES: Mapping[str, type[Profile]] = {
    "walkme": walkme.Profile,
    "appcues": appcues.Profile,
    "clevertap": clevertap.Profile,
    "webhook": webhook.Profile,
}


def read_abilities(settings: DestinationSettings) -> Abilities | None:
    """What the destination can take and do; None when it holds no segments.

    Needs no login. Raises MisconfiguredError for an option that cannot be right.
    """
    profile = PROFILES.get(settings.type)
    if profile is None:
        return None
    return read_profile(settings.name, profile, settings.options).abilities


def load_destination(
    settings: DestinationSettings,
    login: Login,
    *,
    elapsed_s: Callable[[], float] = clock.elapsed_s,
    on_secret: Callable[[str], None] = ignore_secret,
) -> Destination:
    """The destination that `settings` describe, to be closed by the caller.

    Nothing is sent yet. Raises MisconfiguredError for a type or an option that is not
    known, CredentialsError for a login that cannot be one.
    """
    connect = VENDORS.get(settings.type)
    if connect is None:
        raise MisconfiguredError(settings.name, _fault_of_type(settings.type))
    return connect(
        settings.name,
        options=settings.options,
        login=login,
        elapsed_s=elapsed_s,
        on_secret=on_secret,
    )


def _fault_of_type(name: str) -> str:
    nearest = get_close_matches(name, VENDORS, n=1)
    hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
    return f"type {name!r} is none of {', '.join(sorted(VENDORS))}{hint}"
